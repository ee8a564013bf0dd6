"""Inspection of one file and of a thousand, alone, with hadolint, and beside hadolint alone in the same run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from evals.benchmarks.timing import Measured, timed
from evals.labelled import HALVES, labelled
from tools.dockerfile import DOCKERFILE as KIND
from tools.inspection.hadolint import Hadolint
from tools.inspection.inspector import inspect, inspect_many
from tools.uploads.files import SourceFile, Upload

DOCKERFILE = b"""FROM python:3.12-slim
COPY app.py /app/
RUN pip install --no-cache-dir flask==3.0.0
USER 1
CMD ["python", "/app/app.py"]
"""
RUNS, MANY = 20, 1_000


def inspecting() -> Iterator[Measured]:
    one = Upload.of([SourceFile("Dockerfile", DOCKERFILE)])
    linter = Hadolint.find()
    yield "one file, own checks", timed([lambda: inspect(one)] * RUNS)
    yield "one file, with hadolint", timed([lambda: inspect(one, linter=linter)] * RUNS)
    texts = list(islice(cycle(_texts()), MANY))
    many = [Upload.of([SourceFile("Dockerfile", f"{text}# {number}\n".encode())]) for number, text in enumerate(texts)]
    yield f"{MANY} labelled files, own checks", timed([lambda: inspect_many(many)] * 3)
    if linter is not None:
        yield f"{MANY} labelled files, hadolint alone", timed([lambda: linter.lint(texts)] * 3)
        yield f"{MANY} labelled files, both", timed([lambda: inspect_many(many, linter=linter)] * 3)
        yield f"{MANY} files, processor time, hadolint alone", [_processor(lambda: linter.lint(texts))]
        yield f"{MANY} files, processor time, both", [_processor(lambda: inspect_many(many, linter=linter))]


def _processor(action: Callable[[], object]) -> float:
    """Milliseconds of all cores, of this process and its children: what a busy machine does not change."""
    before = sum(os.times()[:4])
    action()
    return (sum(os.times()[:4]) - before) * 1_000


def _texts() -> list[str]:
    return [file.text for half in HALVES for case in labelled(half) for file in case.upload.of_kind(KIND)]
