"""The real app on the emulator: in this process, or in children that may be killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from agent.app import Tutoring, open_tutoring
from agent.conversation.decision import Decision
from agent.conversation.mind import Mind, Thought, Trail
from agent.conversation.view import View
from agent.llm.port import LanguageModel
from agent.settings import Settings, SlackProfile
from agent.storage.tables import OutboxRow
from integrations.slack import manifest
from integrations.slack.app import SlackTutor, open_slack
from integrations.slack.socket import Socket
from integrations.slack_emulator.apps import App
from integrations.slack_emulator.deliveries import Delivery
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.files import Attachment
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace
from tools.sandbox.builder import BuilderStatus, BuildProgress, BuildReceipt, Outcome
from tools.uploads.files import Upload

SECONDS = 60.0
SUBMISSIONS = Path(__file__).parents[2] / "submissions"
QUESTION = "why not just use a venv?"
Files = Sequence[tuple[str, bytes] | Attachment]


def weak(name: str) -> tuple[str, bytes]:
    return name, (SUBMISSIONS / "weak" / name).read_bytes()


class PatientMind:
    """Takes as long over an answer as a test wants; `views` is what it was asked to think about."""

    def __init__(self) -> None:
        self.views: list[View] = []
        self.said = ""  # the last answer
        self.hold: str = ""  # answers to messages with these words wait
        self.telling = False  # as a model does: piece by piece, and the wait comes after the first
        self.begun, self.go = threading.Event(), threading.Event()

    def around(self, mind: Mind) -> Mind:
        self._mind = mind
        return self

    def step(self, view: View, trail: Trail) -> Thought:
        thought = self._mind.step(view, trail)
        if isinstance(thought, Decision):
            self.views.append(view)
            self._tell(view, f"{thought.draft}\n\n{thought.closing}".strip())
        return thought

    def _tell(self, view: View, text: str) -> None:
        self.said, first, rest = text, text[:80], text[80:]
        if self.telling:
            view.context.audience.hear(first)
        if self.hold and self.hold in view.text:
            self.begun.set()
            assert self.go.wait(SECONDS)
        if self.telling:
            for start in range(0, len(rest), 80):
                view.context.audience.hear(rest[start : start + 80])

    @contextmanager
    def held(self, words: str) -> Iterator[None]:
        self.begun.clear()
        self.go.clear()
        self.hold = words
        try:
            yield
        finally:
            self.hold = ""
            self.go.set()


class PatientBuilder:
    """Builds until it is told to stop, or until the test lets it end."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.cancelled = False

    def status(self) -> BuilderStatus:
        return BuilderStatus(available=True, mode="lab", reason="a test's own")

    def build(
        self, upload: Upload, *, on_progress: Callable[[BuildProgress], None], cancelled: Callable[[], bool]
    ) -> BuildReceipt:
        self.begun.set()
        on_progress(BuildProgress(1, 2, "FROM scratch"))
        for _ in range(int(SECONDS / 0.05)):
            if cancelled():
                self.cancelled = True
                return BuildReceipt(upload.digest, Outcome.CANCELLED, "The build was stopped.")
            if self.go.wait(0.05):
                break
        return BuildReceipt(upload.digest, Outcome.FAILED, "A step failed.")


@dataclass
class Harness:
    """The app, the workspace around it, and the parts of the app that a test may look at."""

    emulator: Emulator
    tutoring: Tutoring
    tutor: SlackTutor
    mind: PatientMind
    builder: PatientBuilder
    sockets: list[Socket] = field(default_factory=list)

    @property
    def bot(self) -> str:
        return self.emulator.installation().user_id

    def direct(self, person: str) -> Place:
        return Place(self, person, self.emulator.direct(person))

    def channel(self, person: str, channel: str = "cohort-7") -> Place:
        return Place(self, person, self.emulator.workspace.channel(channel).id)

    def deliveries(self, kind: str = "") -> list[Delivery]:
        """What Slack sent to the tutor's app, oldest first; other apps of the workspace have theirs."""
        ours = [delivery for delivery in self.emulator.deliveries.log if delivery.app is self.emulator.app]
        return [our for our in ours if kind in ("", our.event_type)]

    def quiet(self) -> None:
        """Waits until nothing is on its way any more: no envelope, no turn, no message."""
        self.emulator.wait_for(self._is_quiet, SECONDS)

    def _is_quiet(self) -> bool:
        if any(delivery.state == "pending" for delivery in self.deliveries()) or self.tutoring.inbox.unfinished():
            return False
        due = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "due")
        with self.tutoring.storage.begin() as session:
            return session.scalar(due) == 0

    def all_seen(self) -> list[Seen]:
        channels = list(self.emulator.workspace.channels)
        return [one for channel in channels for one in self.emulator.transcript(channel)]

    def posted(self) -> list[Seen]:
        return [one for one in self.all_seen() if one.user == self.bot]


@dataclass
class Place:
    """A person in one conversation."""

    harness: Harness
    name: str
    channel: str

    @property
    def person(self) -> Any:
        return self.harness.emulator.person(self.name)

    def says(self, text: str = "", *, files: Files = (), thread: str = "", broadcast: bool = False) -> Seen:
        said: Seen = self.person.says(self.channel, text, files=files, thread_ts=thread, broadcast=broadcast)
        return said

    def mentions(self, text: str, **more: Any) -> Seen:
        return self.says(f"<@{self.harness.bot}> {text}", **more)

    def seen(self) -> list[Seen]:
        return self.harness.emulator.transcript(self.channel, viewer=self.harness.emulator.person(self.name).id)

    def answers(self, after: Seen) -> list[Seen]:
        """What the tutor said since, once everything is quiet."""
        self.harness.quiet()
        return self.answers_now(after)

    def answers_now(self, after: Seen) -> list[Seen]:
        return [one for one in self.seen() if one.user == self.harness.bot and float(one.ts) > float(after.ts)]

    def answer(self, to: Seen) -> Seen:
        """The one answer; any other number is a failure."""
        answers = self.answers(to)
        assert len(answers) == 1, [str(other_answer) for other_answer in answers]
        return answers[0]

    def asks(self, text: str = "", **more: Any) -> Seen:
        return self.answer(self.says(text, **more))

    def presses(self, message: Seen, button: str) -> list[Seen]:
        """What came after a press."""
        known = {one.ts for one in self.seen()}
        self.person.clicks(message, button)
        self.harness.quiet()
        return [one for one in self.seen() if one.ts not in known]


def settings_for(emulator: Emulator, folder: Path, **more: Any) -> Settings:
    installation = emulator.installation()
    given: dict[str, Any] = {
        "data": folder,
        "instructors": (emulator.workspace.member("Instructor").id,),
        "profile": SlackProfile(installation.app.profile.value),
        "builds": "off",
        "SLACK_BOT_TOKEN": SecretStr(installation.bot_token),
        "SLACK_APP_TOKEN": SecretStr(installation.app.app_token),
        "SLACK_SIGNING_SECRET": SecretStr(installation.app.signing_secret),
        "SLACK_BASE_URL": f"{emulator.url}/api/",
    }
    return Settings.read(**(given | more))


@contextmanager
def open_harness(
    folder: Path,
    profile: str = "plain",
    *,
    learners: int = 3,
    socket: bool = True,
    ping_seconds: float = 10.0,
    build_runner: bool = False,
    settings: dict[str, Any] | None = None,
    model: LanguageModel | None = None,
    **emulated: Any,
) -> Iterator[Harness]:
    """`emulated` goes to the emulator, which is strict unless told otherwise and installs the app by its manifest."""
    app = App.from_manifest("A0TUTOR", manifest.load(SlackProfile(profile)))
    with Emulator(Workspace.classroom(profile, learners, app=app), **({"strict": True} | emulated)) as emulator:
        read = settings_for(emulator, folder, **(settings or {}))
        running = run_app(
            emulator, read, socket=socket, ping_seconds=ping_seconds, build_runner=build_runner, model=model
        )
        with running as harness:
            yield harness


@contextmanager
def run_app(
    emulator: Emulator,
    settings: Settings,
    *,
    socket: bool = True,
    ping_seconds: float = 10.0,
    build_runner: bool = False,
    model: LanguageModel | None = None,
) -> Iterator[Harness]:
    mind, builder = PatientMind(), PatientBuilder()
    with (
        open_tutoring(settings, minds=mind.around, builder=builder if build_runner else None, model=model) as tutoring,
        open_slack(tutoring) as tutor,
    ):
        harness = Harness(emulator, tutoring, tutor, mind, builder)
        if socket:
            token = settings.slack_app_token
            assert token is not None
            opened = Socket(
                tutor.app, token.get_secret_value(), settings.slack_base_url, ping_seconds=ping_seconds
            ).open()
            harness.sockets.append(opened)
        try:
            yield harness
        finally:
            for other_socket in harness.sockets:
                other_socket.close()
