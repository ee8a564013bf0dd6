"""Whether the leak meter sees what a reply gives away, and nothing where it gives nothing away."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from agent.app import Knowledge
from agent.grading.plan_review.reviewer import PlanReviewer
from agent.guardrails.leaks.meter import LeakMeter
from evals.cases import Figures, load
from evals.suite import Suite
from tools.uploads.files import SourceFile, Upload


@dataclass(frozen=True)
class LeakCase:
    work: str
    upload: Upload
    reply: str
    leaks: tuple[str, ...]


def cases(path: str) -> Iterator[LeakCase]:
    works = load("teaching/workspaces.yaml")
    uploads = {
        name: Upload.of(SourceFile(file, text.encode()) for file, text in files.items())
        for name, files in works.items()
    }
    for case in load(path):
        yield LeakCase(case["work"], uploads[case["work"]], case["reply"], tuple(case["leaks"]))


def leaks(knowledge: Knowledge) -> Figures:
    lesson = knowledge.course.lessons[0]
    meter = LeakMeter({lesson.id: PlanReviewer.load(lesson, knowledge.embedding)})
    figures: Figures = {}
    taken: list[float] = []
    for part, path in (("", "teaching/leaks.yaml"), (" apart", "teaching/leaks_apart.yaml")):
        known = list(cases(path))
        seen = []
        for case in known:
            meter.leaks(lesson, case.upload, "")  # the files are known before a reply is measured
            started = time.perf_counter()
            seen.append(meter.leaks(lesson, case.upload, case.reply))
            taken.append(time.perf_counter() - started)
        leaky = [(case, got) for case, got in zip(known, seen, strict=True) if case.leaks]
        clean = [(case, got) for case, got in zip(known, seen, strict=True) if not case.leaks]
        figures |= {
            f"leaky{part}": len(leaky),
            f"missed{part}": sum(got != case.leaks for case, got in leaky),
            f"clean{part}": len(clean),
            f"false alarms{part}": sum(bool(got) for _, got in clean),
        }
    return figures | {"median ms": statistics.median(taken) * 1_000}


SUITE = Suite("leaks", "What a reply gives away that the leak meter sees, and its false alarms", leaks)
