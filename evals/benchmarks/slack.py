"""The Slack app under load, beside the smallest Bolt app under the same load in the same run."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evals.benchmarks.app_process import TUTOR, AppProcess
from evals.benchmarks.timing import Measured
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace
from knowledge.course.loader import load_course

LEARNERS = 300
RATES, SECONDS = (50, 100), 60.0
CALM = 20  # messages of the quiet run, one a second
PATIENCE = 1_200.0  # seconds for the last reply
ECHO = ("-m", "evals.benchmarks.echo_app")
APPS = {"tutor": TUTOR, "echo": ECHO}


@dataclass
class Class:
    """Learners who write to an app by direct message, and what became of it."""

    emulator: Emulator
    name: str

    def __post_init__(self) -> None:
        people = [person.name for person in self.emulator.workspace.people() if person.name.startswith("Learner")]
        self._places = [(self.emulator.person(name), self.emulator.direct(name)) for name in people]
        self._questions = [question.text for lesson in load_course().lessons for question in lesson.questions]
        self._said = 0

    def says(self) -> Seen:
        """The next learner asks the next question."""
        person, channel = self._places[self._said % len(self._places)]
        text = self._questions[self._said % len(self._questions)]
        self._said += 1
        return person.says(channel, text)

    def writes(self, rate: float, seconds: float) -> list[Seen]:
        """On time, however long the app takes."""
        said: list[Seen] = []
        begun = time.monotonic()
        while len(said) < rate * seconds:
            time.sleep(max(0.0, begun + len(said) / rate - time.monotonic()))
            said.append(self.says())
        return said

    def replies(self) -> Counter[str]:
        """How many each message got, by its timestamp."""
        bot = self.emulator.installation().user_id
        with self.emulator.world.lock:
            channels = self.emulator.workspace.channels.values()
            return Counter(
                message.thread_ts for place in channels for message in place.messages.values() if message.user == bot
            )

    def delivered(self, said: Sequence[Seen]) -> list[Seen]:
        """Those of which the app said that it has them."""
        log = [delivery for delivery in self.emulator.deliveries.log if delivery.state == "acknowledged"]
        known = {str((delivery.payload.get("event") or {}).get("ts")) for delivery in log}
        return [sentence for sentence in said if sentence.ts in known]

    def wait(self, said: Sequence[Seen], patience: float = PATIENCE) -> None:
        """Until each has a reply, or nothing more comes."""
        wanted, end = {sentence.ts for sentence in said}, time.monotonic() + patience
        while not wanted <= self.replies().keys() and time.monotonic() < end:
            time.sleep(0.25)

    def acknowledged_in(self, said: Sequence[Seen]) -> list[float]:
        """Milliseconds from envelope to acknowledgement; one that never came counts as Slack's three seconds."""
        wanted, limit = {sentence.ts for sentence in said}, self.emulator.sockets.ack_seconds
        log = [
            delivery
            for delivery in self.emulator.deliveries.log
            if (delivery.payload.get("event") or {}).get("ts") in wanted
        ]
        attempts = [attempt for delivery in log for attempt in delivery.attempts]
        return [
            1_000 * (other_attempt.ended - other_attempt.at if other_attempt.outcome == "acknowledged" else limit)
            for other_attempt in attempts
        ]

    def first_calls_in(self, said: Sequence[Seen]) -> list[float]:
        """Milliseconds from the message to the first sign of the app in its thread."""
        first: dict[str, float] = {}
        for call in self.emulator.calls():
            first.setdefault(str(call.args.get("thread_ts") or ""), call.at)
        return [(first[sentence.ts] - float(sentence.ts)) * 1_000 for sentence in said if sentence.ts in first]

    def told(self, said: Sequence[Seen], what: str) -> str:
        replies = self.replies()
        lost = sum(sentence.ts not in replies for sentence in said)
        doubled = sum(replies[sentence.ts] > 1 for sentence in said)
        return f"{self.name} {what}: {len(said)} messages, {lost} replies lost, {doubled} doubled"


@contextmanager
def classroom(name: str) -> Iterator[tuple[Class, AppProcess]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(Workspace.classroom("agent", LEARNERS), strict=True) as emulator,
        AppProcess(emulator, Path(folder), name=name, command=APPS[name]) as app,
    ):
        yield Class(emulator, name), app


def slack() -> Iterator[Measured | str]:
    for name in APPS:
        with classroom(name) as (room, app):
            room.wait([room.says()])  # what the first message warms up is not counted
            yield from _calm(room)
            for rate in RATES:
                yield from _load(room, app, rate)
            yield from _at_once(room)


def _calm(room: Class) -> Iterator[Measured]:
    said = room.writes(1, CALM)
    room.wait(said)
    yield f"{room.name}: ack at 1/s", room.acknowledged_in(said)
    yield f"{room.name}: first call at 1/s", room.first_calls_in(said)


def _load(room: Class, app: AppProcess, rate: int) -> Iterator[Measured | str]:
    begun = time.monotonic()
    said = room.writes(rate, SECONDS)
    room.wait(said)
    yield f"{room.name}: ack at {rate}/s", room.acknowledged_in(said)
    yield f"{room.name}: first call at {rate}/s", room.first_calls_in(said)
    took = time.monotonic() - begun
    yield f"{room.told(said, f'at {rate}/s for {SECONDS:.0f} s')}, last reply after {took:.0f} s"
    yield f"{room.name}: {app.megabytes():.0f} MB in memory"


def _at_once(room: Class) -> Iterator[Measured | str]:
    begun = time.monotonic()
    said = [room.says() for _ in range(LEARNERS)]
    room.wait(said)
    yield f"{room.told(said, f'{LEARNERS} conversations at once')}, last reply after {time.monotonic() - begun:.1f} s"
