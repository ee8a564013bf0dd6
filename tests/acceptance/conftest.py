"""The real app on the emulator, by Socket Mode, with a database and an index of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrations.cli.demo_command import run_app
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace

SECONDS = 30.0


class Place:
    """A person in one conversation: says something, and waits for what comes back."""

    def __init__(self, emulator: Emulator, person: str, channel: str) -> None:
        self.emulator, self.name, self.channel = emulator, person, channel
        self.person = emulator.person(person)

    def seen(self) -> list[Seen]:
        return self.emulator.transcript(self.channel)

    def after(self, act: Callable[[], object], *, more: int) -> Seen:
        """The newest message once `more` new ones are there."""
        count = len(self.seen())
        act()
        self.emulator.wait_for(lambda: len(self.seen()) >= count + more, SECONDS)
        return self.seen()[-1]

    def says(self, text: str, *, files: dict[str, bytes] | None = None) -> Seen:
        return self.after(lambda: self.person.says(self.channel, text, files=list((files or {}).items())), more=2)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_DATA", str(folder))
        patch.setenv("TUTOR_BUILDS", "off")
        with Emulator(Workspace.demo("plain"), strict=True) as opened, run_app(opened, folder):
            yield opened


@pytest.fixture(scope="module")
def learner(emulator: Emulator) -> Place:
    return Place(emulator, "Learner A", emulator.direct("Learner A"))


@pytest.fixture(scope="module")
def instructor(emulator: Emulator) -> Place:
    return Place(emulator, "Instructor", emulator.direct("Instructor"))


@pytest.fixture(scope="module")
def cohort(emulator: Emulator) -> Place:
    return Place(emulator, "Learner B", emulator.workspace.channel("cohort-7").id)
