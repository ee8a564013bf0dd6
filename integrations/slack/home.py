"""App Home: where a learner stands, criterion by criterion."""

from __future__ import annotations

from typing import Any

from agent.conversation import sheet
from agent.conversation.desk import Services
from agent.judgements import Judgement
from agent.people import Person
from integrations.slack.mrkdwn import from_markdown
from knowledge.course import Lesson

MAX_TEXT = 3_000
Block = dict[str, Any]


def home(services: Services, person: Person) -> dict[str, Any]:
    blocks: list[Block] = []
    for lesson in services.course.lessons:
        blocks += _lesson(services, person, lesson)
    return {"type": "home", "blocks": blocks[:100]}


def _lesson(services: Services, person: Person, lesson: Lesson) -> list[Block]:
    view = services.gates.view(person.id, lesson.id)
    standing = services.reviews.standing(person.id, lesson.id)
    title = f"{lesson.number} · {lesson.title}"
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:150]}},
        _section(f"**{lesson.gate}**: {sheet.STATES[view.state]}"),
    ]
    if standing:
        blocks += [_section(_criteria(lesson, standing)), _section(sheet.next_step(lesson, standing))]
    return [
        one for one in [*blocks, {"type": "divider"}] if one.get("text", {}).get("text") or one["type"] == "divider"
    ]


def _criteria(lesson: Lesson, standing: dict[str, Judgement]) -> str:
    lines = [f"{sheet.mark(standing[one.id])} {one.id} {one.title}" for one in lesson.rubric if one.id in standing]
    return "\n".join(lines)


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": from_markdown(text)[:MAX_TEXT]}}
