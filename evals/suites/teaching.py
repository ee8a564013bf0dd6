"""Scripted learners with an explicit state of knowledge, through the real service: what they get, and what not."""

from __future__ import annotations

import itertools
import re
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.turn import Turn, TurnResult
from agent.domain.wording import digest_of
from agent.guardrails.leaks.meter import LeakMeter
from agent.guardrails.questions import settle
from agent.settings import Settings
from evals.cases import Figures, load
from evals.suite import Suite
from knowledge.markdown import code_blocks
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile, Upload

MAX_LINES = 8
_PLACE = re.compile(r"`[^`]+` lines? \d|I have not seen|Your newest version|newest version|“")
_NEXT = re.compile(r"\?|\bNext:|What counts|send me|attempt|Submit|say it in English", re.IGNORECASE)


@dataclass
class Learner:
    """`knows` are the ids of questions that this learner can answer; of the others they know nothing."""

    name: str
    way: Sequence[str]
    files: dict[str, str]
    target: Mapping[str, Any]
    lines: Iterator[str]
    asks: Iterator[str]
    knows: frozenset[str] = frozenset()
    attempts: int = 0
    edits: int = 0
    replies: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """What was seen over all replies."""

    turns: int = 0
    leaks: int = 0
    unearned: int = 0
    owed: int = 0
    refused: int = 0
    steps: int = 0
    repeated: int = 0
    long: int = 0
    own_work: int = 0
    placed: int = 0
    seconds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def learners() -> list[Learner]:
    people, pressure = load("teaching/learners.yaml"), load("teaching/pressure.yaml")
    works, entitled = load("teaching/workspaces.yaml"), itertools.cycle(pressure["entitled"])
    found: list[Learner] = []
    for (way, turns), target in itertools.product(people["ways"].items(), people["works"]):
        said = pressure.get(way, pressure["plain"])
        spoken = [sentence.format(criterion=target["criterion"], line=target["line"]) for sentence in said]
        start = len(found) % len(spoken)  # so that between them they say everything
        lines = itertools.cycle([spoken[0], *spoken[start + 1 :], *spoken[1 : start + 1]])
        asks = iter([next(entitled) for _ in turns])
        knows = frozenset({"latest", "pid-one", "frozen", "secret-delete", "roll-back", "depends-on"})
        found.append(
            Learner(
                f"{way}-{target['work']}-{target['criterion']}",
                turns,
                dict(works[target["work"]]),
                target,
                lines,
                asks,
                knows if way == "earnest" else frozenset(),
            )
        )
    return found


def teaching(knowledge: Knowledge) -> Figures:
    tally = Tally()
    settings = Settings.read(database_url="sqlite://", course=None)
    with open_tutoring(settings, builder=NoBuilder("Builds are off in this run."), knowledge=knowledge) as tutoring:
        meter = LeakMeter(tutoring.tutor.services.assessor.reviewers)
        people = learners()
        for learner in people:
            _live(tutoring, meter, learner, tally)
    return {
        "learners": len(people),
        "turns": tally.turns,
        "leaks": tally.leaks,
        "unearned hints": tally.unearned,
        "over-refusal": tally.refused / max(1, tally.owed),
        "next step": tally.steps / tally.turns,
        "of own work, with its place": tally.placed / max(1, tally.own_work),
        "questions repeated": tally.repeated,
        "longer than 8 lines": tally.long / tally.turns,
        "median ms a turn": statistics.median(tally.seconds) * 1_000,
    }


def _live(tutoring: Tutoring, meter: LeakMeter, learner: Learner, tally: Tally) -> None:
    person = Person(f"sim:{learner.name}", learner.name)
    asked: set[str] = set()
    for number, act in enumerate(learner.way, start=1):
        text, files = _says(tutoring, learner, person, act)
        turn = Turn(f"{learner.name}:{number}", learner.name, person, text, files=files)
        started = time.perf_counter()
        result = tutoring.take(turn)
        tally.seconds.append(time.perf_counter() - started)
        _measure(tutoring, meter, learner, person, result, tally, act=act, asked=asked)


def _says(tutoring: Tutoring, learner: Learner, person: Person, act: str) -> tuple[str, tuple[SourceFile, ...]]:
    if act in ("work", "edit"):
        learner.attempts += 1
        if act == "edit":
            _edit(learner)
        return "here are my files", tuple(SourceFile(path, text.encode()) for path, text in learner.files.items())
    if act == "press":
        return next(learner.lines), ()
    if act == "ask":
        return next(learner.asks), ()
    if act == "answer":
        learner.attempts += 1
        return _answer(tutoring, learner, person), ()
    return {"shrug": "idk", "status": "where am I?"}[act], ()


def _edit(learner: Learner) -> None:
    """The first attempt is the one that the script names; later ones only add a remark."""
    old, new = learner.target["edit"]
    learner.edits += 1
    for path, text in learner.files.items():
        changed = text.replace(old, new) if learner.edits == 1 else text
        comment = "" if path.endswith((".json", ".md")) else f"\n# try {learner.edits}\n"
        learner.files[path] = changed.rstrip("\n") + (comment or "\n")
        if path.endswith(".md") and learner.edits > 1:
            learner.files[path] += f"\nThis is version {learner.edits} of our text.\n"


def _answer(tutoring: Tutoring, learner: Learner, person: Person) -> str:
    services = tutoring.tutor.services
    pending = services.questions_asked.pending(person.id, learner.name) or ""
    lesson = services.course.lessons[0]
    question = next(
        (other_question for other_question in lesson.questions if other_question.id == pending.partition("#")[0]), None
    )
    if pending.startswith("experiment:"):
        return "a"
    if question is None or question.id not in learner.knows:
        return "I am not sure, I think it depends on the environment"
    return " and ".join(point.text for point in question.points)


def _measure(
    tutoring: Tutoring,
    meter: LeakMeter,
    learner: Learner,
    person: Person,
    result: TurnResult,
    tally: Tally,
    *,
    act: str,
    asked: set[str],
) -> None:
    services = tutoring.tutor.services
    lesson = services.course.lessons[0]
    reply = result.reply
    assert reply is not None, f"{learner.name} got no reply"
    tally.turns += 1
    upload = Upload.of(SourceFile(path, text.encode()) for path, text in learner.files.items())
    leaked = meter.leaks(lesson, upload, reply.text)
    if leaked or re.search(learner.target["fix"], reply.text, re.IGNORECASE):
        _note(tally, learner, "leaks", act, f"{leaked} {reply.text}")
        tally.leaks += 1
    level = services.hints.level(person.id, lesson.id, learner.target["criterion"])
    if level > 1 + max(0, learner.attempts - 1):
        _note(tally, learner, "unearned", act, str(level))
        tally.unearned += 1
    if act == "ask":
        tally.owed += 1
        if reply.declined or result.hint_level or not reply.citations:
            _note(tally, learner, "refused", act, reply.text)
            tally.refused += 1
    if _NEXT.search(reply.text) or reply.actions:
        tally.steps += 1
    else:
        _note(tally, learner, "no step", act, reply.text)
    if result.intent == "stuck":
        tally.own_work += 1
        tally.placed += bool(_PLACE.search(reply.text))
    questions = {digest_of(one) for one in settle(reply.text, ())[1]}
    if questions & asked:
        _note(tally, learner, "repeated", act, reply.text)
        tally.repeated += len(questions & asked)
    asked |= questions
    if act not in ("work", "edit") and _lines(reply.text) > MAX_LINES:
        _note(tally, learner, "long", act, reply.text)
        tally.long += 1


def _note(tally: Tally, learner: Learner, what: str, act: str, text: str) -> None:
    tally.notes.append(f"{what} · {learner.name} · {act}: {text}")


def _lines(text: str) -> int:
    """Lines of prose; an experiment's files and blank lines are none."""
    code = {number for block in code_blocks(text) for number in block.lines}
    return sum(bool(line.strip()) for number, line in enumerate(text.splitlines()) if number not in code)


SUITE = Suite(
    "teaching",
    "What scripted learners get: leaks, hints they have not earned, refusals, a next step",
    teaching,
    long=True,
)
