"""Whether the points of an explanation are heard, and the misconceptions in it."""

from __future__ import annotations

from agent.app import Knowledge
from agent.understanding.explanations import Explanations
from evals.cases import Figures, load
from evals.suite import Suite
from knowledge.retrieval.familiar import Familiar, texts_of


def explanations(knowledge: Knowledge) -> Figures:
    figures: Figures = {}
    for part, path in (("", "teaching/explanations.yaml"), (" apart", "teaching/explanations_apart.yaml")):
        figures |= {f"{name}{part}": value for name, value in _compare(knowledge, load(path)).items()}
    return figures


def _compare(knowledge: Knowledge, cases: list[dict[str, object]]) -> Figures:
    lesson, reader = (
        knowledge.course.lessons[0],
        Explanations(Familiar(knowledge.embedding, texts_of(knowledge.course))),
    )
    questions = {other_question.id: other_question for other_question in lesson.questions}
    points = right = believed = 0
    for case in cases:
        question = questions[str(case["question"])]
        heard = reader.compare(str(case["text"]), question, lesson.misconceptions)
        said = {sentence.id for sentence in heard.said}
        wanted = case["said"]
        assert isinstance(wanted, list)
        points += len(question.points)
        right += sum((point.id in said) == (point.id in wanted) for point in question.points)
        believed += (heard.believes.id if heard.believes else "") == case.get("believes", "")
    return {"cases": len(cases), "points": right / points, "beliefs": believed / len(cases)}


SUITE = Suite("explanations", "Points that are heard in an explanation, and the misconceptions in it", explanations)
