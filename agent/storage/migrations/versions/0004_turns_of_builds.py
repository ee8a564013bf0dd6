"""Which turn took a build, and when it was started: builds are taken in turn among learners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("build_jobs", sa.Column("turn", sa.Text(), nullable=False, server_default=""))
    op.add_column("build_jobs", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("build_jobs", "started_at")
    op.drop_column("build_jobs", "turn")
