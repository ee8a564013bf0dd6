"""One folder makes an artefact type: a learner's whole way through a lesson on a type that no code of ours names."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.app import Tutoring, open_tutoring
from agent.domain.people import Person, Role
from agent.domain.reply import Action, Reply
from agent.domain.turn import Turn, TurnResult
from agent.grading import verification
from agent.settings import Settings
from integrations.slack.views import submission_form
from integrations.slack.views.learner_home import learner_home
from tests.exercises import solve
from tools.artefacts.discovery import also_from
from tools.artefacts.recognition import OTHER
from tools.findings import Verdict
from tools.inspection.formats.json_lines import as_json_line
from tools.inspection.formats.text import as_text
from tools.inspection.inspector import inspect
from tools.inspection.report import InspectionReport
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile, Upload

TESTS = Path(__file__).parents[2]
PACK = TESTS / "packs" / "on-kubernetes"
EXAMPLES = TESTS / "artefacts" / "kubernetes" / "examples"
WEAK, GOOD = ((EXAMPLES / f"{name}.yaml").read_bytes() for name in ("weak", "good"))
Say = Callable[..., TurnResult]
_keys = itertools.count()


@pytest.fixture(scope="module")
def tutoring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tutoring]:
    settings = Settings.read(data=tmp_path_factory.mktemp("data"), database_url="sqlite://", course=PACK)
    with also_from("tests.artefacts"), open_tutoring(settings, builder=NoBuilder("No engine in this test.")) as opened:
        yield opened


@pytest.fixture
def person() -> Person:
    return Person(f"T1:U{next(_keys)}", "Somebody")


@pytest.fixture
def say(tutoring: Tutoring, person: Person) -> Say:
    def speak(text: str = "", *files: SourceFile, action: Action | None = None) -> TurnResult:
        return tutoring.take(Turn(f"k{next(_keys)}", person.id, person, text, files=files, action=action))

    return speak


def _manifest(data: bytes) -> SourceFile:
    return SourceFile("app.yaml", data)


def _text(result: TurnResult) -> str:
    return _reply(result).text


def _reply(result: TurnResult) -> Reply:
    assert result.reply is not None
    return result.reply


def test_a_file_is_recognised_by_its_name_and_by_what_it_holds(tutoring: Tutoring) -> None:
    assert SourceFile("prod.k8s.yaml", b"").kind == _manifest(WEAK).kind == "kubernetes"
    assert SourceFile("compose.yaml", WEAK).kind == "compose"
    assert SourceFile("ci.yaml", b"jobs: {}\n").kind == OTHER


def test_it_is_inspected_beside_the_other_types(tutoring: Tutoring) -> None:
    found = inspect(Upload.of([_manifest(WEAK)]))
    assert list(found.criteria)[-2:] == ["K1", "K2"]
    assert {aspect for aspect, verdict in found.criteria.items() if verdict is Verdict.NOT_MET} == {"K1", "K2"}
    assert '"K1": "not met"' in as_json_line(InspectionReport("app.yaml", found))
    assert "app.yaml:15  blocks K1" in as_text(InspectionReport("app.yaml", found))


def test_an_upload_is_read_and_asked_about_at_its_lines(say: Say) -> None:
    result = say("", _manifest(WEAK))
    assert result.gate == {"K1": "not met", "K2": "not met"}
    assert "I have read `app.yaml`." in _text(result)
    assert "**Manifest** ❌ K1 · ❌ K2" in _text(result)
    assert "`app.yaml` line 15 · **K1**" in _text(result)


@pytest.mark.parametrize("message", ["here it is\n{}\nthanks", "have a look\n```yaml\n{}```"])
def test_a_file_in_a_message_is_one_that_was_sent(say: Say, message: str) -> None:
    result = say(message.format(WEAK.decode()))
    assert "I have read `manifest.yaml`." in _text(result)
    assert result.gate == {"K1": "not met", "K2": "not met"}


def test_what_is_missing_is_named_in_words(say: Say, tutoring: Tutoring, person: Person) -> None:
    assert "send me your Kubernetes manifest" in _text(say("where am I?"))
    assert "Send me your Kubernetes manifest." in _text(say("is it all green?"))
    assert "Attach your Kubernetes manifest" in str(submission_form.build(tutoring.tutor, person, ""))
    assert "For the Cluster Gate I still need your Kubernetes manifest." in _text(
        say("I want to submit for the gate", SourceFile("notes.md", b"We run it on three nodes.\n"))
    )


def test_hints_and_questions_are_about_its_lines(say: Say) -> None:
    say("", _manifest(WEAK))
    hint = say("give me a hint for my manifest")
    assert (hint.hint_level, "`app.yaml` line" in _text(hint)) == (1, True)
    (returned,) = _reply(say(action=Action("annotate", ""))).files
    assert returned.name == "app.yaml.questions.txt"
    assert "#? K1: Which image would a node" in returned.data.decode()


def test_an_edit_is_an_attempt(say: Say) -> None:
    say("", _manifest(WEAK))
    assert say("hint for K1").hint_level == 1
    say("again", _manifest(WEAK + b"# edited\n"))
    assert say("hint for K1").hint_level == 2


@pytest.mark.parametrize(
    ("reply", "given_away"),
    [
        ("Use `registry.example/doc-search:2.4.1`.", ("K1",)),
        ("Pin the image to 2.4.1.", ("K1",)),
        ("Set a memory limit on the container.", ("K2",)),
        ("```\nresources:\n  limits:\n    memory: 1Gi\n```", ("K2",)),
        (f"```\n{GOOD.decode()}```", ("K1", "K2")),
        ("Which image would a node that joins tomorrow pull?", ()),
        ("A limit of memory ends a container that grows beyond it.", ()),
    ],
)
def test_the_leak_meter_measures_what_is_offered(tutoring: Tutoring, reply: str, given_away: tuple[str, ...]) -> None:
    lesson, upload = tutoring.knowledge.course.lessons[0], Upload.of([_manifest(WEAK)])
    assert tutoring.tutor.services.leaks.leaks(lesson, upload, reply) == given_away


def test_a_whole_file_gives_away_everything_before_one_was_handed_in(tutoring: Tutoring) -> None:
    lesson = tutoring.knowledge.course.lessons[0]
    assert tutoring.tutor.services.leaks.leaks(lesson, Upload.of([]), f"```\n{GOOD.decode()}```") == ("K1", "K2")


def test_a_submission_is_reviewed_and_its_gate_passes_when_the_fault_is_found(
    say: Say, tutoring: Tutoring, person: Person
) -> None:
    services, lesson = tutoring.tutor.services, tutoring.knowledge.course.lessons[0]
    assert "1 of 2 required" in _text(say("here is my submission", _manifest(GOOD.replace(b":2.4.1", b":latest"))))
    assert "*Kubernetes manifest*" in str(learner_home(services, person))
    shown = _text(say("here is my submission", _manifest(GOOD)))
    assert "This is a copy of your `app.yaml`" in shown
    assert "The Cluster Gate is passed" in _text(say(solve(lesson, shown, Upload.of([_manifest(GOOD)]))))
    assert verification.verify(tutoring.storage, tutoring.knowledge.course) == []


def test_an_instructor_asks_who_has_not_sent_it(say: Say, tutoring: Tutoring) -> None:
    say("", _manifest(WEAK))
    staff = Person("T1:U-staff", "Iris", Role.INSTRUCTOR)
    late = Person("T1:U-late", "Lena Late")
    tutoring.take(Turn(f"k{next(_keys)}", late.id, late, "hello"))
    told = tutoring.take(Turn(f"k{next(_keys)}", staff.id, staff, "who has not sent a manifest yet?"))
    assert "handed in no Kubernetes manifest yet" in _text(told)
    assert "Lena Late" in f"{_text(told)} {_reply(told).table}"


def test_no_image_depends_on_it(tutoring: Tutoring) -> None:
    dockerfile = SourceFile("Dockerfile", b"FROM python:3.12-slim\nCOPY . /app\n")
    assert context_key(Upload.of([dockerfile])) == context_key(Upload.of([dockerfile, _manifest(WEAK)]))
