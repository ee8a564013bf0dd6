"""The tables. Times are UTC; ids of ours are text; what must not change has triggers against it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = dict[str, Any]
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """NUL and lone surrogates, which PostgreSQL refuses, become the replacement character, at any depth."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    return value


class StorableText(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        cleaned: str | None = storable(value)
        return cleaned


class StorableJson(TypeDecorator[Json]):
    impl = JSON().with_variant(JSONB(), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Json | None, dialect: Dialect) -> Json | None:  # noqa: ARG002
        cleaned: Json | None = storable(value)
        return cleaned


class UTCDateTime(TypeDecorator[datetime]):
    """Refuses naive times; SQLite gives them back naive, so UTC is added on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UTCDateTime,
        Json: StorableJson,
        str: StorableText,
    }


class PersonRow(Base):
    __tablename__ = "people"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    cohort: Mapped[str] = mapped_column(default="")
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    greeted: Mapped[bool] = mapped_column(default=False)


class ArtefactRow(Base):
    __tablename__ = "artefacts"
    digest: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class UploadRow(Base):
    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(primary_key=True)  # the message's key
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    lesson_id: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str]
    files: Mapped[Json]  # path -> digest
    modes: Mapped[Json] = mapped_column(server_default="{}")  # path -> whether it is executable, where that is known
    kinds: Mapped[Json]  # path -> kind: what replaces what is known without the contents
    created_at: Mapped[datetime]


class ReviewRow(Base):
    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("person_id", "lesson_id", "number"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    lesson_id: Mapped[str] = mapped_column(index=True)
    number: Mapped[int]
    upload_digest: Mapped[str]
    files: Mapped[Json]  # path -> digest: what was judged
    modes: Mapped[Json] = mapped_column(server_default="{}")
    judgements: Mapped[Json]
    created_at: Mapped[datetime]


class DraftRow(Base):
    __tablename__ = "drafts"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    judgements: Mapped[Json]
    created_at: Mapped[datetime]


class DecisionRow(Base):
    __tablename__ = "decisions"
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    by: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]


class BuildReceiptRow(Base):
    """A later build of the same inputs is a row of its own: a gate may stand on the earlier one."""

    __tablename__ = "build_receipts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    inputs: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    receipt: Mapped[Json]
    created_at: Mapped[datetime]


class InspectionRow(Base):
    __tablename__ = "inspections"
    digest: Mapped[str] = mapped_column(primary_key=True)
    inspection: Mapped[Json]


class GateRow(Base):
    __tablename__ = "gates"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime]
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class GateEventRow(Base):
    __tablename__ = "gate_events"
    __table_args__ = (UniqueConstraint("person_id", "lesson_id", "sequence"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(index=True)
    lesson_id: Mapped[str]
    sequence: Mapped[int]
    action: Mapped[str]
    state: Mapped[str]  # after the action
    actor: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[Json]
    previous: Mapped[str]  # digest of the event before, empty for the first
    digest: Mapped[str]
    created_at: Mapped[datetime]


class HintRow(Base):
    __tablename__ = "hints"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int]
    earned: Mapped[bool]


class AttemptRow(Base):
    __tablename__ = "attempts"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class AskedRow(Base):
    __tablename__ = "asked"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    question_id: Mapped[str] = mapped_column(primary_key=True)
    conversation: Mapped[str]
    pending: Mapped[bool]
    points: Mapped[Json]
    created_at: Mapped[datetime]


class ObservationRow(Base):
    """One thing seen of what a learner knows; the same turn observes the same thing once."""

    __tablename__ = "observations"
    __table_args__ = (UniqueConstraint("key", "subject", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str]  # of the turn that showed it
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    lesson_id: Mapped[str]
    subject: Mapped[str]  # id of a criterion, a question or a misconception
    kind: Mapped[str]
    evidence: Mapped[str]
    created_at: Mapped[datetime]


class ModelUsageRow(Base):
    """What a person's turns of one day cost on a language model."""

    __tablename__ = "model_usage"
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)  # YYYY-MM-DD, UTC
    model: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]


class InboxRow(Base):
    __tablename__ = "inbox"
    key: Mapped[str] = mapped_column(primary_key=True)  # team:channel:ts
    conversation: Mapped[str]
    person_id: Mapped[str] = mapped_column(index=True, default="")
    payload: Mapped[Json]
    state: Mapped[str]  # new | running | done | failed | deleted
    created_at: Mapped[datetime]


class OutboxRow(Base):
    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)  # the order in which messages were put
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str] = mapped_column(index=True)
    lane: Mapped[str] = mapped_column(index=True, default="")  # the conversation, in which the order is kept
    payload: Mapped[Json]
    state: Mapped[str] = mapped_column(index=True)  # due | sent | given up
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]  # moved on while a process sends it, so that no other does
    sent_ts: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")


class WorkerRow(Base):
    __tablename__ = "workers"
    name: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]  # on one of the same name, the process id tells whether it lives
    pid: Mapped[int]
    born: Mapped[int] = mapped_column(BigInteger)  # an id may be given again
    count: Mapped[int] = mapped_column(BigInteger)  # raised every few seconds; below 0: ended in order


class BuildJobRow(Base):
    __tablename__ = "build_jobs"
    job_id: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[Json]
    place: Mapped[Json]  # where progress is shown: channel, thread, message
    state: Mapped[str]  # waiting | running | done | stopped | interrupted
    created_at: Mapped[datetime]
    turn: Mapped[str] = mapped_column(default="", server_default="")  # of the queue, that took it
    started_at: Mapped[datetime | None]


class InstallationRow(Base):
    """A workspace that installed the app; `token` is sealed where a key is configured."""

    __tablename__ = "installations"
    team_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    bot_user: Mapped[str]
    bot_id: Mapped[str]
    scopes: Mapped[str]
    token: Mapped[str]
    installed_by: Mapped[str]
    installed_at: Mapped[datetime]


class InstallStateRow(Base):
    """An installation that somebody began: Slack sends the person back with it."""

    __tablename__ = "install_states"
    state: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


# The migration sets triggers: these rows are never changed, and but for receipts (some may be forgotten) never deleted.
APPEND_ONLY = ("decisions", "gate_events", "reviews")
UNCHANGEABLE = (*APPEND_ONLY, "build_receipts")
