"""Reads a course pack from its folder, and names every fault in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from knowledge.course import Course, Criterion, Lesson, Misconception, Point, Question, Reading, Section, Witness
from knowledge.errors import CourseInvalid

SHIPPED = Path(__file__).with_name("courses") / "shipping-ai-systems"
LADDER = 4
MAX_FILE = 500_000
_HEADING = re.compile(r"^## (?P<title>.+?)\s*\{#(?P<id>[a-z0-9-]+)\}\s*$", re.MULTILINE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Course(_Strict):
    id: str
    title: str
    url: str = ""
    lessons: list[str]


class _Lesson(_Strict):
    id: str
    title: str
    week: int
    number: int
    level: str
    minutes: int
    objective: str
    gate: str
    deliverable: str
    greeting: str


class _Criterion(_Strict):
    id: str
    name: str
    title: str
    artefact: str
    judged_by: str
    aspect: str = ""
    required: bool
    met_when: str
    partly_when: str = ""
    why: str
    sections: list[str]


class _Point(_Strict):
    id: str
    text: str
    cues: list[str] = []


class _Question(_Strict):
    id: str
    text: str
    section: str
    points: list[_Point]
    criterion: str = ""


class _Witness(_Strict):
    predict: str
    files: dict[str, str]
    observe: str


class _Misconception(_Strict):
    id: str
    belief: str
    cues: list[str]
    reality: str
    question: str
    section: str
    witness: _Witness | None = None


class _Reading(_Strict):
    title: str
    url: str
    licence: str
    why: str
    source: str = ""


Parsed = TypeVar("Parsed")


def load_course(folder: Path | None = None) -> Course:
    """The course in `folder`, or the shipped one; CourseInvalid lists every fault."""
    root, faults = folder or SHIPPED, Faults()
    head = faults.read(root / "course.yaml", _Course)
    if head is None:
        raise CourseInvalid(faults.found)
    lessons = [_lesson(root / "lessons" / name, faults) for name in head.lessons]
    if not lessons:
        faults.add(root / "course.yaml", "lessons: a course needs at least one lesson")
    if faults.found:
        raise CourseInvalid(faults.found)
    return Course(head.id, head.title, head.url, tuple(lesson for lesson in lessons if lesson))


class Faults:
    """Collects faults as `file: what; what to do` while a pack is read."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, file: Path, what: str) -> None:
        self.found.append(f"{file.parent.name}/{file.name}: {what}")

    def text(self, file: Path) -> str | None:
        try:
            if file.stat().st_size > MAX_FILE:
                self.add(file, f"is larger than {MAX_FILE:,} bytes; split the lesson")
                return None
            text = file.read_text("utf-8")
        except FileNotFoundError:
            self.add(file, "is missing; every lesson has this file")
        except (OSError, UnicodeDecodeError):
            self.add(file, "cannot be read as UTF-8 text; save it as UTF-8")
        else:
            if text.strip():
                return text
            self.add(file, "is empty; fill it as the guide for course authors shows")
        return None

    def read(self, file: Path, shape: type[Parsed]) -> Parsed | None:
        text = self.text(file)
        if text is None:
            return None
        try:
            return TypeAdapter(shape).validate_python(yaml.safe_load(text))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.add(
                file, f"is no valid YAML{f' (line {mark.line + 1})' if mark else ''}; quote texts that hold a colon"
            )
        except (ValidationError, RecursionError) as error:
            for fault in error.errors() if isinstance(error, ValidationError) else ():
                self.add(file, _fault(fault))
        return None


def _fault(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    says = {"missing": "is missing; add it", "extra_forbidden": "is not known; remove it or correct its name"}
    return f"{where}: {says.get(fault['type'], fault['msg'])}"


def _lesson(folder: Path, faults: Faults) -> Lesson | None:
    head = faults.read(folder / "lesson.yaml", _Lesson)
    body = faults.text(folder / "lesson.md")
    rubric = faults.read(folder / "rubric.yaml", list[_Criterion])
    questions = faults.read(folder / "questions.yaml", list[_Question])
    beliefs = faults.read(folder / "misconceptions.yaml", list[_Misconception])
    hints = faults.read(folder / "hints.yaml", dict[str, list[str]])
    readings = faults.read(folder / "readings.yaml", list[_Reading])
    if None in (head, body, rubric, questions, beliefs, hints, readings):
        return None
    assert head and body and rubric is not None and questions is not None  # noqa: S101, PT018 - looked at just above
    assert beliefs is not None and hints is not None and readings is not None  # noqa: S101, PT018
    lesson = Lesson(
        **head.model_dump(),
        sections=tuple(_sections(body)),
        rubric=tuple(Criterion(**{**one.model_dump(), "sections": tuple(one.sections)}) for one in rubric),
        questions=tuple(_question(one) for one in questions),
        misconceptions=tuple(_misconception(one) for one in beliefs),
        hints={criterion: tuple(ladder) for criterion, ladder in hints.items()},
        readings=tuple(Reading(**one.model_dump()) for one in readings),
        folder=folder,
    )
    for file, what in _inconsistent(lesson):
        faults.add(folder / file, what)
    return lesson


def _sections(body: str) -> Iterator[Section]:
    """`## Title {#id}` starts a section; what stands above the first is no section."""
    matches = list(_HEADING.finditer(body))
    ends = [match.start() for match in matches[1:]] + [len(body)]
    for match, end in zip(matches, ends, strict=True):
        yield Section(match["id"], match["title"], body[match.end() : end].strip())


def _question(one: _Question) -> Question:
    points = tuple(Point(point.id, point.text, tuple(point.cues)) for point in one.points)
    return Question(one.id, one.text, one.section, points, one.criterion)


def _misconception(one: _Misconception) -> Misconception:
    witness = Witness(one.witness.predict, one.witness.files, one.witness.observe) if one.witness else None
    return Misconception(one.id, one.belief, tuple(one.cues), one.reality, one.question, one.section, witness)


def _inconsistent(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """(file, fault) for every reference that leads nowhere."""
    sections, criteria = {one.id for one in lesson.sections}, {one.id for one in lesson.rubric}
    if not sections:
        yield "lesson.md", "has no sections; start each with “## Title {#id}”"
    yield from _repeated("rubric.yaml", [one.id for one in lesson.rubric])
    yield from _repeated("questions.yaml", [one.id for one in lesson.questions])
    yield from _repeated("misconceptions.yaml", [one.id for one in lesson.misconceptions])
    for one in lesson.rubric:
        yield from _criterion_faults(one, lesson.hints.get(one.id, ()), sections)
    for question in lesson.questions:
        yield from _unknown("questions.yaml", question.id, [question.section], sections, "section")
        yield from _unknown(
            "questions.yaml", question.id, [question.criterion] * bool(question.criterion), criteria, "criterion"
        )
    for belief in lesson.misconceptions:
        yield from _unknown("misconceptions.yaml", belief.id, [belief.section], sections, "section")
    yield from _unknown("hints.yaml", "the ladders", lesson.hints, criteria, "criterion")


def _criterion_faults(one: Criterion, ladder: Sequence[str], sections: set[str]) -> Iterator[tuple[str, str]]:
    yield from _unknown("rubric.yaml", one.id, one.sections, sections, "section")
    if one.judged_by not in ("inspection", "receipt", "text"):
        yield "rubric.yaml", f"{one.id}: judged_by is inspection, receipt or text, not “{one.judged_by}”"
    if one.judged_by == "inspection" and not one.aspect:
        yield "rubric.yaml", f"{one.id}: an inspection needs the aspect that it looks at"
    if len(ladder) != LADDER:
        yield "hints.yaml", f"{one.id}: has {len(ladder)} hints; write {LADDER}, mildest first"


def _repeated(file: str, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    for identifier in sorted({one for one in ids if ids.count(one) > 1}):
        yield file, f"{identifier}: stands there more than once; ids are unique"


def _unknown(file: str, owner: str, names: Iterable[str], known: set[str], what: str) -> Iterator[tuple[str, str]]:
    for name in names:
        if name not in known:
            yield file, f"{owner}: names the {what} “{name}”, which this lesson does not have"
