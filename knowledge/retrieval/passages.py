"""A passage of what is known, how it is cited, and the port that finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Citation:
    """`source` is a path below the ingested folder, or a lesson's id; `section` a heading's slug or section id."""

    title: str
    source: str
    section: str
    url: str  # what a person can open; empty only where nothing public exists


@dataclass(frozen=True)
class Passage:
    id: str  # stable: digest of source, section and position
    text: str
    heading: str  # path of headings, outermost first, joined by " > "
    citation: Citation
    lesson: str = ""  # the lesson's id where the passage is course material


Sentence = tuple[str, float]


@dataclass(frozen=True)
class Hit:
    passage: Passage
    score: float  # 0..1, comparable between questions: the calibrated relevance; below RELEVANT it does not answer
    sentences: tuple[Sentence, ...] = ()  # of the passage, in reading order, with their nearness to the question


class Retriever(Protocol):
    def search(self, query: str, *, limit: int = 5) -> list[Hit]:
        """Best first; an empty list when nothing is indexed."""
        ...
