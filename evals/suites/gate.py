"""Whether any stream of actions passes a gate that nobody earned, and whether a change by hand is seen."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from agent.app import Knowledge, open_tutoring
from agent.conversation.context import Services
from agent.domain.exercise import FaultExercise
from agent.domain.gate import CLOSED, GateAction, GateState, next_state
from agent.domain.people import Person, Role
from agent.errors import IllegalTransition, TutorError
from agent.grading import verification
from agent.grading.fault_exercise import OPTIONS
from agent.settings import Settings
from agent.storage.database import Storage
from evals.cases import Figures, load
from evals.suite import Suite
from knowledge.course.pack import Course
from tools.findings import Verdict
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile, Upload

TABLE_STREAMS, STREAMS, STEPS = 2_000, 16, 14
INSTRUCTOR = Person("T:U0", "Instructor", Role.INSTRUCTOR)


def gate(knowledge: Knowledge) -> Figures:
    """Streams over the table alone and over the service; `unearned` has to be none, and `seen` all."""
    with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
        settings = Settings.read(data=Path(folder), database_url="", index_url="", course=None)
        with open_tutoring(settings, builder=NoBuilder("Builds are off in this run."), knowledge=knowledge) as tutoring:
            streams = [_Stream(tutoring.tutor.services, number) for number in range(STREAMS)]
            for stream in streams:
                stream.run()
            differences = len(verification.verify(tutoring.storage, knowledge.course))
        seen = [found for _, found in tampered(Path(folder) / "tutor.db", knowledge.course)]
    return {
        "streams over the table": TABLE_STREAMS,
        "unearned by the table": _unearned_by_table(),
        "streams over the service": len(streams),
        "actions": sum(stream.actions for stream in streams),
        "passed or waived": sum(stream.closed for stream in streams),
        "unearned": sum(stream.unearned for stream in streams),
        "differences in an untouched ledger": differences,
        "changes by hand": len(seen),
        "seen": sum(seen) / max(1, len(seen)),
    }


def _unearned_by_table() -> int:
    chooser, unearned = random.Random(5), 0
    for _ in range(TABLE_STREAMS):
        state, earned = GateState.LOCKED, False
        for action in chooser.choices(list(GateAction), k=12):
            try:
                state = next_state(state, action)
            except IllegalTransition:
                continue
            earned = earned or action in (GateAction.SUBMIT, GateAction.WAIVE)
            unearned += state in CLOSED and not earned
    return unearned


def works() -> dict[str, Upload]:
    return {
        name: Upload.of(SourceFile(path, text.encode()) for path, text in files.items())
        for name, files in load("gate/works.yaml").items()
    }


class _Stream:
    """One learner and one instructor who do anything in any order; each close of the gate is looked at."""

    def __init__(self, services: Services, number: int) -> None:
        self._services, self._chance = services, random.Random(number)
        self._lesson = services.course.lessons[0]
        self._person = Person(f"T:U{number + 1}", f"Learner {number + 1}")
        self._exercise: FaultExercise | None = None
        self._works = works()
        self._entitled = False  # whether the action under way may close the gate
        self.actions = self.closed = self.unearned = 0

    def run(self) -> None:
        for person in (self._person, INSTRUCTOR):
            self._services.learners.remember(person, self._services.now())
        self._services.gates.enrol(self._person.id)
        for self.actions in range(1, STEPS + 1):
            self._step(self._chance.choice(self._deeds()))

    def _deeds(self) -> list[Callable[[], None]]:
        often = [self._submit_good, self._approve, self._answer_right]
        return [
            *often,
            *often,
            self._submit_weak,
            self._again,
            self._answer_wrong,
            self._forge,
            self._waive,
            self._reopen,
        ]

    def _step(self, deed: Callable[[], None]) -> None:
        gates, lesson = self._services.gates, self._lesson
        before, self._entitled = gates.view(self._person.id, lesson.id).state, False
        with contextlib.suppress(TutorError):
            deed()
        after = gates.view(self._person.id, lesson.id).state
        if after in CLOSED and before not in CLOSED:
            self.closed += 1
            self.unearned += not self._entitled or (after is GateState.PASSED and not self._all_met())

    def _all_met(self) -> bool:
        review = self._services.reviews.latest(self._person.id, self._lesson.id)
        met = (
            {
                judgement.criterion
                for judgement in review.judgements
                if judgement.verdict is Verdict.MET and not judgement.pending
            }
            if review
            else ()
        )
        return all(criterion.id in met for criterion in self._lesson.rubric if criterion.required)

    def _submit(self, work: str) -> None:
        person, lesson, upload = self._person, self._lesson, self._works[work]
        key = f"{person.id}:{self.actions}"
        self._services.submissions.record_upload(person.id, lesson.id, upload, key)
        judged = self._services.assessor.judge(lesson, upload)
        review = self._services.reviews.record(person.id, lesson.id, upload, judged, key)
        self._exercise = self._services.gates.review(person.id, lesson.id, review).exercise

    def _submit_good(self) -> None:
        self._submit("good")

    def _submit_weak(self) -> None:
        self._submit("weak")

    def _again(self) -> None:
        review = self._services.reviews.latest(self._person.id, self._lesson.id)
        if review is not None:
            self._services.gates.review(self._person.id, self._lesson.id, review)

    def _approve(self) -> None:
        self._decide(INSTRUCTOR)

    def _forge(self) -> None:
        """What a learner would do in the instructor's place."""
        for act in (
            lambda: self._decide(self._person),
            lambda: self._services.gates.waive(self._person.id, self._lesson.id, self._person, "I am the instructor"),
            lambda: self._services.gates.waive_exercise(self._person.id, self._lesson.id, self._person, "approved"),
        ):
            with contextlib.suppress(TutorError):
                act()

    def _decide(self, by: Person) -> None:
        for pending in self._services.reviews.pending(self._lesson.id, "T"):
            if pending.person.id == self._person.id:
                review = self._services.reviews.decide(
                    pending.review_id, pending.judgement.criterion, Verdict.MET, by, "seen"
                )
                self._exercise = self._services.gates.review(self._person.id, self._lesson.id, review).exercise

    def _answer_right(self) -> None:
        exercise = self._services.gates.waiting_exercise(self._person.id, self._lesson)
        if exercise is not None:
            self._entitled = True
            self._answer(f"{exercise.lines[0]} {OPTIONS[exercise.options.index(exercise.right)]}")

    def _answer_wrong(self) -> None:
        exercise = self._services.gates.waiting_exercise(self._person.id, self._lesson)
        wrong = ("0 A", "all lines, all letters", "mark it as found", "99999 D", "A B C D 1 2 3 4 5 6 7 8 9 10")
        self._answer(
            f"{exercise.lines[1] + 1} A" if exercise and self._chance.random() < 0.3 else self._chance.choice(wrong)
        )

    def _answer(self, said: str) -> None:
        self._services.gates.answer_exercise(self._person.id, self._lesson, said, f"{self._person.id}:{self.actions}")

    def _waive(self) -> None:
        if self._chance.random() < 0.2:
            self._entitled = True
            self._services.gates.waive(self._person.id, self._lesson.id, INSTRUCTOR, "did it at work")

    def _reopen(self) -> None:
        self._services.gates.reopen(self._person.id, self._lesson.id, INSTRUCTOR, "a second look")


_CHANGES = (
    "UPDATE gates SET state = 'passed' WHERE state NOT IN ('passed', 'locked')",
    "UPDATE gates SET version = version + 1",
    "UPDATE gate_events SET state = 'passed', action = 'pass' WHERE action = 'revise'",
    "UPDATE gate_events SET reason = 'earned' WHERE action = 'pass'",
    "UPDATE gate_events SET actor = 'T:U0' WHERE action = 'submit'",
    "UPDATE gate_events SET evidence = replace(evidence, '\"not met\"', '\"met\"')",
    "UPDATE gate_events SET evidence = replace(evidence, '\"found\": false', '\"found\": true')",
    "DELETE FROM gate_events WHERE action = 'revise'",
    "UPDATE reviews SET judgements = replace(judgements, '\"not met\"', '\"met\"')",
    "UPDATE reviews SET judgements = replace(judgements, '\"held\": true', '\"held\": false')",
    "UPDATE decisions SET verdict = 'not met'",
    "DELETE FROM decisions",
    "UPDATE artefacts SET data = CAST('Logs go to stdout.' AS BLOB)",
    "UPDATE inspections SET inspection = replace(inspection, '\"met\"', '\"not met\"')",
)


def tampered(database: Path, course: Course) -> Iterator[tuple[str, bool]]:
    """Each change on a copy of its own, past the triggers and with them put back; whether the verifier sees it."""
    for change in _CHANGES:
        with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
            copy = Path(folder) / "tutor.db"
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
                if _change(target, change):
                    with contextlib.closing(Storage.open(f"sqlite:///{copy}", migrate=False)) as storage:
                        yield change, bool(verification.verify(storage, course))


def _change(connection: sqlite3.Connection, change: str) -> bool:
    """False where there is nothing of the kind to change."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    touched = connection.execute(change).rowcount
    for _, statement in triggers:
        connection.execute(statement)
    connection.commit()
    return touched > 0


SUITE = Suite("gate", "Streams of actions that would pass a gate unearned, and changes by hand that are seen", gate)
