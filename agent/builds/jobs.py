"""A learner's build, from the request to words about what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent.builds.experiment_report import told_experiment
from agent.builds.reports import told
from agent.builds.reproducibility_report import told_twice
from agent.domain.reply import Action, Reply
from agent.domain.turn import BuildRequest
from agent.grading.assessment import Assessor
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.hints import Hints
from knowledge.course.pack import Course
from tools.errors import BuilderUnavailable
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import Builder, BuildProgress, BuildReceipt, Outcome
from tools.sandbox.experiments.experiment import recorded
from tools.sandbox.opening import experimenter, repeater, stack_runner, tend
from tools.sandbox.stack.keys import has_blueprint, stack_key
from tools.uploads.files import Upload

OnProgress = Callable[[BuildProgress], None]
Cancelled = Callable[[], bool]


class BuildJobs:
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
        if request.what not in ("build", "twice"):
            return self._experiment(request, on_progress, cancelled)
        if request.what == "twice":
            return self._twice(self._submissions.upload(request.upload_id), on_progress, cancelled)
        known = self.known(request)
        if known is not None:
            return known
        receipt = self._proved(self._submissions.upload(request.upload_id), on_progress, cancelled)
        if receipt.outcome not in (Outcome.INFRASTRUCTURE, Outcome.CANCELLED):
            self._receipts.save(request.person_id, receipt)
            self._after(request, receipt)
        return told(receipt)

    def _proved(self, upload: Upload, on_progress: OnProgress, cancelled: Cancelled) -> BuildReceipt:
        """What the blueprint builds runs as the blueprint says; without one, or without its images, by itself."""
        runner = stack_runner(self._builder) if has_blueprint(upload) else None
        if runner is None:
            return self._builder.build(upload, on_progress=on_progress, cancelled=cancelled)
        receipt = runner.up(upload, on_progress=on_progress, cancelled=cancelled)
        absent = receipt.stack.not_here if receipt.stack is not None else ()
        if not absent:
            return receipt
        alone = self._builder.build(upload, on_progress=on_progress, cancelled=cancelled)
        note = f"It ran by itself, without its stack: I have no image {', '.join(f'`{name}`' for name in absent)} here."
        return replace(alone, notes=(*alone.notes, note))

    def _twice(self, upload: Upload, on_progress: OnProgress, cancelled: Cancelled) -> Reply:
        runner = repeater(self._builder)
        if runner is None:
            return Reply(f"I can not build here. {self._builder.status().reason}")
        try:
            found = runner.repeat(upload, on_progress=on_progress, cancelled=cancelled)
        except BuilderUnavailable as error:
            return Reply(str(error), actions=(Action("twice", "Build twice again"),))
        return Reply("The build was stopped.") if cancelled() else told_twice(found)

    def _experiment(self, request: BuildRequest, on_progress: OnProgress, cancelled: Cancelled) -> Reply:
        """Run where it can be; else what was recorded, said as that."""
        lesson = self._course.lesson(request.lesson_id)
        belief = (
            next((misconception for misconception in lesson.misconceptions if misconception.id == request.what), None)
            if lesson
            else None
        )
        if belief is None or belief.experiment is None:
            return Reply("That experiment is no longer part of the lesson.")
        runner = experimenter(self._builder)
        try:
            if runner is None:
                return told_experiment(belief, recorded(belief.experiment), request.expected)
            found = runner.perform(belief.experiment, on_progress=on_progress, cancelled=cancelled)
        except BuilderUnavailable as error:
            if cancelled():
                return Reply("The experiment was stopped.")
            kept = told_experiment(belief, recorded(belief.experiment), request.expected)
            return replace(kept, text=f"{error}\n{kept.text}")
        return told_experiment(belief, found, request.expected)

    def tend(self) -> None:
        tend(self._builder)

    def known(self, request: BuildRequest) -> Reply | None:
        """What is known of exactly these bytes already."""
        upload = self._submissions.upload(request.upload_id)
        known = self._receipts.for_inputs(stack_key(upload) or context_key(upload) or "")
        if known is None or not known.is_settled:
            return None
        self._after(request, known)
        reply = told(known)
        return replace(reply, text=f"Exactly these bytes were built before.\n{reply.text}")

    def cut_off(self, request: BuildRequest) -> Reply:
        """Of a build that a restart of ours ended: not begun again by itself, for it may have been the cause."""
        if request.what == "build" and (known := self.known(request)) is not None:
            return known
        again = (Action(request.what, "Build again"),) if request.what in ("build", "twice") else ()
        return Reply("I was restarted while that ran, so it has no result. It counts for nothing.", actions=again)

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
