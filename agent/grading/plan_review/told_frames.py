"""What a learner and an instructor are told of a statement that stands under a frame."""

from __future__ import annotations

from agent.grading.plan_review.frames import Kind
from agent.grading.plan_review.statements import Statement

SHOWN = 90  # characters of a statement; the whole of it stands in the plan

_READ_AS = {
    Kind.PLANNED: "not done yet",
    Kind.ABSENT: "not there",
    Kind.REJECTED: "given up",
    Kind.FORMER: "how it used to be",
    Kind.ELSEWHERE: "somebody else's practice",
    Kind.EXAMPLE: "an example",
    Kind.REQUIRED: "what is asked for",
    Kind.DENIED: "not true of your system",
    Kind.HYPOTHETICAL: "an idea",
    Kind.REVIEWER: "addressed to whoever reviews",
}


def taken_back_by(statement: Statement) -> str:
    frame = statement.frame
    if frame is None:
        return ""
    under = f"under “{_short(frame.words)}”" if frame.words else "behind an empty box"
    return f"“{_short(statement.claim.whole)}” stands {under}, so I read it as {_READ_AS[frame.kind]}."


def may_be_taken_back(statement: Statement) -> str:
    frame = statement.frame
    words = _short(frame.words) if frame is not None else ""
    said = f"“{_short(statement.claim.whole)}” stands under “{words}”"
    return f"{said}; an instructor decides whether that's how you work today."


def _short(said: str) -> str:
    said = said.strip(" :")
    return said if len(said) <= SHOWN else said[:SHOWN].rsplit(" ", 1)[0] + " …"
