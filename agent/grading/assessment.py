"""Judges an upload against a lesson's rubric, each criterion by the tool that the rubric names for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from agent.domain.verdicts import Judgement, Receipt
from agent.grading.plan_against_files.waiting import disagreements, held_back
from agent.grading.plan_review.meaning import Embed
from agent.grading.plan_review.reviewer import PlanReviewer
from agent.grading.plan_review.statements import Statement
from agent.grading.receipts import Receipts
from knowledge.course.pack import Course, Criterion, Lesson
from tools.artefacts.registry import aspects, documents_in, wording_of
from tools.errors import UnreadableFile
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.hadolint import Hadolint
from tools.inspection.inspector import inspect
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import Builder, BuildReceipt, Outcome
from tools.sandbox.stack.keys import stack_key
from tools.uploads.files import SourceFile, Upload


class PlanOpinion(Protocol):
    """Another reading of a plan beside the rules."""

    def weigh(
        self, lesson: Lesson, file: SourceFile, statements: Sequence[Statement], judged: Sequence[Judgement]
    ) -> tuple[Judgement, ...]: ...


class Assessor:
    """The same bytes get the same inspection and the same review."""

    def __init__(
        self,
        course: Course,
        receipts: Receipts,
        builder: Builder,
        linter: Hadolint | None,
        embed: Embed,
        opinion: PlanOpinion | None = None,
    ) -> None:
        self._opinion = opinion
        self._receipts, self._builder, self._linter = receipts, builder, linter
        self.reviewers = {lesson.id: PlanReviewer.load(lesson, embed) for lesson in course.lessons}

    def inspect(self, upload: Upload) -> Inspection:
        known = self._receipts.inspection(upload.digest)
        if known is not None and known.criteria.keys() >= set(aspects()):
            return known
        inspection = inspect(upload, linter=self._linter)
        self._receipts.save_inspection(inspection)
        return self._receipts.inspection(upload.digest) or inspection

    def judge(self, lesson: Lesson, upload: Upload) -> tuple[Judgement, ...]:
        """One judgement for each criterion of the lesson's rubric, in its order."""
        inspection = self.inspect(upload)
        reviewed = self._review(lesson, upload)
        judged = [self._judge(criterion, upload, inspection, reviewed) for criterion in lesson.rubric]
        found = disagreements(lesson, upload, inspection, self.reviewers[lesson.id].statements)
        return tuple(held_back(lesson, judgement, found.get(judgement.criterion, ())) for judgement in judged)

    def _judge(
        self, criterion: Criterion, upload: Upload, inspection: Inspection, reviewed: dict[str, Judgement]
    ) -> Judgement:
        if criterion.judged_by == "inspection":
            judged = _inspected(criterion, upload, inspection)
            proved = _PROVED_BY_BUILDS.get(criterion.aspect)
            return proved(judged, self._receipt(upload)) if proved is not None else judged
        if criterion.judged_by == "receipt":
            return self._built(criterion, upload)
        unread = Judgement(criterion.id, Verdict.NOT_CHECKED, missing=_absent(criterion))
        return reviewed.get(criterion.id, unread)

    def _review(self, lesson: Lesson, upload: Upload) -> dict[str, Judgement]:
        """Each criterion of a text by the document that its artefact is handed in as."""
        artefacts = {criterion.id: criterion.artefact for criterion in lesson.rubric if criterion.judged_by == "text"}
        return {
            judgement.criterion: judgement
            for artefact, document in documents_in(upload).items()
            if artefact in artefacts.values()
            for judgement in self._read(lesson, document)
            if artefacts.get(judgement.criterion) == artefact
        }

    def _read(self, lesson: Lesson, document: SourceFile) -> tuple[Judgement, ...]:
        reviewer = self.reviewers[lesson.id]
        try:
            judged = reviewer.review(document)
            if self._opinion is None:
                return judged
            return self._opinion.weigh(lesson, document, reviewer.that_may_show(document.text), judged)
        except UnreadableFile:
            return ()

    def _receipt(self, upload: Upload) -> BuildReceipt | None:
        """Of the blueprint where it was started, else of the image by itself."""
        keys = [key for key in (stack_key(upload), context_key(upload)) if key is not None]
        return next((receipt for key in keys if (receipt := self._receipts.for_inputs(key)) is not None), None)

    def _built(self, criterion: Criterion, upload: Upload) -> Judgement:
        if context_key(upload) is None:
            return Judgement(criterion.id, Verdict.NOT_CHECKED, missing=_absent(criterion))
        receipt = self._receipt(upload)
        if receipt is not None:
            return _from_receipt(criterion, receipt)
        status = self._builder.status()
        if not status.available:
            return Judgement(criterion.id, Verdict.NOT_CHECKED, pending=True, reason=status.reason)
        question = "There is no build of exactly these bytes yet. What do you expect it to say?"
        return Judgement(criterion.id, Verdict.NOT_MET, missing=question)


def _inspected(criterion: Criterion, upload: Upload, inspection: Inspection) -> Judgement:
    verdict = inspection.criteria[criterion.aspect]
    worst = first_finding(inspection, criterion.aspect)
    if verdict is Verdict.NOT_CHECKED and worst is None:
        return Judgement(criterion.id, verdict, missing=_absent(criterion))
    tools = tuple(sorted(inspection.tools.items()))
    receipt = Receipt("inspection", upload.digest, verdict.value, tools)
    missing = f"{place(worst)}: {worst.question}" if worst and verdict is not Verdict.MET else ""
    return Judgement(
        criterion.id, verdict, receipt=receipt, missing=missing, reason=worst.message if missing and worst else ""
    )


def _from_receipt(criterion: Criterion, receipt: BuildReceipt) -> Judgement:
    proof = _proof(receipt)
    if receipt.builds_and_runs:
        return Judgement(criterion.id, Verdict.MET, receipt=proof)
    if receipt.waits_for_operator:
        return Judgement(criterion.id, Verdict.NOT_CHECKED, pending=True, reason=receipt.summary)
    if receipt.outcome is Outcome.BUILT and receipt.shortcomings:
        lacking = receipt.shortcomings[0]
        return Judgement(criterion.id, Verdict.NOT_MET, receipt=proof, missing=f"{lacking.text} {lacking.question}")
    question = receipt.question or "What in that step explains it?"
    return Judgement(criterion.id, Verdict.NOT_MET, receipt=proof, missing=f"{receipt.summary} {question}")


def _proof(receipt: BuildReceipt) -> Receipt:
    return Receipt("build", receipt.inputs, receipt.outcome.value, (("engine", receipt.engine),))


def _with_layers(judgement: Judgement, receipt: BuildReceipt | None) -> Judgement:
    """What the files show of secrets, with what a build of exactly these bytes found in the image."""
    if receipt is None:
        return judgement
    if receipt.found:
        secret = receipt.found[0]
        line = f", from line {secret.line}" if secret.line else ""
        gone = ", removed by a later one and still in it" if secret.removed_later else ""
        missing = (
            f"The built image holds {secret.place} in a layer{line}{gone}. Who could give that value at the start?"
        )
        return replace(judgement, verdict=Verdict.NOT_MET, receipt=_proof(receipt), missing=missing, reason="")
    if receipt.unread and judgement.verdict is Verdict.MET:
        reason = f"The layers of the built image could not be read whole: {receipt.unread}."
        return Judgement(judgement.criterion, Verdict.NOT_CHECKED, pending=True, reason=reason)
    return judgement


def _with_waits(judgement: Judgement, receipt: BuildReceipt | None) -> Judgement:
    """A check that never says healthy makes those that wait for it wait in vain."""
    waits = receipt.stack.waits_in_vain if receipt is not None and receipt.stack is not None else ()
    if receipt is None or not waits or judgement.verdict is not Verdict.MET:
        return judgement
    missing = f"`{waits[0].service}` waited in vain for `{waits[0].needed}`. What does its health check ask for?"
    return replace(judgement, verdict=Verdict.NOT_MET, receipt=_proof(receipt), missing=missing, reason="")


# What a build or a run says of an aspect that the files are inspected for.
_PROVED_BY_BUILDS = {"D3": _with_layers, "B3": _with_waits}


def first_finding(inspection: Inspection, aspect: str) -> Finding | None:
    return next(
        (finding for finding in inspection.findings if finding.criterion == aspect and finding.effect is not None), None
    )


def place(finding: Finding) -> str:
    lines = f"line {finding.line}" if finding.end_line <= finding.line else f"lines {finding.line}–{finding.end_line}"
    return f"`{finding.file}` {lines}"


def _absent(criterion: Criterion) -> str:
    return f"Nothing to look at yet: hand in {wording_of(criterion.artefact).some}."
