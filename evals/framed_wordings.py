"""Wordings that take back what stands around them, or do not: files below `cases/frames`, and what tuned plans hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agent.grading.plan_review.frames import Voice
from agent.grading.plan_review.markup import visible, without_footnotes
from agent.grading.plan_review.outline import parts
from agent.grading.plan_review.reach import points_beyond
from agent.grading.plan_review.scopes import Role, structural
from evals.cases import load, load_all
from knowledge.course.loader import load_course

CROSSED = 6  # subjects that a wording with a gap is said of; all twenty change no figure and take long
_ROLES = (Role.HEADING, Role.LEAD, Role.LABEL, Role.TAIL, Role.COLUMN)


@dataclass(frozen=True)
class Wording:
    """`origin` is what it was made from: what shares it is never on both sides of a test."""

    kind: str
    text: str
    origin: str


def wordings(voice: Voice) -> list[Wording]:
    """Of the tuned half, those of tuned plans included."""
    written = list(_written(voice))
    known = {wording.text for wording in written}
    found = heads_of_plans() if voice is Voice.HEAD else sentences_of_plans()
    return written + [Wording("own", text, text) for text in found if text not in known]


def _written(voice: Voice) -> Iterator[Wording]:
    subjects, number = load("frames/tuned/topics.yaml"), 0
    for name in _FILES[voice]:
        for group in load(f"frames/tuned/{name}.yaml"):
            for text in group["texts"]:
                if "{it}" not in text:
                    yield Wording(group["kind"], text, text)
                    continue
                for _ in range(CROSSED):
                    number += 7  # coprime to the number of subjects, so that all have their turn
                    yield Wording(group["kind"], text.replace("{it}", subjects[number % len(subjects)]), text)


_FILES = {
    Voice.HEAD: ("heads_taken_back", "heads_honest", "heads_more", "heads_of_plans"),
    Voice.SENTENCE: ("sentences_taking_back", "sentences_honest", "sentences_more", "sentences_of_plans"),
}


@cache
def heads_of_plans() -> tuple[str, ...]:
    """Heads of the tuned plans; those that do take back are labelled in `heads_of_plans.yaml`."""
    found: dict[str, None] = {}
    for case in load_all("review/tuning"):
        text = without_footnotes(visible(case["plan"]))
        scopes = structural(text, parts(text))
        found |= {scope.says: None for scope in scopes if scope.role in _ROLES and any(map(str.isalpha, scope.says))}
    return tuple(found)


@cache
def sentences_of_plans() -> tuple[str, ...]:
    """Labelled sentences of the tuned plans that point beyond themselves."""
    folder = load_course().lessons[0].folder / "review"
    said = [row["text"] for row in load(str(folder / "sentences.yaml"))]
    return tuple(dict.fromkeys(text for text in said if points_beyond(text)))
