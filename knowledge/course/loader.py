"""Loads a course pack from its folder; CourseInvalid names every fault in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from knowledge.course.cards import read_cards, read_notes
from knowledge.course.check import faults_of_course, faults_of_lesson
from knowledge.course.files import PackFaults
from knowledge.course.format import (
    Asked,
    CourseFile,
    CriterionEntry,
    ExperimentEntry,
    Ladders,
    LessonFile,
    MisconceptionEntry,
    QuestionEntry,
    ReadingEntry,
    StepEntry,
    Text,
)
from knowledge.course.pack import (
    Choice,
    Course,
    Criterion,
    Experiment,
    ExperimentStep,
    Lesson,
    Misconception,
    Point,
    Question,
    Reading,
    Section,
)
from knowledge.errors import CourseInvalid
from knowledge.markdown import sections

SHIPPED = Path(__file__).parents[1] / "courses" / "shipping-ai-systems"


def load_course(folder: Path | None = None) -> Course:
    """The course in `folder`, or the shipped one."""
    root, faults = folder or SHIPPED, PackFaults()
    head = faults.read(root / "course.yaml", CourseFile)
    if head is None:
        raise CourseInvalid(faults.found)
    lessons = [_lesson(root / "lessons" / name, faults) for name in head.lessons]
    outside = _outside(root / "outside.yaml", faults)
    course = Course(
        head.id,
        head.title,
        head.url,
        tuple(lesson for lesson in lessons if lesson),
        read_cards(root, faults),
        outside,
        head.general_knowledge,
    )
    for what in faults_of_course(course):
        faults.add(root / "course.yaml", what)
    if faults.found:
        raise CourseInvalid(faults.found)
    return course


def load_lesson(folder: Path) -> Lesson:
    """One lesson by itself, for its author."""
    faults = PackFaults()
    lesson = _lesson(folder, faults)
    if lesson is None or faults.found:
        raise CourseInvalid(faults.found)
    return lesson


def _lesson(folder: Path, faults: PackFaults) -> Lesson | None:
    """None where a file cannot be read; the others are still looked at."""
    head = faults.read(folder / "lesson.yaml", LessonFile)
    body = faults.text(folder / "lesson.md")
    rubric = faults.read(folder / "rubric.yaml", list[CriterionEntry])
    questions = faults.read(folder / "questions.yaml", list[QuestionEntry])
    beliefs = _beliefs(folder, faults)
    hints = faults.read(folder / "hints.yaml", Ladders)
    readings = faults.read(folder / "readings.yaml", list[ReadingEntry])
    asked = _asked(folder, faults, (head.id if head else ""))
    if head is None or body is None or rubric is None or questions is None:
        return None
    if beliefs is None or hints is None or readings is None:
        return None
    lesson = Lesson(
        **head.model_dump(),
        sections=tuple(_sections(body)),
        rubric=tuple(
            Criterion(**{**other_criterion.model_dump(), "sections": tuple(other_criterion.sections)})
            for other_criterion in rubric
        ),
        questions=tuple(_question(question) for question in questions),
        misconceptions=tuple(_misconception(belief) for belief in beliefs),
        hints={criterion: tuple(ladder) for criterion, ladder in hints.items()},
        readings=tuple(Reading(**reading.model_dump()) for reading in readings),
        folder=folder,
        asked=asked,
        cards=read_cards(folder, faults, head.id),
        notes=read_notes(folder, faults),
    )
    for file, what in faults_of_lesson(lesson):
        faults.add(folder / file, what)
    return lesson


def _sections(body: str) -> Iterator[Section]:
    """`## Title {#id}` starts a section; what stands above the first one belongs to none."""
    yield from (Section(identifier, title, text) for _, title, identifier, text in sections(body, [2]) if title)


def _beliefs(folder: Path, faults: PackFaults) -> list[MisconceptionEntry] | None:
    """Of the file, and of every file of the folder beside it that has its name."""
    beliefs = faults.read(folder / "misconceptions.yaml", list[MisconceptionEntry])
    for file in sorted((folder / "misconceptions").glob("*.yaml")):
        beliefs = [*(beliefs or ()), *(faults.read(file, list[MisconceptionEntry]) or ())]
    return beliefs


def _asked(folder: Path, faults: PackFaults, lesson: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Every file of the folder `asked`; `lesson` there means this lesson, other names are paths of guides."""
    found: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for file in sorted((folder / "asked").glob("*.yaml")):
        for name, asked in (faults.read(file, Asked) or {}).items():
            held = found[lesson if name == "lesson" else name]
            for section, texts in asked.items():
                held[section] = (*held.get(section, ()), *texts)
    return dict(found)


def _outside(file: Path, faults: PackFaults) -> tuple[str, ...]:
    return tuple(faults.read(file, list[Text]) or ()) if file.exists() else ()


def _question(one: QuestionEntry) -> Question:
    points = tuple(Point(point.id, point.text, tuple(point.cues), point.ask) for point in one.points)
    return Question(one.id, one.text, one.section, points, one.criterion)


def _misconception(one: MisconceptionEntry) -> Misconception:
    experiment = _witness(one.experiment) if one.experiment else None
    return Misconception(one.id, one.belief, tuple(one.cues), one.reality, one.question, one.section, experiment)


def _step(step: StepEntry) -> ExperimentStep:
    return ExperimentStep(step.build, step.files, step.tag, step.run, step.image, step.up, step.watch)


def _witness(one: ExperimentEntry) -> Experiment:
    return Experiment(
        one.predict,
        tuple(
            Choice(made.id, made.text, (made.when[0], made.when[1], made.when[2]), made.belief) for made in one.choices
        ),
        tuple(_step(step) for step in one.steps),
        tuple(one.show),
        one.observe,
        one.recorded,
        one.recorded_on,
    )
