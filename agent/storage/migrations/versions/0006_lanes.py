"""The conversation of a message that goes out: what cannot be said in one holds up no other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("lane", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE outbox SET lane = channel")
    op.create_index("ix_outbox_lane", "outbox", ["lane"])
    op.create_index("ix_outbox_state", "outbox", ["state"])


def downgrade() -> None:
    op.drop_index("ix_outbox_state", "outbox")
    op.drop_index("ix_outbox_lane", "outbox")
    op.drop_column("outbox", "lane")
