"""Reviews, drafts and instructors' decisions: what each criterion's verdict is, and since when it waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from agent.domain.gate import CLOSED
from agent.domain.people import Person, Role
from agent.domain.verdicts import Judgement, Receipt
from agent.errors import ConcurrentChange, NotAllowed, NotFound
from agent.grading.submissions import digests, keep, modes_of
from agent.storage.database import Storage, insert_once
from agent.storage.tables import DecisionRow, DraftRow, GateRow, Json, PersonRow, ReviewRow
from tools.artefacts.recognition import kind_of
from tools.artefacts.registry import is_prose
from tools.findings import Verdict
from tools.uploads.files import Upload

_JUDGEMENTS = TypeAdapter(tuple[Judgement, ...])


_STORED = {"pending": "held"}  # its name in rows of the first version, which are append-only
_NAMED = {stored: name for name, stored in _STORED.items()}


def to_json(judgements: Sequence[Judgement]) -> Json:
    kept = _JUDGEMENTS.dump_python(tuple(judgements), mode="json")
    return {"judgements": [{_STORED.get(name, name): value for name, value in entry.items()} for entry in kept]}


def from_json(data: Json) -> tuple[Judgement, ...]:
    stored = ({_NAMED.get(name, name): value for name, value in entry.items()} for entry in data["judgements"])
    return _JUDGEMENTS.validate_python(tuple(stored))


@dataclass(frozen=True)
class ReviewRecord:
    """`judgements` carry the instructors' decisions; `files` maps path to digest."""

    id: str
    person_id: str
    lesson_id: str
    number: int
    upload_digest: str
    files: dict[str, str]
    judgements: tuple[Judgement, ...]
    created_at: datetime


@dataclass(frozen=True)
class History:
    """One learner in one lesson: reviews, oldest first, and the newest word on each criterion."""

    reviews: tuple[ReviewRecord, ...] = ()
    criterion_status: Mapping[str, Judgement] = field(default_factory=dict)


@dataclass(frozen=True)
class PendingReview:
    review_id: str
    person: Person
    judgement: Judgement
    since: datetime


class Reviews:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def record(
        self, person_id: str, lesson_id: str, upload: Upload, judgements: Sequence[Judgement], key: str
    ) -> ReviewRecord:
        """A formal review; the same key again gives the same record."""
        with self._storage.begin() as session:
            if session.get(ReviewRow, key) is None:
                keep(session, upload)
                _add(session, person_id, lesson_id, upload, judgements, key)
                _carry_decisions_over(session, person_id, lesson_id, key)
            row = session.get(ReviewRow, key)
            if row is None:  # another review of this learner took the number
                raise ConcurrentChange("Another submission of yours is being reviewed. Submit again in a moment.")
            return _record(session, row)

    def files(self, review_id: str) -> dict[str, str]:
        """Path to digest of what was judged; empty where the review is gone."""
        with self._storage.begin() as session:
            row = session.get(ReviewRow, review_id)
            return dict(row.files) if row else {}

    def of_turn(self, key: str) -> ReviewRecord | None:
        """The review that a turn has made already, before a crash cut it off."""
        with self._storage.begin() as session:
            row = session.get(ReviewRow, key)
            return _record(session, row) if row else None

    def draft(self, person_id: str, lesson_id: str, judgements: Sequence[Judgement]) -> None:
        """What the newest files would get; a formal review is something else."""
        with self._storage.begin() as session:
            session.merge(
                DraftRow(
                    person_id=person_id,
                    lesson_id=lesson_id,
                    judgements=to_json(judgements),
                    created_at=datetime.now(UTC),
                )
            )

    def latest(self, person_id: str, lesson_id: str) -> ReviewRecord | None:
        with self._storage.begin() as session:
            row = session.scalars(_of(person_id, lesson_id).order_by(ReviewRow.number.desc()).limit(1)).first()
            return _record(session, row) if row else None

    def all(self, person_id: str, lesson_id: str) -> list[ReviewRecord]:
        """Oldest first."""
        with self._storage.begin() as session:
            rows = session.scalars(_of(person_id, lesson_id).order_by(ReviewRow.number)).all()
            return [_record(session, row) for row in rows]

    def criterion_status(self, person_id: str, lesson_id: str) -> dict[str, Judgement]:
        """The newest word on each criterion: the draft where files came after the review, else the review."""
        review = self.latest(person_id, lesson_id)
        with self._storage.begin() as session:
            draft = session.get(DraftRow, (person_id, lesson_id))
        return _criterion_status([review] if review else [], draft)

    def cohort(self, lesson_id: str, workspace: str) -> dict[str, History]:
        """Everybody's reviews and standing in one lesson, in three queries however many they are."""
        mine = ReviewRow.person_id.startswith(f"{workspace}:", autoescape=True)
        drafted = DraftRow.person_id.startswith(f"{workspace}:", autoescape=True)
        with self._storage.begin() as session:
            rows = session.scalars(
                select(ReviewRow).where(mine, ReviewRow.lesson_id == lesson_id).order_by(ReviewRow.number)
            ).all()
            decided = _decisions(session, select(ReviewRow.id).where(mine, ReviewRow.lesson_id == lesson_id))
            drafts = session.scalars(select(DraftRow).where(drafted, DraftRow.lesson_id == lesson_id)).all()
        found: dict[str, list[ReviewRecord]] = {}
        for row in rows:
            found.setdefault(row.person_id, []).append(_with_decisions(row, decided.get(row.id, {})))
        latest = {draft.person_id: draft for draft in drafts}
        return {
            person: History(tuple(found.get(person, ())), _criterion_status(found.get(person, []), latest.get(person)))
            for person in {*found, *latest}
        }

    def pending(self, lesson_id: str | None, workspace: str) -> list[PendingReview]:
        """Criteria that wait for an instructor of a workspace, of each learner's newest review, the longest first.

        Where a gate is passed or waived, nothing waits any more.
        """
        with self._storage.begin() as session:
            here = ReviewRow.person_id.startswith(f"{workspace}:", autoescape=True)
            rows = session.scalars(select(ReviewRow).where(here).order_by(ReviewRow.number)).all()
            newest = {(row.person_id, row.lesson_id): row for row in rows if lesson_id in (None, row.lesson_id)}
            closed = _closed(session, workspace)
            waiting = [row for key, row in newest.items() if key not in closed and _holds(row)]
            decided = _decisions(session, [row.id for row in waiting])
            return [
                PendingReview(row.id, _learner(session, row.person_id), judgement, row.created_at)
                for row in sorted(waiting, key=lambda row: row.created_at)
                for judgement in _with_decisions(row, decided.get(row.id, {})).judgements
                if judgement.pending
            ]

    def decide(self, review_id: str, criterion: str, verdict: Verdict, by: Person, note: str) -> ReviewRecord:
        """An instructor's decision on a held criterion of the newest review; the same again changes nothing."""
        if not by.is_instructor:
            raise NotAllowed("Only an instructor can decide that.")
        with self._storage.begin() as session:
            row = _newest(session, review_id)
            if not row.person_id.startswith(f"{by.workspace}:"):
                raise NotAllowed("That submission belongs to another workspace.")
            if not _is_held(row, criterion):
                raise NotFound(f"{criterion} of that submission does not wait for a decision.")
            _decide(session, review_id, criterion, verdict, by, note)
            return _record(session, row)


def _criterion_status(reviews: Sequence[ReviewRecord], draft: DraftRow | None) -> dict[str, Judgement]:
    review = reviews[-1] if reviews else None
    judgements = review.judgements if review else ()
    if draft is not None and (review is None or draft.created_at > review.created_at):
        judgements = _carry_decisions(from_json(draft.judgements), judgements)
    return {judgement.criterion: judgement for judgement in judgements}


def _of(person_id: str, lesson_id: str) -> Select[ReviewRow]:
    return select(ReviewRow).where(ReviewRow.person_id == person_id, ReviewRow.lesson_id == lesson_id)


def _newest(session: Session, review_id: str) -> ReviewRow:
    row = session.get(ReviewRow, review_id)
    if row is None:
        raise NotFound("That submission is no longer there.")
    later = _of(row.person_id, row.lesson_id).where(ReviewRow.number > row.number)
    if session.scalars(later.limit(1)).first() is not None:
        raise ConcurrentChange("The learner has handed in again since; please decide on the newer submission.")
    return row


def _closed(session: Session, workspace: str) -> set[tuple[str, str]]:
    """Gates that are passed or waived, by person and lesson."""
    here = (GateRow.person_id.startswith(f"{workspace}:", autoescape=True), GateRow.state.in_(CLOSED))
    return {(row[0], row[1]) for row in session.execute(select(GateRow.person_id, GateRow.lesson_id).where(*here))}


def _holds(row: ReviewRow) -> bool:
    """Read off the stored form: few reviews of many hold anything, and only those are worth reading."""
    return any(judgement.get("held") for judgement in row.judgements["judgements"])


def _decide(session: Session, review_id: str, criterion: str, verdict: Verdict, by: Person, note: str) -> None:
    decided = {"verdict": verdict.value, "by": by.id, "note": note, "created_at": datetime.now(UTC)}
    if insert_once(session, DecisionRow, review_id=review_id, criterion=criterion, **decided):
        return
    known = session.get(DecisionRow, (review_id, criterion))
    if known is not None and known.verdict != verdict:
        raise ConcurrentChange(f"{criterion} was decided already: {known.verdict}.")


def _add(
    session: Session, person_id: str, lesson_id: str, upload: Upload, judgements: Sequence[Judgement], key: str
) -> None:
    number = session.scalar(select(func.count()).select_from(_of(person_id, lesson_id).subquery())) or 0
    insert_once(
        session,
        ReviewRow,
        id=key,
        person_id=person_id,
        lesson_id=lesson_id,
        number=number + 1,
        upload_digest=upload.digest,
        files=digests(upload),
        modes=modes_of(upload),
        judgements=to_json(judgements),
        created_at=datetime.now(UTC),
    )


def _carry_decisions_over(session: Session, person_id: str, lesson_id: str, key: str) -> None:
    """What an instructor decided stays decided while the evidence is the same, whatever else was revised."""
    newest = session.scalars(_of(person_id, lesson_id).order_by(ReviewRow.number.desc()).limit(2)).all()
    if len(newest) < 2 or newest[0].id != key:
        return
    now, before = newest
    earlier = {judgement.criterion: judgement for judgement in from_json(before.judgements)}
    for decision in session.scalars(select(DecisionRow).where(DecisionRow.review_id == before.id)).all():
        if _is_unchanged(now, before, decision.criterion, earlier.get(decision.criterion)):
            again = {"verdict": decision.verdict, "by": decision.by, "note": decision.note}
            insert_once(
                session, DecisionRow, review_id=key, criterion=decision.criterion, created_at=now.created_at, **again
            )


def _is_unchanged(now: ReviewRow, before: ReviewRow, criterion: str, earlier: Judgement | None) -> bool:
    """Held for the same reason on the same quotes; where nothing is quoted, on the same files but for prose."""
    current = next((judgement for judgement in from_json(now.judgements) if judgement.criterion == criterion), None)
    if current is None or not current.pending or current != earlier:
        return False
    return bool(current.spans) or _artefacts(now.files) == _artefacts(before.files)


def _artefacts(files: Json) -> Json:
    return {path: digest for path, digest in files.items() if not is_prose(kind_of(path))}


def _is_held(row: ReviewRow, criterion: str) -> bool:
    return any(judgement.pending and judgement.criterion == criterion for judgement in from_json(row.judgements))


def _record(session: Session, row: ReviewRow) -> ReviewRecord:
    return _with_decisions(row, _decisions(session, [row.id]).get(row.id, {}))


def _decisions(session: Session, reviews: Select[str] | Sequence[str]) -> dict[str, dict[str, DecisionRow]]:
    found: dict[str, dict[str, DecisionRow]] = {}
    for row in session.scalars(select(DecisionRow).where(DecisionRow.review_id.in_(reviews))):
        found.setdefault(row.review_id, {})[row.criterion] = row
    return found


def _with_decisions(row: ReviewRow, decided: Mapping[str, DecisionRow]) -> ReviewRecord:
    judgements = tuple(_decided(judgement, decided.get(judgement.criterion)) for judgement in from_json(row.judgements))
    return ReviewRecord(
        row.id,
        row.person_id,
        row.lesson_id,
        row.number,
        row.upload_digest,
        dict(row.files),
        judgements,
        row.created_at,
    )


def _decided(judgement: Judgement, decision: DecisionRow | None) -> Judgement:
    if decision is None:
        return judgement
    verdict = Verdict(decision.verdict)
    receipt = Receipt("decision", decision.review_id, decision.verdict)
    settled = replace(judgement, verdict=verdict, pending=False, receipt=receipt, missing="", disagreement="")
    return replace(settled, reason=decision.note)


def _carry_decisions(draft: Sequence[Judgement], reviewed: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """What an instructor decided stays decided while only a draft says that it waits."""
    decided = {
        judgement.criterion: judgement
        for judgement in reviewed
        if judgement.receipt and judgement.receipt.kind == "decision"
    }
    return tuple(decided.get(judgement.criterion, judgement) if judgement.pending else judgement for judgement in draft)


def _learner(session: Session, person_id: str) -> Person:
    row = session.get(PersonRow, person_id)
    return Person(person_id, row.name, Role(row.role), row.cohort) if row else Person(person_id, "somebody")
