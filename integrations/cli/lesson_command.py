"""`tutor lesson check`: validates a course pack, or one lesson of it, and explains its faults."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from agent.grading.plan_against_files.waiting import faults_of as faults_of_comparison
from agent.grading.plan_review.fitted import FILE, is_current, keep
from agent.grading.plan_review.guide import read_guides, read_sentences
from agent.grading.rubric import faults_of_rubric
from agent.settings import Settings
from integrations.cli.experiment_command import experiment
from integrations.cli.parameters import PATH
from knowledge.course.card_check import claimed_twice, unpacked
from knowledge.course.loader import load_course, load_lesson
from knowledge.course.pack import Course, Lesson
from knowledge.errors import CourseInvalid
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.library import cards_of, packed

_pack = click.argument(
    "path", type=PATH, required=False, help="folder of a course pack, or of one lesson; the shipped course if left out"
)


@click.group()
def lesson() -> None:
    """Check and try course packs."""


lesson.add_command(experiment)


@lesson.command()
@_pack
def check(path: Path | None) -> None:
    """Name every fault of a course pack, or say what it holds."""
    try:
        course, lessons = _read(path)
        faults = [fault for other_lesson in lessons for fault in _faults(other_lesson)]
        faults += _faults_of_cards(course) if course else []
    except CourseInvalid as error:
        lessons, faults = (), list(error.faults)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
        sys.exit(1)
    for other_lesson in lessons:
        print(_summary(other_lesson))


@lesson.command()
@_pack
def learn(path: Path | None) -> None:
    """Learn from the examples of the review guides, and keep the result beside them; needed after each change."""
    try:
        _, lessons = _read(path)
    except CourseInvalid as error:
        raise click.UsageError("; ".join(error.faults)) from None
    for other_lesson in lessons:
        guides, faults = read_guides(other_lesson)
        if not faults:
            _, faults = read_sentences(other_lesson.folder / "review", guides)
        if faults:
            raise click.UsageError(f"{other_lesson.id}/{faults[0]}")
        print(f"{other_lesson.id}: {keep(other_lesson.folder / 'review', guides, Embedding())} facets learnt")


@lesson.command()
@click.argument("section", default="", help="id of a section, or LESSON#SECTION; all ids if left out")
def show(section: str) -> None:
    """Show a section of the course as learners read it: what a citation without a public address points to."""
    course = load_course(Settings.read().course)
    wanted, _, part = section.rpartition("#")
    found = [
        (other_lesson, of)
        for other_lesson in course.lessons
        for of in other_lesson.sections
        if wanted in ("", other_lesson.id) and part in ("", of.id)
    ]
    if not found:
        raise click.UsageError(f"There is no section “{section}”. tutor lesson show lists them all.")
    if not section:
        for one, of in found:
            print(f"{one.id}#{of.id}  {of.title}")
        return
    for one, of in found:
        print(f"{one.title}: {of.title}\n\n{of.text}\n")


def _read(path: Path | None) -> tuple[Course | None, Sequence[Lesson]]:
    """(course, lessons); no course where the folder is one lesson."""
    if path is not None and not path.is_dir():
        raise CourseInvalid([f"{path}: is no folder; name the folder of a course pack or of a lesson"])
    if path is not None and (path / "lesson.yaml").exists():
        return None, (load_lesson(path.absolute()),)
    course = load_course(path)
    return course, course.lessons


def _faults(one: Lesson) -> Iterator[str]:
    """What only the tools and the reviewer can know: whether they can judge what the rubric asks of them."""
    yield from faults_of_rubric(one)
    yield from (f"{one.id}/{fault}" for fault in faults_of_comparison(one))
    guides, faults = read_guides(one)
    if not faults:
        _, faults = read_sentences(one.folder / "review", guides)
    yield from (f"{one.id}/{fault}" for fault in faults)
    if not faults and guides and not is_current(one.folder / "review", guides):
        yield f"{one.id}/review/{FILE}: does not fit the guides any more; run tutor lesson learn"


def _faults_of_cards(course: Course) -> list[str]:
    """The cards of a course stand beside those of each lesson."""
    vectors = packed(course, Embedding())
    taught = [list(cards_of(course, lesson.id)) for lesson in course.lessons]
    faults = (fault for cards in taught for fault in (*claimed_twice(cards), *unpacked(cards, vectors)))
    return list(dict.fromkeys(faults))


def _summary(one: Lesson) -> str:
    return (
        f"{one.id}: {len(one.sections)} sections, {len(one.rubric)} criteria, {len(one.questions)} questions, "
        f"{len(one.misconceptions)} misconceptions, {len(one.readings)} readings, {len(one.cards)} answer cards"
    )
