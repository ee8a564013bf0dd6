"""The authored word list: which words of a message speak of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from snowballstemmer import stemmer

MISSPELT = 0.8  # share of letters that a misspelt word has in common with the word
MIN_LETTERS = 5

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """`topics` maps a topic to its phrases; `everyday` words are never read as a misspelt name."""

    topics: Mapping[str, tuple[Phrase, ...]]
    spelling: Mapping[str, tuple[str, ...]]
    everyday: frozenset[str]

    def find(self, words: Sequence[str]) -> dict[str, set[int]]:
        """Topic to the places of its words; an empty word stands for one that was read as something else."""
        found = {topic: set(self._places(phrases, words)) for topic, phrases in self.topics.items()}
        return {topic: places for topic, places in found.items() if places}

    def _places(self, phrases: Sequence[Phrase], words: Sequence[str]) -> Iterator[int]:
        for phrase in phrases:
            for start in range(len(words) - len(phrase) + 1):
                if all(map(_fits, phrase, words[start : start + len(phrase)])):
                    yield from range(start, start + len(phrase))

    def corrected(self, word: str) -> str:
        """The word that is meant, where one is misspelt; else the word itself."""
        if any(word == part or (part.endswith("*") and _fits(part, word)) for part in self._parts):
            return word
        near = get_close_matches(self._stem.stemWord(word), self._bases, n=3, cutoff=MISSPELT)
        return next((base for base in near if base[:1] == word[:1]), word)

    def likeness(self, word: str) -> float:
        """How like it is to the word that it is nearest to; 0 where none is near."""
        meant = self.corrected(word)
        return SequenceMatcher(None, meant, word).ratio() if meant != word else 0.0

    @cached_property
    def _stem(self) -> Any:
        return stemmer("english")

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(part for phrases in self.topics.values() for phrase in phrases for part in phrase)

    @cached_property
    def _bases(self) -> list[str]:
        written = (part.rstrip("*") for part in self._parts)
        return sorted({word for word in (*written, *self.everyday) if len(word) >= MIN_LETTERS})

    def is_common(self, word: str) -> bool:
        """Whether a word has a meaning of its own here, so that it is a name only where its writing says so."""
        whole, beginnings = self._alone
        return len(word) < 2 or word.isdigit() or word in self.everyday or word in whole or word.startswith(beginnings)

    @cached_property
    def _alone(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """Phrases of one word: whole words, and beginnings of words."""
        alone = {phrase[0] for phrases in self.topics.values() for phrase in phrases if len(phrase) == 1}
        whole = frozenset(word for word in alone if not word.endswith("*"))
        return whole, tuple(word[:-1] for word in alone - whole)


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) and word != "" if pattern.endswith("*") else word == pattern


@cache
def vocabulary() -> Vocabulary:
    written = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    return Vocabulary(
        {topic: tuple(_phrase(one) for one in phrases) for topic, phrases in written["topics"].items()},
        {word: tuple(reading.split()) for word, reading in written["spelling"].items()},
        frozenset(written["everyday"].split()),
    )


def _phrase(written: str) -> Phrase:
    return tuple(written.replace("-", " ").split())
