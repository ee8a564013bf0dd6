"""What the model is told of a turn, as JSON: no text of a person or a file can pose as a rule of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.conversation.facts import Fact, FactBook
from agent.conversation.view import View
from agent.llm.port import Message
from knowledge.course.pack import Question

REMEMBERED = 12  # messages of the conversation, uncut


def instructions(rules: str, view: View, book: FactBook, *, general_knowledge: bool) -> str:
    told = {
        "person": {"role": view.context.person.role.value, "place": _place(view)},
        "lesson": {"title": view.context.lesson.title, "gate": view.context.lesson.gate},
        "general_knowledge": general_knowledge and view.is_private,
        "criteria": [_criterion(view, one.id) for one in view.context.lesson.rubric],
        "files": [{"path": file.path, "kind": file.kind} for file in view.upload],
        "speaking_of": _focus(view),
        "question_that_waits": _pending(view),
        "facts": {fact.id: shown(fact) for fact in book},
    }
    kept = {name: value for name, value in told.items() if value not in ("", [], {}, None)}
    return f"{rules}\n# Facts of this turn\n{json.dumps(kept, ensure_ascii=False)}"


def shown(fact: Fact) -> str | Mapping[str, str]:
    return {"value": fact.text, "more": fact.detail} if fact.detail.strip() else fact.text


def conversation(view: View) -> list[Message]:
    return [*view.history[-REMEMBERED:], Message("user", view.text or "(no words)")]


def _place(view: View) -> str:
    channel = view.context.turn.channel
    return f"channel #{channel}: others read this" if channel else "direct message"


def _criterion(view: View, name: str) -> Mapping[str, Any]:
    criterion = view.context.lesson.criterion(name)
    assert criterion is not None  # noqa: S101 - a criterion of the rubric's own
    known = {"id": name, "title": criterion.title, "required": criterion.required}
    if not view.is_private:
        return known
    person, lesson = view.context.person.id, view.context.lesson.id
    hints = view.context.services.hints
    judged = view.status.get(name)
    level = hints.level(person, lesson, name) if judged is not None else 0
    verdict = "waits for an instructor" if judged and judged.pending else judged.verdict.value if judged else ""
    return known | ({"verdict": verdict} if verdict else {}) | ({"hint_level": level} if level else {})


def _focus(view: View) -> Mapping[str, str]:
    dialogue = view.dialogue
    spoken = {"card": dialogue.card, "criterion": dialogue.criterion, "remark": dialogue.finding}
    return {name: value for name, value in spoken.items() if value}


def _pending(view: View) -> Mapping[str, Any]:
    """The question with its points: to recognise them in the message, not to say them."""
    question = pending_question(view)
    if question is None:
        return {"id": view.pending} if view.pending else {}
    points = [{"id": point.id, "text": point.text} for point in question.points]
    return {"id": question.id, "text": question.text, "points": points}


def pending_question(view: View) -> Question | None:
    base = view.pending.partition("#")[0]
    return next((question for question in view.context.lesson.questions if question.id == base), None)
