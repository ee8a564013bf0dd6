"""A message as numbers: its meaning, its words and letters, and its form. The same for fitting and for reading."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.understanding.acts import Message
from knowledge.retrieval.embedding import WIDTH, Vectors

Numbers = NDArray[np.float32]

READ = 600  # characters of a message; what a person wants stands at the start, the rest is material
BEFORE = 300  # characters of what the tutor said before, its end
MEANING, CONTEXT, WORDS, LETTERS, FORM = 2.0, 0.7, 1.3, 0.8, 0.5  # weights of the parts; chosen by cross-validation
_TOKEN = re.compile(r"[\w'`]+|[?!]")
_WORD = re.compile(r"[a-z']+")
_OPENERS = frozenset(
    "what why how when where which who is are does do can could should would will did has have was".split()
)
_CODE = re.compile(r"\b[dbpr]\d\b")
_LINE = re.compile(r"\blines? ?\d|\bl\d+\b")
_LETTER = re.compile(r"^\W*[a-d]\b(?!\w)")
_TROUBLE = re.compile(r"error|fail|exit|exception|traceback|refused|denied|not found|crash|killed|unhealthy")


@dataclass(frozen=True)
class Vocabulary:
    """Term to (column, rarity) for words and for letters."""

    words: Mapping[str, tuple[int, float]]
    letters: Mapping[str, tuple[int, float]]

    @property
    def width(self) -> int:
        return 2 * WIDTH + len(self.words) + len(self.letters) + FORM_WIDTH


def row(message: Message, text: Vectors, before: Vectors, vocabulary: Vocabulary) -> Numbers:
    """`text` and `before` are the unit vectors of both; `before` is all zeros where nothing was said."""
    low = message.text[:READ].lower()
    return np.concatenate(
        [
            MEANING * text,
            CONTEXT * before,
            WORDS * weighed(word_terms(low), vocabulary.words),
            LETTERS * weighed(letter_terms(low), vocabulary.letters),
            FORM * np.array(form(message), dtype=np.float32),
        ]
    ).astype(np.float32)


def word_terms(low: str) -> Iterator[str]:
    tokens = _TOKEN.findall(low)
    for length in (1, 2, 3):
        for start in range(len(tokens) - length + 1):
            yield " ".join(tokens[start : start + length])


def letter_terms(low: str) -> Iterator[str]:
    for word in low.split():
        padded = f" {word} "
        for length in (2, 3, 4):
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]


def learn_vocabulary(texts: Sequence[str], *, least: int = 2, most: int = 6_000) -> Vocabulary:
    """The commonest terms that stand in `least` texts or more."""
    lows = [text[:READ].lower() for text in texts]
    return Vocabulary(
        _learnt([set(word_terms(low)) for low in lows], least, most),
        _learnt([set(letter_terms(low)) for low in lows], least + 1, most),
    )


def _learnt(documents: Sequence[set[str]], least: int, most: int) -> dict[str, tuple[int, float]]:
    holders = Counter(term for document in documents for term in document)
    kept = [term for term, times in holders.most_common() if times >= least][:most]
    return {
        term: (column, math.log((1 + len(documents)) / (1 + holders[term])) + 1)
        for column, term in enumerate(sorted(kept))
    }


def weighed(terms: Iterator[str], known: Mapping[str, tuple[int, float]]) -> Numbers:
    weights = np.zeros(len(known), dtype=np.float32)
    for term, times in Counter(term for term in terms if term in known).items():
        column, rarity = known[term]
        weights[column] = (1 + math.log(times)) * rarity
    norm = float(np.linalg.norm(weights))
    return weights / norm if norm else weights


def form(message: Message) -> list[float]:
    """What can be seen without understanding: marks, lengths, places, who speaks after what."""
    low = message.text[:READ].lower()
    found = _WORD.findall(low)
    seen = (
        "?" in low,
        low.rstrip().endswith("?"),
        bool(found) and found[0] in _OPENERS,
        any(word in _OPENERS for word in found[:4]),
        "\n" in message.text,
        "`" in low,
        len(found) <= 2,
        len(found) <= 5,
        len(found) > 25,
        _CODE.search(low) is not None,
        _LINE.search(low) is not None,
        "@" in low,
        bool(message.before),
        message.before.rstrip(" _*").endswith("?"),
        message.instructor,
        message.channel,
        message.text.isupper(),
        _LETTER.match(low) is not None,
        not found,
        _TROUBLE.search(low) is not None,
    )
    return [float(mark) for mark in seen]


FORM_WIDTH = len(form(Message("")))
