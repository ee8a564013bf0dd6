"""Questions with the sections that answer them, in two halves; `apart` was never used while tuning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.app import Knowledge
from evals.cases import load
from knowledge.retrieval.material import Place

HALVES = ("tuned", "apart")
FILES = ("lesson", "guides", "follow_ups")
LESSON = "containers"  # what a case means by `lesson`
History = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AskedCase:
    group: str  # the file that it stands in
    question: str
    accept: frozenset[Place]
    history: History = ()


def asked(half: str, knowledge: Knowledge) -> list[AskedCase]:
    """The questions that something in the index answers; a section that a guide in the index lacks stops the run."""
    places = knowledge.retriever.places()
    sources = {source for source, _ in places}
    found = [case for name in FILES for case in _cases(half, name)]
    wrong = {place for case in found for place in case.accept if place[0] in sources and place not in places}
    assert not wrong, f"no such sections: {sorted(wrong)}"
    return [case for case in found if case.accept & places]


def outside(half: str) -> list[str]:
    """Questions that nothing in the material answers."""
    return [str(case) for case in load(f"grounding/{half}/outside.yaml")]


def _cases(half: str, name: str) -> Iterator[AskedCase]:
    for case in load(f"retrieval/{half}/{name}.yaml"):
        history = tuple((entry["role"], entry["text"]) for entry in case.get("history", ()))
        yield AskedCase(name, case["question"], frozenset(_place(phrase) for phrase in case["accept"]), history)


def _place(name: str) -> Place:
    source, _, section = name.partition("#")
    return (LESSON if source == "lesson" else source), section
