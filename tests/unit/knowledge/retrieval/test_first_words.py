"""What a card says first: a decision for whoever asks to decide, none for whoever asks something else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from knowledge.course.cards import AnswerCard, ShortAnswer
from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.first_words import decides, first_words
from knowledge.retrieval.lexical import words

VOLUME = AnswerCard(
    "volume",
    ("what is a volume", "does a volume survive a restart", "is a volume slow"),
    "A volume is storage outside of containers.",
    short=(
        ShortAnswer(("does a volume survive a restart",), "Yes."),
        ShortAnswer(("how many volumes may a service mount",), "As many as you like."),
        ShortAnswer(("is a volume bad on a laptop",), "No, it's the same there.", whole=True),
    ),
)
LAYERS = AnswerCard("layers", ("are many layers bad", "how many layers are normal"), "No, the number hardly matters.")


def _embed(texts: Sequence[str]) -> Vectors:
    """By the words that they share."""
    known = sorted({word for text in texts for word in words(text)})
    rows = np.array([[float(word in words(text)) for word in known] for text in texts], dtype=np.float32)
    vectors: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return vectors


@pytest.mark.parametrize(
    ("card", "text", "said"),
    [
        (VOLUME, "does the volume survive a restart", f"Yes. {VOLUME.says}"),
        (VOLUME, "how many volumes may one service mount", f"As many as you like. {VOLUME.says}"),
        (VOLUME, "is a volume bad on my laptop", "No, it's the same there."),
        (VOLUME, "is a volume fine on my laptop", VOLUME.says),  # asked the other way round: that no would be wrong
        (VOLUME, "what is a volume", VOLUME.says),
        (LAYERS, "are many layers bad", LAYERS.says),
        (LAYERS, "how many layers are normal", "The number hardly matters."),
        (LAYERS, "are many layers good", "The number hardly matters."),
    ],
)
def test_first_words(card: AnswerCard, text: str, said: str) -> None:
    assert first_words(card, text, _embed) == said


def test_decides_only_where_the_author_did() -> None:
    assert decides(VOLUME, "does the volume survive a restart", _embed)
    assert decides(LAYERS, "are many layers bad", _embed)
    assert not decides(VOLUME, "is a volume encrypted", _embed)
