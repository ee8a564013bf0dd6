"""App Home: where a learner stands, criterion by criterion."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from agent.bootstrap import Tutoring
from agent.conversation import sheet
from agent.conversation.desk import Services
from agent.judgements import Judgement
from agent.people import Person
from agent.turns import Turn
from integrations.slack.blocks import messages
from integrations.slack.courier import Courier
from integrations.slack.directory import Directory
from integrations.slack.latest import Latest
from integrations.slack.mrkdwn import from_markdown
from knowledge.course import Lesson

MAX_TEXT = 3_000
MAX_BLOCKS = 100
Block = dict[str, Any]


class HomePages:
    """Publishes Home pages; each is made at the moment of publishing, so that the last one shown is true."""

    def __init__(
        self, tutoring: Tutoring, client: WebClient, *, courier: Courier, directory: Directory, latest: Latest
    ) -> None:
        self._tutoring, self._client = tutoring, client
        self._courier, self._directory, self._latest = courier, directory, latest

    def publish(self, person: Person) -> None:
        user = person.id.partition(":")[2]
        services = self._tutoring.tutor.services
        self._latest.show(
            f"home:{person.id}", lambda: self._client.views_publish(user_id=user, view=home(services, person))
        )

    def refresh(self, person_id: str) -> None:
        """A learner's page after somebody else decided on their work."""
        person = self._tutoring.tutor.services.learners.find(person_id)
        if person is not None and not person.is_instructor:
            self.publish(person)

    def opened(self, team: str, user: str, *, greet_in: str = "") -> None:
        """What a person sees who opens the app; the first time they are greeted in the conversation."""
        person = self._directory.person(team, user)
        self._tutoring.tutor.enrol(person)
        self.publish(person)
        if greet_in and not person.is_instructor and self._tutoring.tutor.services.learners.is_new(person.id):
            key = f"{team}:{greet_in}:greeting"
            result = self._tutoring.take(Turn(key, f"{team}:{greet_in}", person, "hello"))
            if result.reply is not None:
                self._courier.post(key, *messages(result.reply), channel=greet_in, user=user)
                self._courier.flush()


def home(services: Services, person: Person) -> dict[str, Any]:
    blocks: list[Block] = []
    for lesson in services.course.lessons:
        blocks += _lesson(services, person, lesson)
    return {"type": "home", "blocks": blocks[:MAX_BLOCKS]}


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
