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

from tools.artefacts.description import ArtefactType
from tools.artefacts.registry import judged_types, wording_of

MISSPELT = 0.8  # share of letters that a misspelt word has in common with the word
MIN_LETTERS = 5

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """`topics` maps a topic to its phrases, `artefacts` a type to what it is called.

    `everyday` words are never read as a misspelt name.
    """

    topics: Mapping[str, tuple[Phrase, ...]]
    spelling: Mapping[str, tuple[str, ...]]
    everyday: frozenset[str]
    artefacts: Mapping[str, tuple[Phrase, ...]]

    def find(self, words: Sequence[str]) -> dict[str, set[int]]:
        """Topic to the places of its words; an empty word stands for one that was read as something else."""
        found = {topic: set(self._places(phrases, words)) for topic, phrases in self.topics.items()}
        return {topic: places for topic, places in found.items() if places}

    def artefact_in(self, words: Sequence[str]) -> str:
        """The artefact type that is named first; empty for none."""
        named = [(place, kind) for kind, said in self.artefacts.items() for place in self._places(said, words)]
        return min(named, default=(0, ""))[1]

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


def vocabulary() -> Vocabulary:
    return _with_artefacts(tuple((artefact.name, _called(artefact)) for artefact in judged_types()))


@cache
def _with_artefacts(called: tuple[tuple[str, tuple[Phrase, ...]], ...]) -> Vocabulary:
    written = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    topics = {topic: tuple(_phrase(one) for one in phrases) for topic, phrases in written["topics"].items()}
    return Vocabulary(
        topics | {"named_file": tuple(phrase for _, phrases in called for phrase in phrases)},
        {word: tuple(reading.split()) for word, reading in written["spelling"].items()},
        frozenset(written["everyday"].split()),
        dict(called),
    )


def _called(artefact: ArtefactType) -> tuple[Phrase, ...]:
    """By its name, its file's name and its titles, and by what else is registered."""
    wording = wording_of(artefact.name)
    names = (artefact.name, artefact.recognition.file_name, wording.title, wording.bare, *wording.also)
    return tuple(dict.fromkeys(_phrase(name.casefold()) for name in names))


def _phrase(written: str) -> Phrase:
    return tuple(written.replace("-", " ").split())
