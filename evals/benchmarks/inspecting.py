"""Inspection of one file and of many, alone and with hadolint."""

from __future__ import annotations

from collections.abc import Iterator

from evals.benchmarks.timing import Measured, timed
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


def inspecting() -> Iterator[Measured]:
    one = Upload.of([SourceFile("Dockerfile", DOCKERFILE)])
    linter = Hadolint.find()
    yield "inspection of one file, own checks", timed([lambda: inspect(one)] * RUNS)
    yield "inspection of one file, with hadolint", timed([lambda: inspect(one, linter=linter)] * RUNS)
    many = [Upload.of([SourceFile("Dockerfile", DOCKERFILE + b"# %d\n" % number)]) for number in range(500)]
    yield "inspection of 500 files, own checks", timed([lambda: inspect_many(many)] * 3)
    yield "inspection of 500 files, with hadolint", timed([lambda: inspect_many(many, linter=linter)] * 3)
