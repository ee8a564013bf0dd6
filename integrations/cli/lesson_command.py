"""`tutor lesson check`: validates a course pack and explains its faults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.review.guide import read_guides
from knowledge.course_loader import load_course
from knowledge.errors import CourseInvalid

app = typer.Typer(no_args_is_help=True)


@app.callback()
def lesson() -> None:
    """Work on course packs."""


@app.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="folder of a course pack; the shipped one if left out")] = None,
) -> None:
    """Name every fault of a course pack, or say what it holds."""
    try:
        course = load_course(path)
        faults = [f"{one.id}/{fault}" for one in course.lessons for fault in read_guides(one)[1]]
    except CourseInvalid as error:
        course, faults = None, list(error.faults)
    for fault in faults:
        print(fault)
    if faults or course is None:
        raise typer.Exit(1)
    for one in course.lessons:
        print(
            f"{one.id}: {len(one.sections)} sections, {len(one.rubric)} criteria, {len(one.questions)} questions, "
            f"{len(one.misconceptions)} misconceptions, {len(one.readings)} readings"
        )
