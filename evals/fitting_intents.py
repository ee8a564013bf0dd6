"""`python -m evals.fitting_intents`: learns to tell intents apart, from examples and the tuned half of the messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

import agent.understanding.intents
from agent.understanding.intent_model import WEIGHTS, signals
from agent.understanding.intents import Intent
from evals.cases import load
from knowledge.course.loader import load_course
from knowledge.retrieval.embedding import Embedding

Numbers = NDArray[np.float64]
PULL = 6.0  # how strongly weights are held near nought
FROM_COURSE = 150  # texts of the course for each of its two intents, so that they do not outweigh the others


def main() -> None:
    texts, names = zip(*_examples(), strict=True)
    intents = sorted(set(names))
    rows = np.c_[signals(texts, Embedding()), np.ones(len(texts))]
    wanted = np.array([[name == intent for intent in intents] for name in names], dtype=float)
    weights = learned(rows, wanted)
    np.savez_compressed(WEIGHTS, names=np.array(intents), weights=weights.astype(np.float16))
    right = (np.argmax(rows @ weights, axis=1) == np.argmax(wanted, axis=1)).mean()
    print(
        f"{len(texts)} messages, {len(intents)} intents, {right:.3f} of them read as labelled; {WEIGHTS.name} written"
    )


def _examples() -> Iterator[tuple[str, str]]:
    source = Path(agent.understanding.intents.__file__).with_name("intent_examples.yaml").read_text("utf-8")
    for messages in (yaml.safe_load(source), load("intent/tuned/messages.yaml"), load("intent/tuned/second_hand.yaml")):
        for name, texts in messages.items():
            yield from ((str(text), name) for text in texts)
    course = load_course()
    asked = [text for lesson in course.lessons for of in lesson.asked.values() for held in of.values() for text in held]
    yield from ((text, Intent.QUESTION.value) for text in asked[:: max(1, len(asked) // FROM_COURSE)])
    yield from ((text, Intent.OUT_OF_SCOPE.value) for text in course.outside[:FROM_COURSE])


def learned(rows: Numbers, wanted: Numbers) -> Numbers:
    """Ridge regression to one column an intent; all intents count the same, however many examples they have."""
    count = np.sqrt((wanted / wanted.sum(axis=0)).sum(axis=1, keepdims=True) * len(rows) / wanted.shape[1])
    weighed = rows * count
    nearness = weighed @ weighed.T + PULL * np.eye(len(rows))
    found: Numbers = weighed.T @ np.linalg.solve(nearness, wanted * count)
    return found


if __name__ == "__main__":
    main()
