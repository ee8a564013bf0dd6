"""App Home: a learner's own progress, or the cohort for an instructor."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from agent.app import Tutoring
from agent.conversation.context import Services
from agent.domain.people import Person
from agent.domain.turn import Turn
from integrations.slack.blocks import messages
from integrations.slack.coalescing_queue import CoalescingQueue
from integrations.slack.directory import Directory
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack.views.cohort_home import Shown, cohort_home
from integrations.slack.views.learner_home import learner_home

MAX_BLOCKS = 100
MAX_REMEMBERED = 1_000


class HomePages:
    """Publishes Home pages; each is made at the moment of publishing, so that the last one shown is true."""

    def __init__(
        self,
        tutoring: Tutoring,
        client: WebClient,
        *,
        outbox_worker: OutboxWorker,
        directory: Directory,
        coalescing: CoalescingQueue,
    ) -> None:
        self._tutoring, self._client = tutoring, client
        self._outbox_worker, self._directory, self._coalescing = outbox_worker, directory, coalescing
        self._shown: dict[str, Shown] = {}  # where each instructor has turned to

    def publish(self, person: Person) -> None:
        user, client = person.id.partition(":")[2], self._client

        def show() -> None:
            shown = self._shown.get(person.id, Shown())
            client.views_publish(user_id=user, view=home(self._tutoring.tutor.services, person, shown))

        self._coalescing.show(f"home:{person.id}", show)

    def turn(self, team: str, user: str, value: str) -> None:
        """An instructor wants to see another part of the cohort."""
        if len(self._shown) >= MAX_REMEMBERED:
            self._shown.clear()
        person = self._directory.person(team, user)
        self._shown[person.id] = Shown.read(value)
        self.publish(person)

    def refresh(self, person_id: str) -> None:
        """A learner's page after somebody else decided on their work, an instructor's after somebody handed in."""
        person = self._tutoring.tutor.services.learners.find(person_id)
        if person is not None:
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
                self._outbox_worker.post(key, *messages(result.reply), channel=greet_in, user=user)
                self._outbox_worker.flush()


def home(services: Services, person: Person, shown: Shown) -> dict[str, Any]:
    blocks = cohort_home(services, person, shown) if person.is_instructor else learner_home(services, person)
    return {"type": "home", "blocks": blocks[:MAX_BLOCKS]}
