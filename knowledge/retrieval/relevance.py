"""How well a section answers a question: weights that were learned, and a share that says how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import yaml

LEARNED = Path(__file__).with_name("ranking.yaml")
# Below it a section does not answer. `python -m evals.sensitivity grounding --guides`, 2026-11-29, tuned half: 0.013 of
# what is taught is refused and 0.975 of what is not; 0.008 and 0.959 at 0.50, 0.017 and 0.984 at 0.60.
RELEVANT = 0.55


@dataclass(frozen=True)
class Signals:
    """What speaks for one section: nearness in meaning of its parts, and shared words; each 0..1."""

    passage: float  # nearest passage
    sentence: float  # nearest sentence
    asked: float  # nearest way in which people ask for it
    words: float  # BM25, as a share of the best section's
    coverage: float  # share of the question's words that it holds
    course: float  # 1 for the course's own lessons


@dataclass(frozen=True)
class QueryFeatures:
    """What the question itself tells: how much of it is known here, and how near it is to what is not taught here."""

    known: float
    length: float  # content words, in tens
    outside: float


@dataclass(frozen=True)
class Relevance:
    ranking: Mapping[str, float]
    relevance: Mapping[str, float]

    @classmethod
    @cache
    def load(cls) -> Relevance:
        learned = yaml.safe_load(LEARNED.read_text("utf-8"))
        return cls(learned["ranking"], learned["relevance"])

    def score(self, signals: Signals) -> float:
        return math.fsum(
            self.ranking[field_name.name] * getattr(signals, field_name.name) for field_name in fields(signals)
        )

    def share(self, signals: Signals, question: QueryFeatures) -> float:
        """0..1, comparable between questions."""
        of_question = math.fsum(
            self.relevance[field_name.name] * getattr(question, field_name.name) for field_name in fields(question)
        )
        of_section = self.relevance["score"] * self.score(signals) + self.relevance["asked"] * signals.asked
        return 1 / (1 + math.exp(-(of_section + of_question + self.relevance["constant"])))
