from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.quotable import Quotable


def test_a_passage_is_embedded_once_while_it_is_in_use() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return np.ones((len(texts), 3), dtype=np.float32)

    quotable = Quotable(embed, remembered=1)
    first, second = "An image has layers. A layer is a set of changes.", "A registry keeps images for others."
    texts, vectors = quotable.of(first)
    assert vectors.shape == (len(texts), 3)
    assert quotable.of(first)[0] == texts
    assert len(asked) == len(texts)
    quotable.of(second)
    quotable.of(first)
    assert asked.count(texts[0]) == 2
