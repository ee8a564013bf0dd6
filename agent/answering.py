"""Answers from what is known: verbatim sentences with their sources, or an honest “I do not know”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.intents import Embed
from knowledge.lexical import words
from knowledge.passages import Citation, Hit
from knowledge.quotable import Quotable
from knowledge.retrieval import HybridRetriever
from knowledge.splitting import sentences

CONSIDERED = 6  # passages that an answer may quote from
MAX_SENTENCES = 4
MAX_CHARACTERS = 700
MIN_RELEVANCE = 0.46  # of the best passage; below it the question is declined. Calibrated by the grounding suite
STRANGE = 0.10  # what is asked on top when none of the question's words stands anywhere in the material
MIN_SENTENCE = 0.30  # cosine between the question and a quoted sentence
BEHIND = 0.40  # how far a sentence may be behind the best one and still be quoted
SUPPORTED = 0.62  # cosine between a sentence and the best sentence of its passages
MAX_QUESTION = 2_000
_MARKER = re.compile(r"\s*\[(\d+)\]")
_FOLLOW_UP = re.compile(
    r"^\W*(and|but|so|what about|how about|why|why not|ok|also|then|it|that|this|does it|is it|can it)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

DECLINE = (
    "I have nothing on that in this course's material, so I would rather not guess. I can help with containers, "
    "images, reproducible builds, configuration, secrets, and your own gate."
)


@dataclass(frozen=True)
class Answer:
    """`text` carries markers [1]… that count through `citations`; `hits` are the cited passages in that order."""

    text: str
    declined: bool
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    passages: tuple[Hit, ...] = ()  # what retrieval found, cited or not


class Answerer:
    def __init__(self, retriever: HybridRetriever, embed: Embed) -> None:
        self._retriever, self._embed, self._quotable = retriever, embed, Quotable(embed)

    def answer(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        asked = " ".join(question.split())[:MAX_QUESTION]
        hits = self._found(asked, history)
        if not self._is_known(asked, hits):
            return Answer(DECLINE, declined=True, passages=tuple(hits))
        chosen = self._choose(asked, hits)
        if not chosen:
            return Answer(DECLINE, declined=True, passages=tuple(hits))
        return _composed(chosen, hits)

    def _found(self, asked: str, history: Sequence[tuple[str, str]]) -> list[Hit]:
        """What looks like a follow-up may stand on its own: the nearer of both readings counts."""
        queries = dict.fromkeys((self.query(asked, history), asked))
        found = [list(self._retriever.search(query, limit=CONSIDERED)) for query in queries]
        return max(found, key=lambda hits: hits[0].score if hits else 0.0)

    def query(self, asked: str, history: Sequence[tuple[str, str]]) -> str:
        """A follow-up takes the last question of the person along."""
        before = next((text for role, text in reversed(history) if role == "user"), "")
        short = len(words(asked)) < 4 or _FOLLOW_UP.match(asked)
        return f"{before[:300]} {asked}" if before and short else asked

    def _is_known(self, asked: str, hits: Sequence[Hit]) -> bool:
        if not hits or not words(asked):
            return False
        return hits[0].score >= MIN_RELEVANCE + STRANGE * (1 - self._retriever.known_share(asked))

    def _choose(self, asked: str, hits: Sequence[Hit]) -> list[tuple[int, str]]:
        """(index of the hit, sentence), best passages first, in reading order inside a passage."""
        found = [self._quotable.of(hit.passage.text) for hit in hits]
        pool = [(index, place, text) for index, (texts, _) in enumerate(found) for place, text in enumerate(texts)]
        if not pool:
            return []
        nearness = np.concatenate([vectors for _, vectors in found]) @ self._embed([asked])[0]
        worth = [
            _worth(float(near), hits[index].score, place)
            for near, (index, place, _) in zip(nearness, pool, strict=True)
        ]
        ranked = sorted(range(len(pool)), key=lambda one: -worth[one])
        chosen: list[int] = []
        length = 0
        for one in ranked:
            text = pool[one][2]
            weak = nearness[one] < MIN_SENTENCE or worth[one] < worth[ranked[0]] - BEHIND
            if weak or any(_same(text, pool[other][2]) for other in chosen):
                continue
            if len(chosen) == MAX_SENTENCES or length + len(text) > MAX_CHARACTERS:
                break
            chosen.append(one)
            length += len(text)
        return [(pool[one][0], pool[one][2]) for one in sorted(chosen, key=lambda one: (pool[one][0], pool[one][1]))]

    def unsupported(self, text: str, hits: Sequence[Hit]) -> list[str]:
        """The sentences that no passage supports: too far from all of them, or with a number that none holds."""
        said = [one for one in sentences(text) if not one.endswith("?")]
        sources = [one for hit in hits for one in (*sentences(hit.passage.text), hit.passage.text)]
        if not said or not sources:
            return said
        nearness = self._embed([_MARKER.sub("", one) for one in said]) @ self._embed(sources).T
        numbers = set(_NUMBER.findall(" ".join(sources)))
        return [
            one
            for one, near in zip(said, np.max(nearness, axis=1), strict=True)
            if near < SUPPORTED or not set(_NUMBER.findall(_MARKER.sub("", one))) <= numbers
        ]


def _worth(nearness: float, relevance: float, place: int) -> float:
    """A good sentence of the best passage beats a slightly nearer one of the sixth; openings define."""
    return nearness + 0.8 * relevance + (0.03 if place == 0 else 0.0)


def _same(text: str, other: str) -> bool:
    one, two = set(words(text)), set(words(other))
    return len(one & two) / max(1, min(len(one), len(two))) > 0.75


def _composed(chosen: Sequence[tuple[int, str]], hits: Sequence[Hit]) -> Answer:
    """Numbers the cited sections in the order of their first sentence; one source is cited once."""
    numbers: dict[Citation, int] = {}
    cited: dict[Citation, Hit] = {}
    lines = []
    for index, text in chosen:
        citation = hits[index].passage.citation
        number = numbers.setdefault(citation, len(numbers) + 1)
        cited.setdefault(citation, hits[index])
        lines.append(f"{_ended(text)} [{number}]")
    return Answer(
        "\n".join(lines), declined=False, citations=tuple(numbers), hits=tuple(cited.values()), passages=tuple(hits)
    )


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text.rstrip(":;,") + "."
