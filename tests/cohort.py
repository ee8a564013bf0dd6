"""A cohort of fifteen learners at different points, made by what they really send to the tutor."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.app import Tutoring, open_tutoring
from agent.conversation.context import Services, TurnContext
from agent.conversation.decision import Decision
from agent.conversation.instructors import answer
from agent.domain.people import Person, Role
from agent.domain.reply import Action
from agent.domain.turn import Turn
from agent.grading.fault_exercise import shown
from agent.learners.mastery import Observed
from agent.settings import Settings
from agent.understanding.acts import About, Act, Reading
from knowledge.course.pack import Lesson
from tests.exercises import GOOD, solve, upload_of
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile

WEAK = GOOD.parent / "weak"
INSTRUCTOR = Person("T1:U0STAFF", "Ina Instructor", Role.INSTRUCTOR)
ELSEWHERE = Person("T2:U0STAFF", "Otto Instructor", Role.INSTRUCTOR)
STRANGER = Person("T2:U0KAI", "Kai Elsewhere")
NAMES = (
    "Amara Okafor;Ben Castellano;Chiara Rossi;Dmitri Volkov;Jonas Lindqvist;Kai Nakamura;Kaitlyn Moore;Lena Brandt;"
    "Lena Fischer;Mohammed Al-Sayed;Priya Raman;Sam O'Brien;Tomás Herrera;Wei Zhang;Zoë van der Berg"
).split(";")
PEOPLE = {name: Person(f"T1:U0LEARN{number:02}", name) for number, name in enumerate(NAMES)}
BELIEF = "If I write EXPOSE 8000 the port is open on my laptop, so I, Wei, do not need -p."
BELIEVERS = ("Ben Castellano", "Chiara Rossi", "Kai Nakamura", "Tomás Herrera", "Wei Zhang", "Zoë van der Berg")
_ANYTHING = Reading(Act.STAFF_MANY, About.PERSON, {Act.STAFF_MANY: 0.3})


@dataclass
class Clock:
    """The time that ages are told by; records keep the time of the machine."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Cohort:
    tutoring: Tutoring
    clock: Clock
    keys: Iterator[int] = field(default_factory=itertools.count)

    @property
    def services(self) -> Services:
        return self.tutoring.tutor.services

    @property
    def lesson(self) -> Lesson:
        return self.services.course.lessons[0]

    def says(self, person: Person, text: str, *files: SourceFile) -> str:
        turn = Turn(f"k{next(self.keys)}", f"c:{person.id}", person, text, files=files)
        result = self.tutoring.take(turn)
        return result.reply.text if result.reply else ""

    def presses(self, person: Person, button: str, value: str) -> None:
        action = Action(button, "", value)
        self.tutoring.take(Turn(f"k{next(self.keys)}", f"c:{person.id}", person, "", action=action))

    def believes(self, person: Person) -> None:
        """What the engine notes of a sentence that comes near a misconception."""
        key = f"k{next(self.keys)}"
        self.services.mastery.note(person, self.lesson.id, "expose-publishes", Observed.BELIEVES, BELIEF, key)

    def sends(self, name: str, text: str, folder: Path, *paths: str, changed: tuple[str, str] = ("", "")) -> None:
        """Files of a folder, all of them where none is named; `changed` replaces a text in each."""
        files = [
            SourceFile(file.path, file.text.replace(*changed).encode() if changed[0] else file.data)
            for file in upload_of(folder)
            if not paths or file.path in paths
        ]
        self.says(PEOPLE[name], text, *files)

    def asks(
        self,
        text: str,
        memory: Mapping[str, str] | None = None,
        *,
        by: Person = INSTRUCTOR,
        channel: str | None = None,
        reading: Reading = _ANYTHING,
    ) -> tuple[Decision, dict[str, str]]:
        return answer(self.turn(text, by=by, channel=channel), reading, memory or {})

    def turn(self, text: str, *, by: Person = INSTRUCTOR, channel: str | None = None) -> TurnContext:
        turn = Turn(f"q{next(self.keys)}", f"c:{by.id}", by, text, channel=channel)
        return TurnContext(self.services, turn, self.lesson)


@contextmanager
def open_cohort(folder: Path) -> Iterator[Cohort]:
    clock = Clock()
    settings = Settings.read(data=folder, database_url=f"sqlite:///{folder / 'tutor.db'}")
    with open_tutoring(settings, builder=NoBuilder("No engine in this test."), now=clock) as tutoring:
        cohort = Cohort(tutoring, clock)
        for person in (INSTRUCTOR, ELSEWHERE, *PEOPLE.values()):
            cohort.says(person, "hello")
        _finish(cohort)
        _struggle(cohort)
        _wait(cohort)
        for name in BELIEVERS:
            cohort.believes(PEOPLE[name])
        cohort.presses(PEOPLE["Wei Zhang"], "contest", "expose-publishes")
        cohort.says(STRANGER, "", *(file for file in upload_of(WEAK) if file.path == "Dockerfile"))
        clock.ahead = timedelta(days=2, hours=3)
        yield cohort


def _finish(cohort: Cohort) -> None:
    """Amara passes, Sam is waived."""
    amara, gates = PEOPLE["Amara Okafor"], cohort.services.gates
    cohort.sends(amara.name, "here is my submission", GOOD)
    cohort.says(INSTRUCTOR, "approve D6 for Amara Okafor: I saw it run")
    exercise = gates.waiting_exercise(amara.id, cohort.lesson)
    assert exercise is not None
    cohort.says(amara, solve(cohort.lesson, shown(cohort.lesson, exercise), upload_of(GOOD)))
    cohort.sends("Sam O'Brien", "", GOOD, "Dockerfile")
    cohort.says(INSTRUCTOR, "waive the gate for Sam O'Brien: did it at work")


def _struggle(cohort: Cohort) -> None:
    """Weak Dockerfiles, hints, second versions, one file of three."""
    for name in ("Ben Castellano", "Kai Nakamura", "Wei Zhang", "Tomás Herrera", "Zoë van der Berg"):
        cohort.sends(name, "", WEAK, "Dockerfile")
    cohort.says(PEOPLE["Ben Castellano"], "give me a hint for D1")
    cohort.sends("Ben Castellano", "", WEAK, "Dockerfile", changed=("FROM python", "FROM python:latest"))
    cohort.says(PEOPLE["Ben Castellano"], "give me another hint for D1")
    cohort.says(PEOPLE["Kai Nakamura"], "give me a hint for D3")
    cohort.sends("Tomás Herrera", "", GOOD, "Dockerfile")
    cohort.sends("Lena Brandt", "", WEAK)
    cohort.sends("Kaitlyn Moore", "", GOOD, "Dockerfile")
    cohort.sends("Mohammed Al-Sayed", "", GOOD, "compose.yaml")


def _wait(cohort: Cohort) -> None:
    """Two wait for a decision; Priya needed two reviews for it."""
    cohort.sends("Dmitri Volkov", "here is my submission", GOOD)
    cohort.sends("Priya Raman", "here is my submission", GOOD, changed=("USER 10001\n", ""))
    cohort.sends("Priya Raman", "here is my submission", GOOD)
    cohort.sends("Lena Fischer", "", GOOD, "Dockerfile", "compose.yaml")
