"""Benchmarks: `make bench` prints minimum, median and maximum of several runs, so that the machine's noise shows."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from agent.bootstrap import Tutoring, open_tutoring
from agent.people import Person
from agent.settings import Settings
from agent.turns import Turn
from knowledge.course_loader import load_course
from tools.files import SourceFile, Upload
from tools.hadolint import Hadolint
from tools.inspection import inspect, inspect_many

DOCKERFILE = b"""FROM python:3.12-slim
COPY app.py /app/
RUN pip install --no-cache-dir flask==3.0.0
USER 1
CMD ["python", "/app/app.py"]
"""
RUNS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read(data=Path(folder), builds="off")
        with open_tutoring(settings) as tutoring:
            for name, milliseconds in _figures(tutoring):
                print(_row(name, milliseconds))


def _figures(tutoring: Tutoring) -> Iterator[tuple[str, list[float]]]:
    questions = [question.text for lesson in load_course().lessons for question in lesson.questions]
    retriever = tutoring.knowledge.retriever
    yield "retrieval of one question", _timed([partial(retriever.search, text) for text in questions])
    yield "a turn: question answered", _timed([_turn(tutoring, number, text) for number, text in enumerate(questions)])
    yield "a turn: upload inspected", _timed([_upload(tutoring, number) for number in range(RUNS)])
    one = Upload.of([SourceFile("Dockerfile", DOCKERFILE)])
    linter = Hadolint.find()
    yield "inspection of one file, own checks", _timed([lambda: inspect(one)] * RUNS)
    yield "inspection of one file, with hadolint", _timed([lambda: inspect(one, linter=linter)] * RUNS)
    many = [Upload.of([SourceFile("Dockerfile", DOCKERFILE + b"# %d\n" % number)]) for number in range(500)]
    yield "inspection of 500 files, own checks", _timed([lambda: inspect_many(many)] * 3)
    yield "inspection of 500 files, with hadolint", _timed([lambda: inspect_many(many, linter=linter)] * 3)


def _turn(tutoring: Tutoring, number: int, text: str) -> Callable[[], object]:
    return lambda: tutoring.take(Turn(f"q{number}", f"c{number}", Person("T:bench", "bench"), text))


def _upload(tutoring: Tutoring, number: int) -> Callable[[], object]:
    file = SourceFile("Dockerfile", DOCKERFILE + b"# %d\n" % number)
    return lambda: tutoring.take(Turn(f"u{number}", "uploads", Person("T:bench", "bench"), "", files=(file,)))


def _timed(actions: list[Callable[[], object]]) -> list[float]:
    """Milliseconds of each action, after one that is not counted."""
    actions[0]()
    found = []
    for action in actions:
        started = time.perf_counter()
        action()
        found.append((time.perf_counter() - started) * 1_000)
    return found


def _row(name: str, milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    figures = {"min": ordered[0], "p50": statistics.median(ordered), "p95": p95, "max": ordered[-1]}
    return f"{name:40}" + "".join(f"  {label} {value:8.1f}" for label, value in figures.items()) + " ms"


if __name__ == "__main__":
    main()
