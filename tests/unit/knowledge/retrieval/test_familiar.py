from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.course.loader import load_course
from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.familiar import Familiar, texts_of


def test_only_texts_of_the_course_are_remembered() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(-1, 2)

    familiar = Familiar(embed, ["one", "three"])
    assert familiar(["three", "mine", "one", "mine"])[:, 0].tolist() == [5, 4, 3, 4]
    assert familiar(["mine", "one"])[:, 0].tolist() == [4, 3]
    assert asked == ["three", "mine", "one", "mine"]
    assert familiar([]).shape == (0, 2)


def test_the_course_has_texts() -> None:
    course = load_course()
    texts = set(texts_of(course))
    assert {question.text for lesson in course.lessons for question in lesson.questions} <= texts
