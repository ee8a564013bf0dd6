"""A turn in the offline voice, and the retrieval inside it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from agent.app import Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.turn import Turn
from agent.settings import Settings
from evals.benchmarks.timing import Measured, timed
from knowledge.course.loader import load_course
from tools.uploads.files import SourceFile

RUNS = 20


def turns() -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read(data=Path(folder), builds="off")
        with open_tutoring(settings) as tutoring:
            yield from _figures(tutoring)


def _figures(tutoring: Tutoring) -> Iterator[Measured]:
    questions = [question.text for lesson in load_course().lessons for question in lesson.questions]
    retriever = tutoring.knowledge.retriever
    yield "retrieval of one question", timed([partial(retriever.search, text) for text in questions])
    yield "a turn: question answered", timed([_turn(tutoring, number, text) for number, text in enumerate(questions)])
    yield "a turn: upload inspected", timed([_upload(tutoring, number) for number in range(RUNS)])


def _turn(tutoring: Tutoring, number: int, text: str) -> Callable[[], object]:
    return lambda: tutoring.take(Turn(f"q{number}", f"c{number}", Person("T:bench", "bench"), text))


def _upload(tutoring: Tutoring, number: int) -> Callable[[], object]:
    file = SourceFile(
        "Dockerfile", b"FROM python:3.12-slim\nCOPY app.py /app/\nCMD python /app/app.py\n# %d\n" % number
    )
    return lambda: tutoring.take(Turn(f"u{number}", "uploads", Person("T:bench", "bench"), "", files=(file,)))
