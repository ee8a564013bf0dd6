"""Whether a sentence says what a passage says. Nearness of meaning alone lets a negation or a splice through, so each
clause also has to follow one sentence of the passage: its words, in its order, with its denials and its extent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.guardrails.alignment import Alignment, aligned
from agent.guardrails.opposites import claims_more, turned
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.lexical import words
from knowledge.retrieval.packed_vectors import Embed
from knowledge.retrieval.passages import Hit
from knowledge.retrieval.quotable import Quotable

# `python -m evals.sensitivity support`, 2026-11-29, tuned half: 0.98 of the distortions are held back and 0.30 of the
# rewordings pass; 0.92 and 0.41 with FOLLOWED at 0.80, 1.00 and 0.22 at 0.90; 0.32 pass with NEAR at 0.55, 0.24 at
# 0.69, 0.19 with LEFT_OUT at 1. DENSE from 0.4 to 0.6 and CANDIDATES from 2 to 8 change nothing there and are chosen.
NEAR = 0.62  # cosine between a sentence and the one that supports it
FOLLOWED = 0.85  # share of a clause's words that follow the source in its order
DENSE = 0.5  # of the part of the source that a clause covers, the share that it says
LEFT_OUT = 2  # words of the source in a row that a clause may leave out
CANDIDATES = 4  # the nearest sentences that may support one
MAX_WORDS = 120  # what is longer is compared by its beginning
SHORT = 3  # words; a shorter clause says nothing by itself and belongs to its neighbour
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MARKER = re.compile(r"\s*\[\d+\]")
_TOKEN = re.compile(r"[a-z0-9_'’]+(?:[.-][a-z0-9_]+)*")
_DENIAL = re.compile(r"^(?:not?|never|none|nothing|nobody|neither|nor|without|cannot|instead|\w+n['’]t)$")
_CLAUSE = re.compile(
    r"\s*(?:[;:,]\s*(?:(?:so|and|but|because|while|since|which|then|or)\b)?|\b(?:because|while|so that|since)\b)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Source:
    hit: int
    text: str
    nearness: float


class Supports:
    """Over the sentences of passages; what is quoted word for word needs no measuring."""

    def __init__(self, embed: Embed) -> None:
        self.embed, self._quotable = embed, Quotable(embed)

    def of(self, sentence: str, hits: Sequence[Hit]) -> int | None:
        """The index of the passage that supports it, or None; a number that no passage holds has no support."""
        said = bare(sentence)
        if (quoted := _quoted(said, hits)) is not None:
            return quoted
        if not senses(said):
            return None
        known = set(_NUMBER.findall(" ".join(hit.passage.text for hit in hits)))
        if not set(_NUMBER.findall(said)) <= known:
            return None
        return next((source.hit for source in self._sources(said, hits) if _follows(said, source.text)), None)

    def _sources(self, said: str, hits: Sequence[Hit]) -> list[_Source]:
        vector = self.embed([said])[0]
        near = []
        for index, hit in enumerate(hits):
            texts, vectors = self._sentences(hit)
            near += [_Source(index, text, float(one)) for text, one in zip(texts, vectors @ vector, strict=True)]
        return sorted((other_hit for other_hit in near if other_hit.nearness >= NEAR), key=lambda one: -one.nearness)[
            :CANDIDATES
        ]

    def _sentences(self, hit: Hit) -> tuple[Sequence[str], Vectors]:
        """A draft has no source and may hold a learner's words: it is embedded and forgotten."""
        if hit.passage.citation.source:
            return self._quotable.of(hit.passage.text)
        found = sentences(hit.passage.text)
        return found, self.embed(found)


def bare(sentence: str) -> str:
    """Without the markers of its sources."""
    return _MARKER.sub("", sentence).strip()


def _quoted(said: str, hits: Sequence[Hit]) -> int | None:
    return next((index for index, hit in enumerate(hits) if _flat(said) in _quotes(hit.passage.text)), None)


def _quotes(text: str) -> frozenset[str]:
    return frozenset(_flat(sentence) for sentence in sentences(text))


def _flat(text: str) -> str:
    return " ".join(text.split()).strip('"“”').rstrip(".!:;,")


def _follows(sentence: str, source: str) -> bool:
    held, tokens = senses(source)[:MAX_WORDS], _tokens(source)
    return not claims_more(_tokens(sentence), tokens) and all(
        _is_kept(aligned(senses(clause)[:MAX_WORDS], held)) and not turned(_tokens(clause), tokens)
        for clause in clauses(sentence)
    )


def _is_kept(found: Alignment) -> bool:
    return found.begins and found.share >= FOLLOWED and found.density >= DENSE and found.gap <= LEFT_OUT


def clauses(sentence: str) -> list[str]:
    """Parts that claim something each, in order."""
    joined: list[str] = []
    for part in _parts(sentence):
        if joined and min(len(senses(part)), len(senses(joined[-1]))) < SHORT:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _parts(sentence: str) -> Iterator[str]:
    return (part for part in _CLAUSE.split(sentence) if part.strip())


def senses(text: str) -> list[str]:
    """The stems of a text in order; one that is denied is another one."""
    found: list[str] = []
    denial = ""
    for token in _tokens(text):
        if _DENIAL.match(token):
            denial = "not "
            continue
        for stem in dict.fromkeys(words(token)):
            found.append(denial + stem)
            denial = ""
    return [*found, denial] if denial else found


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())
