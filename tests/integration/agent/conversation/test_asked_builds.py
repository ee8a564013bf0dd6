"""A build that is asked for in words: with the files or after them, of an image or of a stack."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.reply import Action
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import BuilderStatus, BuildReceipt, Outcome, Package
from tools.uploads.files import SourceFile, Upload

_keys = itertools.count()
DOCKERFILE = SourceFile("Dockerfile", b'FROM busybox:1.36\nUSER 1000\nCMD ["sleep", "60"]\n')
COMPOSE = SourceFile("compose.yaml", b"services: {api: {build: .}, db: {image: 'postgres:16.4'}}\n")
ONLY_IMAGES = SourceFile("compose.yaml", b"services: {db: {image: 'postgres:16.4'}}\n")
Say = Callable[..., TurnResult]


PACKAGE = Package("pip", "flask", "3.0.3", 4)


class WillingBuilder:
    def status(self) -> BuilderStatus:
        return BuilderStatus(available=True, mode="lab", reason="Builds run here.")

    def build(self, upload: Upload, **_: object) -> BuildReceipt:
        key = context_key(upload) or ""
        return BuildReceipt(key, Outcome.FAILED, "A step failed.", log="the whole log", packages=(PACKAGE,))


@pytest.fixture(scope="module")
def tutoring(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Iterator[Tutoring]:
    settings = Settings.read(data=tmp_path_factory.mktemp("data"), database_url="sqlite://")
    with open_tutoring(settings, builder=WillingBuilder(), knowledge=knowledge) as opened:
        yield opened


@pytest.fixture
def say(tutoring: Tutoring) -> Say:
    person = Person(f"T1:U{next(_keys)}", "Somebody")

    def speak(text: str, *files: SourceFile, action: Action | None = None) -> TurnResult:
        return tutoring.take(Turn(f"b{next(_keys)}", f"c:{person.id}", person, text, files=files, action=action))

    return speak


def _labels(result: TurnResult) -> list[str]:
    assert result.reply is not None
    return [action.label for action in result.reply.actions]


@pytest.mark.parametrize("asked", ["please build it", "build it and run it", "start it please"])
def test_a_wish_that_comes_with_files_is_heard_beside_the_remarks(say: Say, asked: str) -> None:
    result = say(asked, DOCKERFILE)
    assert result.build is not None
    assert result.reply is not None
    assert result.reply.text.startswith("Building exactly these files now.")
    assert "I have read `Dockerfile`" in result.reply.text
    assert _labels(result)[0] == "Stop"
    assert "Build it" not in _labels(result)


@pytest.mark.parametrize("asked", ["please build it", "start my stack"])
def test_files_of_before_are_built_when_asked_for(say: Say, asked: str) -> None:
    taken = say("here are my files", DOCKERFILE, COMPOSE)
    assert taken.build is None
    assert "Start the stack" in _labels(taken)
    result = say(asked)
    assert result.build is not None
    assert result.reply is not None
    assert "starting the stack" in result.reply.text


def test_a_stack_of_images_alone_can_be_started(say: Say) -> None:
    assert "Start the stack" in _labels(say("here is my compose file", ONLY_IMAGES))
    assert say("start my stack").build is not None


def test_what_may_be_a_wish_gets_a_button(say: Say) -> None:
    say("here are my files", DOCKERFILE, COMPOSE)
    result = say("run my compose file pls")
    assert result.build is not None or "Start the stack" in _labels(result)


def test_without_files_there_is_nothing_to_build(say: Say) -> None:
    result = say("please build it")
    assert result.build is None
    assert result.reply is not None
    assert "no Compose file to start" in result.reply.text


def test_files_without_a_wish_are_not_built(say: Say) -> None:
    assert say("what do you think of this?", DOCKERFILE).build is None


def test_the_log_and_the_packages_come_as_files_to_whoever_had_it_built(say: Say, tutoring: Tutoring) -> None:
    wanted = say("please build it", DOCKERFILE).build
    assert wanted is not None
    told = tutoring.builds.run(wanted, on_progress=lambda _: None, cancelled=lambda: False)
    log, packages = (action for action in told.actions if action.id == "build_file")
    for action, name, held in ((log, "build-log.txt", b"the whole log"), (packages, "packages.cdx.json", b"flask")):
        reply = say("", action=action).reply
        assert reply is not None
        assert [file.name for file in reply.files] == [name]
        assert held in reply.files[0].data
    stranger = Person("T1:Ustranger", "Somebody else")
    reply = tutoring.take(Turn("stranger", "c:stranger", stranger, "", action=log)).reply
    assert reply is not None
    assert not reply.files
