"""The first tables, and the triggers that keep the ledger append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from agent import records

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "artefacts",
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_artefacts")),
    )
    op.create_table(
        "build_jobs",
        sa.Column("job_id", sa.String(length=255), nullable=False),
        sa.Column(
            "request", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "place", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_build_jobs")),
    )
    op.create_table(
        "build_receipts",
        sa.Column("inputs", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column(
            "receipt", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("inputs", name=op.f("pk_build_receipts")),
    )
    op.create_table(
        "gate_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "evidence", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("previous", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_events")),
        sa.UniqueConstraint(
            "person_id", "lesson_id", "sequence", name=op.f("uq_gate_events_person_id_lesson_id_sequence")
        ),
    )
    op.create_index(op.f("ix_gate_events_person_id"), "gate_events", ["person_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
    )
    op.create_table(
        "inspections",
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column(
            "inspection",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_inspections")),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.Column("sent_ts", sa.String(length=255), nullable=False),
        sa.Column("error", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_channel"), "outbox", ["channel"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column("cohort", sa.String(length=255), nullable=False),
        sa.Column("first_seen", records.UTCDateTime(timezone=True), nullable=False),
        sa.Column("last_seen", records.UTCDateTime(timezone=True), nullable=False),
        sa.Column("greeted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "asked",
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("question_id", sa.String(length=255), nullable=False),
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column(
            "points", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_asked_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", "question_id", name=op.f("pk_asked")),
    )
    op.create_table(
        "attempts",
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("criterion", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_attempts_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", "criterion", "digest", name=op.f("pk_attempts")),
    )
    op.create_table(
        "drafts",
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column(
            "judgements",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drafts_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", name=op.f("pk_drafts")),
    )
    op.create_table(
        "gates",
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_gates_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", name=op.f("pk_gates")),
    )
    op.create_table(
        "hints",
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("criterion", sa.String(length=255), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("earned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hints_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", "criterion", name=op.f("pk_hints")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("upload_digest", sa.String(length=255), nullable=False),
        sa.Column(
            "files", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "judgements",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reviews_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "person_id", "lesson_id", "number", name=op.f("uq_reviews_person_id_lesson_id_number")
        ),
    )
    op.create_index(op.f("ix_reviews_lesson_id"), "reviews", ["lesson_id"], unique=False)
    op.create_index(op.f("ix_reviews_person_id"), "reviews", ["person_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.String(length=255), nullable=False),
        sa.Column("lesson_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column(
            "files", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_uploads_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_person_id"), "uploads", ["person_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("review_id", sa.String(length=255), nullable=False),
        sa.Column("criterion", sa.String(length=255), nullable=False),
        sa.Column("verdict", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", records.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_decisions_review_id_reviews")),
        sa.PrimaryKeyConstraint("review_id", "criterion", name=op.f("pk_decisions")),
    )
    for table in records.APPEND_ONLY:
        for statement in records.guards(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(records.Base.metadata.sorted_tables):
        op.drop_table(table.name)
