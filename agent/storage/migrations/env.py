"""Alembic's entry: the caller brings the connection, so no address is read here."""

from __future__ import annotations

from alembic import context

from agent.storage.tables import Base


def run() -> None:
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


run()
