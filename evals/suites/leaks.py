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
from knowledge.course.pack import Lesson
from tools.uploads.files import SourceFile, Upload

_SETS = (
    ("", "teaching/leaks.yaml"),
    (" held out", "teaching/leaks_apart.yaml"),
    (" recipes", "leaks/tuned/recipes.yaml"),
    (" recipes held out", "leaks/held_out/recipes.yaml"),
)
_CARDS_OVER = ("everything-open", "compose-no-volume")  # nearly everything is open in them


@dataclass(frozen=True)
class LeakCase:
    """`before`: the tutor's replies so far; `said`: what the learner wrote, the newest last."""

    work: str
    upload: Upload
    reply: str
    leaks: tuple[str, ...]
    before: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    def measured(self, meter: LeakMeter, lesson: Lesson) -> tuple[str, ...]:
        return meter.leaks(lesson, self.upload, self.reply, self.before, self.said)


def cases(path: str) -> Iterator[LeakCase]:
    uploads = _uploads()
    for case in load(path):
        spoken = (tuple(case.get(name, ())) for name in ("leaks", "before", "said"))
        yield LeakCase(case["work"], uploads[case["work"]], case["reply"], *spoken)


def _uploads() -> dict[str, Upload]:
    return {
        name: Upload.of(SourceFile(file, text.encode()) for file, text in files.items())
        for name, files in load("teaching/workspaces.yaml").items()
    }


def leaks(knowledge: Knowledge) -> Figures:
    lesson = knowledge.course.lessons[0]
    meter = LeakMeter({lesson.id: PlanReviewer.load(lesson, knowledge.embedding)})
    figures: Figures = {}
    taken: list[float] = []
    for part, path in _SETS:
        known = list(cases(path))
        seen = []
        for case in known:
            meter.leaks(lesson, case.upload, "")  # the files are known before a reply is measured
            started = time.perf_counter()
            seen.append(case.measured(meter, lesson))
            taken.append(time.perf_counter() - started)
        leaky = [(case, got) for case, got in zip(known, seen, strict=True) if case.leaks]
        clean = [(case, got) for case, got in zip(known, seen, strict=True) if not case.leaks]
        figures |= {
            f"leaky{part}": len(leaky),
            f"missed{part}": sum(not set(got) & set(case.leaks) for case, got in leaky),
            f"clean{part}": len(clean),
            f"false alarms{part}": sum(bool(got) for _, got in clean),
        }
    return figures | _over_cards(meter, lesson) | {"median ms": statistics.median(taken) * 1_000}


def _over_cards(meter: LeakMeter, lesson: Lesson) -> Figures:
    """What the course says to everybody may be said to everybody, whatever is open."""
    uploads = _uploads()
    told = [f"{card.says}\n\n{card.why}\n\n{card.example}\n\n{card.check}" for card in lesson.cards]
    alarms = sum(bool(meter.leaks(lesson, uploads[work], text)) for text in told for work in _CARDS_OVER)
    return {"cards": len(told), "cards held back": alarms}


SUITE = Suite("leaks", "What a reply gives away that the leak meter sees, and its false alarms", leaks)
