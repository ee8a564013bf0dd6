"""What a judgement in the ledger rests on: the review, the very files, and the receipts, as they were at the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.domain.verdicts import Judgement, Receipt
from agent.grading.receipts import build_from_json
from agent.grading.reviews import from_json
from agent.grading.submissions import fetch
from agent.storage.tables import BuildReceiptRow, DecisionRow, GateEventRow, InspectionRow, ReviewRow
from knowledge.course.pack import Criterion, Lesson
from tools.errors import UnreadableFile
from tools.findings import Verdict
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import BuildReceipt
from tools.sandbox.stack.keys import stack_key
from tools.uploads.files import Upload

# What may carry a verdict, by who judges the criterion; an instructor's decision may carry any.
_GROUND: Mapping[str, str] = {"inspection": "inspection", "receipt": "build"}


@dataclass(frozen=True)
class Review:
    """A review as an event claims it, beside the row that is on record."""

    row: ReviewRow
    claimed: tuple[Judgement, ...]
    at: datetime

    @classmethod
    def behind(cls, session: Session, event: GateEventRow) -> Self | None:
        row = session.get(ReviewRow, event.evidence.get("review", ""))
        if row is None or (row.person_id, row.lesson_id) != (event.person_id, event.lesson_id):
            return None
        return cls(row, from_json(event.evidence), event.created_at)

    def now(self) -> dict[str, Judgement]:
        return {statement.criterion: statement for statement in self.claimed}

    def former(self, session: Session) -> dict[str, Judgement]:
        """The review before this one, with what had been decided on it by then."""
        before = select(ReviewRow).where(
            ReviewRow.person_id == self.row.person_id,
            ReviewRow.lesson_id == self.row.lesson_id,
            ReviewRow.number == self.row.number - 1,
        )
        row = session.scalars(before).first()
        return _on_record(session, row, self.at) if row else {}


def faults_of(session: Session, review: Review, lesson: Lesson) -> Iterator[str]:
    """What is wrong with the claimed judgements, each with its criterion."""
    upload = Upload.of(fetch(session, review.row.files, review.row.modes))
    if upload.digest != review.row.upload_digest:
        yield f"rests on review {review.row.number}, whose files are not the ones that were judged"
    recorded = _on_record(session, review.row, review.at)
    if {name: _gist(one) for name, one in recorded.items()} != {
        statement.criterion: _gist(statement) for statement in review.claimed
    }:
        yield f"differs from review {review.row.number} on record"
    for judgement in review.claimed:
        criterion = lesson.criterion(judgement.criterion)
        if criterion is not None:
            wrong = (*_quotes(judgement, upload), *_unfounded(session, review, upload, criterion, judgement))
            yield from (f"has {judgement.criterion}, which {what}" for what in wrong)


def _gist(judgement: Judgement) -> tuple[object, ...]:
    kind = judgement.receipt.kind if judgement.receipt else ""
    return (judgement.verdict, judgement.pending, judgement.spans, kind)


def _on_record(session: Session, row: ReviewRow, at: datetime) -> dict[str, Judgement]:
    made = select(DecisionRow).where(DecisionRow.review_id == row.id, DecisionRow.created_at <= at)
    decisions = {other_row.criterion: other_row for other_row in session.scalars(made)}
    judged = {judgement.criterion: judgement for judgement in from_json(row.judgements)}
    for name, decision in decisions.items():
        receipt = Receipt("decision", row.id, decision.verdict)
        judged[name] = replace(judged[name], verdict=Verdict(decision.verdict), pending=False, receipt=receipt)
    return judged


def _quotes(judgement: Judgement, upload: Upload) -> Iterator[str]:
    for span in judgement.spans:
        file = upload.find(span.file)
        try:
            stands = file is not None and span.holds_in(file)
        except UnreadableFile:
            stands = False
        if not stands:
            yield f"quotes what does not stand in {span.file}"


def _unfounded(
    session: Session, review: Review, upload: Upload, criterion: Criterion, judgement: Judgement
) -> Iterator[str]:
    """A `met` stands on a verbatim span, the tool's receipt or a decision, whichever the rubric asks for."""
    receipt = judgement.receipt
    if receipt is not None and receipt.kind == "decision":
        yield from _decided(session, review, judgement)
    elif receipt is not None:
        yield from _attested(session, review, upload, criterion, judgement)
    elif judgement.verdict is Verdict.MET and (criterion.judged_by in _GROUND or not judgement.spans):
        yield "is met without evidence"


def _decided(session: Session, review: Review, judgement: Judgement) -> Iterator[str]:
    decision = session.get(DecisionRow, (review.row.id, judgement.criterion))
    if decision is None or decision.verdict != judgement.verdict:
        yield "rests on a decision that nobody made"
    elif decision.by == review.row.person_id:
        yield "rests on the learner's own decision"


def _attested(
    session: Session, review: Review, upload: Upload, criterion: Criterion, judgement: Judgement
) -> Iterator[str]:
    receipt = judgement.receipt
    if receipt is None:
        return
    if criterion.judged_by == "inspection" and receipt.kind == "build" and judgement.verdict is Verdict.NOT_MET:
        yield from _found_in_image(session, receipt, upload, review.at)
    elif _GROUND.get(criterion.judged_by, receipt.kind) != receipt.kind:
        yield f"rests on a receipt of the wrong kind: {receipt.kind}"
    elif receipt.kind == "inspection":
        row = session.get(InspectionRow, receipt.digest)
        verdict = row.inspection["criteria"].get(criterion.aspect) if row else None
        if receipt.digest != review.row.upload_digest or verdict != judgement.verdict:
            yield "rests on an inspection that is not there, or says otherwise"
    elif not _is_of(receipt, upload):
        yield "rests on a build of other files"
    elif (judgement.verdict is Verdict.MET) != _ran(session, receipt, review.at):
        yield "rests on a build receipt that is not there, or says otherwise"


def _is_of(receipt: Receipt, upload: Upload) -> bool:
    return receipt.digest in (context_key(upload), stack_key(upload))


def _ran(session: Session, receipt: Receipt, at: datetime) -> bool:
    """Whether the newest build of these inputs, of those known by then, was built and ran."""
    newest = _build(session, receipt, at)
    return newest is not None and newest.builds_and_runs


def _found_in_image(session: Session, receipt: Receipt, upload: Upload, at: datetime) -> Iterator[str]:
    """What the files do not show, a layer of the image or a run of the stack may."""
    newest = _build(session, receipt, at)
    proves = newest is not None and (newest.found or (newest.stack is not None and newest.stack.waits_in_vain))
    if not _is_of(receipt, upload) or not proves:
        yield "rests on a build receipt that is not there, or says otherwise"


def _build(session: Session, receipt: Receipt, at: datetime) -> BuildReceipt | None:
    known = select(BuildReceiptRow).where(BuildReceiptRow.inputs == receipt.digest, BuildReceiptRow.created_at <= at)
    row = session.scalars(known.order_by(BuildReceiptRow.id.desc()).limit(1)).first()
    return build_from_json(row.receipt) if row else None
