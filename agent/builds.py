"""A learner's build, from the request to words about what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.assessment import Assessor
from agent.build_report import told
from agent.hints import Hints
from agent.receipts import Receipts
from agent.replies import Reply
from agent.reviews import Reviews
from agent.submissions import Submissions
from agent.turns import BuildRequest
from knowledge.course import Course
from tools.builder import Builder, BuildProgress, BuildReceipt, Outcome
from tools.context import context_key

# What another build of the same bytes would say again. A failure may have been a mirror's, so it is tried anew.
_SETTLED = (Outcome.BUILT, Outcome.REFUSED)


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
        known = self._receipts.for_inputs(context_key(upload) or "")
        if known is not None and known.outcome in _SETTLED:
            self._after(request, known)
            reply = told(known)
            return replace(reply, text=f"Exactly these bytes were built before.\n{reply.text}")
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
