"""Which files are executable: archives and folders say it, and an entrypoint that is not one never starts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for table in ("uploads", "reviews"):
        op.add_column(table, sa.Column("modes", JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    for table in ("reviews", "uploads"):
        op.drop_column(table, "modes")
