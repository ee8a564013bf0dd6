"""A learner's build, from the request to words about what happened."""

from __future__ import annotations

from collections.abc import Callable

from agent.assessment import Assessor
from agent.hints import Hints
from agent.receipts import Receipts
from agent.replies import Action, Reply
from agent.reviews import Reviews
from agent.submissions import Submissions
from agent.turns import BuildRequest
from knowledge.course import Course
from tools.builder import Builder, BuildProgress, BuildReceipt, Outcome, RunReport

MAX_LAYERS = 3
_MEGABYTE = 1_000_000


class Builds:
    """Runs a request to its receipt; the same bytes are built once."""

    def __init__(
        self,
        *,
        course: Course,
        builder: Builder,
        submissions: Submissions,
        receipts: Receipts,
        reviews: Reviews,
        hints: Hints,
        assessor: Assessor,
    ) -> None:
        self._course, self._builder, self._submissions = course, builder, submissions
        self._receipts, self._reviews, self._hints, self._assessor = receipts, reviews, hints, assessor

    def run(
        self,
        request: BuildRequest,
        *,
        on_progress: Callable[[BuildProgress], None],
        cancelled: Callable[[], bool],
    ) -> Reply:
        upload = self._submissions.upload(request.upload_id)
        receipt = self._builder.build(upload, on_progress=on_progress, cancelled=cancelled)
        if receipt.outcome not in (Outcome.INFRASTRUCTURE, Outcome.CANCELLED):
            self._receipts.save(request.person_id, receipt)
            self._after(request, receipt)
        return told(receipt)

    def _after(self, request: BuildRequest, receipt: BuildReceipt) -> None:
        """The build counts as an attempt, and the draft standing learns of the receipt."""
        lesson = self._course.lesson(request.lesson_id)
        if lesson is None:
            return
        for criterion in lesson.rubric:
            if criterion.judged_by == "receipt":
                self._hints.attempt(request.person_id, lesson.id, criterion.id, receipt.inputs)
        workspace = self._submissions.workspace(request.person_id, lesson.id)
        self._reviews.draft(request.person_id, lesson.id, self._assessor.judge(lesson, workspace))


def told(receipt: BuildReceipt) -> Reply:
    """What happened, where, and one question; never the fix."""
    if receipt.outcome is Outcome.BUILT:
        return Reply(_built(receipt), actions=(Action("submit", "Submit for the gate", style="primary"),))
    if receipt.outcome in (Outcome.INFRASTRUCTURE, Outcome.CANCELLED):
        return Reply(receipt.summary, actions=(Action("build", "Build again"),))
    return Reply(_failed(receipt), actions=(Action("build", "Build again"),))


def _built(receipt: BuildReceipt) -> str:
    parts = [
        f"**Built in {receipt.seconds:.0f} s**: {_size(receipt.image_bytes)}, user `{receipt.user or 'root'}`.",
        _layers(receipt),
        _run(receipt.run),
        _secrets(receipt),
    ]
    return "\n".join(part for part in parts if part)


def _size(count: int) -> str:
    return f"{count / _MEGABYTE:,.0f} MB"


def _layers(receipt: BuildReceipt) -> str:
    largest = sorted(receipt.layers, key=lambda layer: -layer.bytes)[:MAX_LAYERS]
    shown = [f"`{layer.instruction[:60]}` {layer.bytes / _MEGABYTE:,.1f} MB" for layer in largest if layer.bytes]
    return f"Largest layers: {'; '.join(shown)}." if shown else ""


def _run(run: RunReport | None) -> str:
    if run is None or not run.started:
        return "It did not start. What does the process need that the container does not have?"
    if not run.stayed_up:
        return _ended(run)
    if run.stop_seconds is None:
        return "It started and stayed up, but did not stop on SIGTERM. Which process has PID 1 there?"
    return f"It started, stayed up, and stopped {run.stop_seconds:.1f} s after SIGTERM."


def _ended(run: RunReport) -> str:
    log = f"\n```\n{run.log}\n```" if run.log else ""
    if run.exit_code == 0:
        return f"It ran to its end with exit code 0.{log}"
    return f"It started and ended with exit code {run.exit_code}.{log}\nWhat does the last line tell you?"


def _secrets(receipt: BuildReceipt) -> str:
    return (
        f"⚠️ Something that looks like a credential is in the image: {'; '.join(receipt.secrets)}."
        if receipt.secrets
        else ""
    )


def _failed(receipt: BuildReceipt) -> str:
    where = f" at line {receipt.failed_line}" if receipt.failed_line else ""
    step = f" (`{receipt.failed_step[:100]}`)" if receipt.failed_step else ""
    log = f"\n```\n{receipt.log_excerpt}\n```" if receipt.log_excerpt else ""
    question = "What does that step need that is not there at that point?" if receipt.outcome is Outcome.FAILED else ""
    return f"**The build ended{where}**{step}: {receipt.summary}{log}\n{question}".rstrip()
