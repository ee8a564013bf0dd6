"""Questions of ours: which were put to whom, which still waits for an answer, and what was said to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from agent.domain.wording import digest_of
from agent.storage.database import Storage
from agent.storage.tables import AskedRow

_TEXT = "text:"  # ids of questions that are known by their wording only


@dataclass(frozen=True)
class Answered:
    """How often a question was answered, and which of its points were in the answers."""

    tries: int = 0
    said: frozenset[str] = frozenset()


class QuestionsAsked:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def ask(self, person_id: str, lesson_id: str, question_id: str, conversation: str) -> None:
        """The new question is the one that waits; an older one of this conversation no longer does."""
        with self._storage.begin() as session:
            _let_go(session, person_id, conversation)
            session.flush()
            row = session.get(AskedRow, (person_id, lesson_id, question_id)) or AskedRow(
                person_id=person_id, lesson_id=lesson_id, question_id=question_id, points={}
            )
            row.conversation, row.pending, row.created_at = conversation, True, datetime.now(UTC)
            session.add(row)

    def let_go(self, person_id: str, conversation: str) -> None:
        """The learner speaks of something else: nothing waits any longer."""
        with self._storage.begin() as session:
            _let_go(session, person_id, conversation)

    def pending(self, person_id: str, conversation: str) -> str | None:
        with self._storage.begin() as session:
            row = session.scalars(_waiting(person_id, conversation)).first()
            return row.question_id if row else None

    def answered(self, person_id: str, lesson_id: str, question_id: str, points: Sequence[str]) -> Answered:
        """Counts one more answer; the result covers all of them."""
        with self._storage.begin() as session:
            row = session.get(AskedRow, (person_id, lesson_id, question_id))
            if row is None:
                return Answered(1, frozenset(points))
            said = sorted({*row.points.get("said", ()), *points})
            row.pending, row.points = False, {"said": said, "tries": row.points.get("tries", 0) + 1}
            return Answered(row.points["tries"], frozenset(said))

    def withdraw(self, person_id: str, lesson_id: str, question_id: str, points: Sequence[str]) -> None:
        """Points that were said and are taken back."""
        with self._storage.begin() as session:
            row = session.get(AskedRow, (person_id, lesson_id, question_id))
            if row is not None:
                kept = sorted(set(row.points.get("said", ())) - set(points))
                row.points = {**row.points, "said": kept}

    def already_asked(self, person_id: str, lesson_id: str) -> set[str]:
        """Ids of questions; those that are known by their wording only are in `wordings`."""
        mine = (AskedRow.person_id == person_id, AskedRow.lesson_id == lesson_id)
        with self._storage.begin() as session:
            found = session.scalars(select(AskedRow.question_id).where(*mine))
            return {match_found for match_found in found if not match_found.startswith(_TEXT)}

    def wordings(self, person_id: str) -> set[str]:
        """Digests of every question that was ever put to this person, to compare with `digest_of`."""
        texts = select(AskedRow.question_id).where(AskedRow.person_id == person_id, AskedRow.question_id.like("text:%"))
        with self._storage.begin() as session:
            return {row.removeprefix(_TEXT) for row in session.scalars(texts)}

    def note_wordings(self, person_id: str, lesson_id: str, questions: Iterable[str], conversation: str) -> None:
        with self._storage.begin() as session:
            for digest in {digest_of(question) for question in questions}:
                session.merge(
                    AskedRow(
                        person_id=person_id,
                        lesson_id=lesson_id,
                        question_id=_TEXT + digest,
                        conversation=conversation,
                        pending=False,
                        points={},
                        created_at=datetime.now(UTC),
                    )
                )

    def passed_by(self, person_id: str, conversation: str) -> int:
        """How many of our last questions in a conversation got no answer, the newest first."""
        mine = (AskedRow.person_id == person_id, AskedRow.conversation == conversation)
        rows = select(AskedRow).where(*mine, AskedRow.question_id.not_like("text:%"))
        with self._storage.begin() as session:
            newest = session.scalars(rows.order_by(AskedRow.created_at.desc()).limit(5))
            count = 0
            for row in newest:
                if row.points.get("tries"):
                    break
                count += 1
            return count


def _let_go(session: Session, person_id: str, conversation: str) -> None:
    for row in session.scalars(_waiting(person_id, conversation)):
        row.pending = False


def _waiting(person_id: str, conversation: str) -> Select[AskedRow]:
    here = (AskedRow.person_id == person_id, AskedRow.conversation == conversation, AskedRow.pending.is_(True))
    return select(AskedRow).where(*here).order_by(AskedRow.created_at.desc())
