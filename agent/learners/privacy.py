"""What a person may have deleted, and what stays because a gate stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from agent.delivery.outbox import GIVEN_UP, SENT
from agent.grading.reviews import from_json
from agent.storage.checkpoints import Saver
from agent.storage.database import Storage
from agent.storage.tables import (
    ArtefactRow,
    AskedRow,
    AttemptRow,
    BuildJobRow,
    BuildReceiptRow,
    DraftRow,
    HintRow,
    InboxRow,
    InspectionRow,
    Json,
    ModelUsageRow,
    ObservationRow,
    OutboxRow,
    PersonRow,
    ReviewRow,
    UploadRow,
)

_Own = InboxRow | ReviewRow | BuildReceiptRow | AttemptRow | AskedRow | ObservationRow
NOBODY = "somebody who asked to be forgotten"


@dataclass(frozen=True)
class Forgotten:
    """How much was deleted; `kept` counts the files that reviews of a gate rest on."""

    messages: int
    conversations: int
    files: int
    kept: int


@dataclass(frozen=True)
class Known:
    """How much is stored of a person."""

    messages: int
    files: int
    reviews: int
    builds: int
    attempts: int
    answers: int
    observations: int


class PrivacyService:
    def __init__(self, storage: Storage, checkpointer: Saver) -> None:
        self._storage, self._checkpointer = storage, checkpointer

    def known(self, person_id: str) -> Known:
        with self._storage.begin() as session:
            return Known(
                messages=_count(session, InboxRow, person_id),
                files=len(_named(session, UploadRow.files, UploadRow.person_id == person_id)),
                reviews=_count(session, ReviewRow, person_id),
                builds=_count(session, BuildReceiptRow, person_id),
                attempts=_count(session, AttemptRow, person_id),
                answers=_count(session, AskedRow, person_id),
                observations=_count(session, ObservationRow, person_id),
            )

    def forget(self, person_id: str) -> Forgotten:
        """Deletes messages, conversations, drafts, hints, files and receipts; the ledger and its evidence stay.

        A conversation in a channel goes as a whole: what others said to this person cannot be told apart.
        """
        with self._storage.begin() as session:
            mine = session.execute(
                select(InboxRow.key, InboxRow.conversation).where(InboxRow.person_id == person_id)
            ).all()
        keys = [key for key, _ in mine]
        conversations = {conversation for _, conversation in mine} | {_aside(person_id, key) for key in keys}
        for conversation in sorted(conversations):
            self._checkpointer.delete_thread(conversation)
        with self._storage.begin() as session:
            session.execute(delete(InboxRow).where(InboxRow.person_id == person_id))
            _forget_answers(session, keys)
            files, kept = _forget_files(session, person_id)
            _forget_teaching(session, person_id)
        return Forgotten(len(keys), len({conversation for _, conversation in mine}), files, kept)


def _aside(person_id: str, key: str) -> str:
    """The conversation of a message with files in a channel, which is between the two."""
    return f"{person_id}:{key.split(':')[2]}" if key.count(":") > 1 else person_id


def _forget_answers(session: Session, keys: Sequence[str]) -> None:
    """What was still to be said to them; of what was said, the outbox keeps no text."""
    for key in keys:
        theirs = OutboxRow.key.startswith(f"{key}:", autoescape=True)
        session.execute(update(OutboxRow).where(theirs, OutboxRow.state != SENT).values(state=GIVEN_UP, payload={}))


def _count(session: Session, table: type[_Own], person_id: str) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.person_id == person_id)) or 0


def _forget_files(session: Session, person_id: str) -> tuple[int, int]:
    """(deleted, kept): contents that a review or somebody else's upload names are kept."""
    mine = _named(session, UploadRow.files, UploadRow.person_id == person_id)
    mine |= _named(session, ReviewRow.files, ReviewRow.person_id == person_id)
    session.execute(delete(UploadRow).where(UploadRow.person_id == person_id))
    needed = _named(session, ReviewRow.files) | _named(session, UploadRow.files)
    for digest in mine - needed:
        session.execute(delete(ArtefactRow).where(ArtefactRow.digest == digest))
    return len(mine - needed), len(mine & needed)


def _named(session: Session, files: InstrumentedAttribute[Json], *where: ColumnElement[bool]) -> set[str]:
    return {digest for row in session.scalars(select(files).where(*where)) for digest in row.values()}


def _forget_teaching(session: Session, person_id: str) -> None:
    for table in (DraftRow, HintRow, AttemptRow, AskedRow, ObservationRow, ModelUsageRow):
        session.execute(delete(table).where(table.person_id == person_id))
    for job in session.scalars(select(BuildJobRow)):
        if job.request["person_id"] == person_id:
            session.delete(job)
    # An inspection that no review rests on can be made again, whoever's it was.
    session.execute(delete(InspectionRow).where(InspectionRow.digest.not_in(select(ReviewRow.upload_digest))))
    session.execute(
        delete(BuildReceiptRow).where(
            BuildReceiptRow.person_id == person_id, BuildReceiptRow.inputs.not_in(_builds_behind_reviews(session))
        )
    )
    session.execute(update(PersonRow).where(PersonRow.id == person_id).values(name=NOBODY, cohort="", greeted=False))


def _builds_behind_reviews(session: Session) -> set[str]:
    judgements = [
        other_judgement for row in session.scalars(select(ReviewRow)) for other_judgement in from_json(row.judgements)
    ]
    return {
        judgement.receipt.digest for judgement in judgements if judgement.receipt and judgement.receipt.kind == "build"
    }
