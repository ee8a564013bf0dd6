"""`python -m evals.fitting GUIDES`: learns the weights of retrieval and of refusal, on the tuned half only."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from agent.app import open_knowledge
from agent.settings import Settings
from evals.asked import AskedCase, asked, outside
from knowledge.retrieval.hybrid import Found
from knowledge.retrieval.relevance import LEARNED, QueryFeatures, Relevance, Signals

Numbers = NDArray[np.float64]
HALF = "tuned"
STEPS, RATE, MOMENTUM, DECAY = 400, 3.0, 0.9, 1e-3  # gradient ascent for the ranking
ROUNDS, PULL = 60, 1e-2  # Newton's method for the relevance, and how strongly its weights are held near nought
HEAD = "# Learned by `python -m evals.fitting` on the tuned half of the questions; not written by hand.\n"


def main(guides: str) -> None:
    """Learns with the guides and without them, so that the weights serve both."""
    known: list[tuple[AskedCase, Found]] = []
    strange: list[Found] = []
    for folder in ("", guides):
        of_folder, of_nothing = _found(folder)
        known += of_folder
        strange += of_nothing
    ranking = _named(Signals, learn_ranking(known))
    relevance = learn_relevance(ranking, [one for _, one in known], strange)
    text = HEAD + yaml.safe_dump({"ranking": ranking, "relevance": relevance}, sort_keys=False)
    LEARNED.write_text(text, "utf-8")
    print(text)


def _found(guides: str) -> tuple[list[tuple[AskedCase, Found]], list[Found]]:
    with tempfile.TemporaryDirectory() as data:
        knowledge = open_knowledge(Settings.read(data=Path(data), index_url="", course=None))
        if guides:
            knowledge.ingestor.ingest(guides)
        find = knowledge.retriever.find
        cases = [case for case in asked(HALF, knowledge) if not case.history]
        return [(case, find(case.question)) for case in cases], [find(question) for question in outside(HALF)]


def learn_ranking(known: Sequence[tuple[AskedCase, Found]]) -> Numbers:
    """Weights under which the sections that answer take most of a softmax over all candidates."""
    rows = [np.array([astuple(candidate.signals) for candidate in found.candidates]) for _, found in known]
    right = [
        np.array([candidate.place in case.accept for candidate in found.candidates], dtype=float)
        for case, found in known
    ]
    weights = np.zeros(len(fields(Signals)))
    pace = np.zeros_like(weights)
    for _ in range(STEPS):
        slope = -DECAY * weights
        for row, mark in zip(rows, right, strict=True):
            if mark.any():
                odds = np.exp(row @ weights - (row @ weights).max())
                odds /= odds.sum()
                slope += ((odds * mark) / max((odds * mark).sum(), 1e-12) - odds) @ row / len(rows)
        pace = MOMENTUM * pace + slope
        weights += RATE * pace
    return weights


def learn_relevance(ranking: Mapping[str, float], known: Sequence[Found], strange: Sequence[Found]) -> dict[str, float]:
    """A logistic model that tells the best section of a question that is answered from one of a question that is not;
    both kinds of questions count the same, however many there are of each."""
    scored = Relevance(ranking, {})
    rows = np.array([_row(scored, found) for found in (*known, *strange)])
    answered = np.array([1.0] * len(known) + [0.0] * len(strange))
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    weights = _logistic(np.c_[(rows - middle) / spread, np.ones(len(rows))], answered)
    raw = weights[:-1] / spread
    names = ("score", "asked", *(field_name.name for field_name in fields(QueryFeatures)))
    found = {name: round(float(value), 4) for name, value in zip(names, raw, strict=True)}
    return found | {"constant": round(float(weights[-1] - raw @ middle), 4)}


def _row(scored: Relevance, found: Found) -> list[float]:
    best = max((candidate.signals for candidate in found.candidates), key=scored.score)
    return [scored.score(best), best.asked, *astuple(found.question)]


def _logistic(rows: Numbers, answered: Numbers) -> Numbers:
    share = answered.mean()
    count = np.where(answered == 1.0, 0.5 / share, 0.5 / (1 - share)) / len(rows)
    held = PULL * np.r_[np.ones(rows.shape[1] - 1), 1e-6]
    weights = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        sure = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (count * (answered - sure)) - held * weights
        curve = (rows * (count * sure * (1 - sure))[:, None]).T @ rows + np.diag(held)
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def _named(shape: type[Signals], weights: Numbers) -> dict[str, float]:
    return {one.name: round(float(value), 4) for one, value in zip(fields(shape), weights, strict=True)}


if __name__ == "__main__":
    main(sys.argv[1])
