"""The workspaces that installed the app by OAuth, with their tokens."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from logging import Logger
from typing import Any

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from slack_sdk.oauth.state_store import OAuthStateStore
from sqlalchemy import delete, select

from agent.storage.database import Storage
from agent.storage.tables import InstallationRow, InstallStateRow
from integrations.slack.grants import Grant
from integrations.slack.sealing import Seal

STATE_SECONDS = 600
_log = logging.getLogger(__name__)


class Installations(InstallationStore):
    """Bolt's store for one bot a workspace, and the grants of the workspaces; `installed` hears of each new one."""

    def __init__(self, storage: Storage, seal: Seal) -> None:
        self._storage, self._seal = storage, seal
        self.installed: Callable[[str], None] = lambda team: None  # noqa: ARG005 - until a workspace listens

    @property
    def logger(self) -> Logger:
        return _log

    def save(self, installation: Installation) -> None:
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise BoltError("The tutor is installed in single workspaces only.")
        row = InstallationRow(
            team_id=installation.team_id,
            name=installation.team_name or "",
            bot_user=installation.bot_user_id or "",
            bot_id=installation.bot_id or "",
            scopes=",".join(installation.bot_scopes or ()),
            token=self._seal.close(installation.bot_token),
            installed_by=installation.user_id,
            installed_at=datetime.now(UTC),
        )
        with self._storage.begin() as session:
            session.merge(row)
        _log.info("installed in %s", installation.team_id)
        self.installed(installation.team_id)

    def save_bot(self, bot: Bot) -> None:
        """`save` keeps all that there is."""

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        del enterprise_id, is_enterprise_install
        with self._storage.begin() as session:
            row = session.get(InstallationRow, team_id or "")
            return _bot(row, self._seal.open(row.token)) if row else None

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        del enterprise_id
        self.withdraw(team_id or "")

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """A person's own token was revoked; none is kept, and the bot's stays."""

    def find(self, team: str) -> Grant | None:
        with self._storage.begin() as session:
            row = session.get(InstallationRow, team)
            return Grant(row.team_id, row.bot_user, self._seal.open(row.token)) if row else None

    def teams(self) -> tuple[str, ...]:
        with self._storage.begin() as session:
            return tuple(session.scalars(select(InstallationRow.team_id).order_by(InstallationRow.team_id)))

    def withdraw(self, team: str) -> None:
        with self._storage.begin() as session:
            session.execute(delete(InstallationRow).where(InstallationRow.team_id == team))


def _bot(row: InstallationRow, token: str) -> Bot:
    return Bot(
        team_id=row.team_id,
        team_name=row.name,
        bot_token=token,
        bot_id=row.bot_id,
        bot_user_id=row.bot_user,
        bot_scopes=row.scopes,
        installed_at=row.installed_at,
    )


class InstallStates(OAuthStateStore):
    """Each is good once, for ten minutes."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @property
    def logger(self) -> Logger:
        return _log

    def issue(self, *_: Any, **__: Any) -> str:
        state, now = secrets.token_urlsafe(24), datetime.now(UTC)
        with self._storage.begin() as session:
            session.execute(delete(InstallStateRow).where(InstallStateRow.expires_at < now))
            session.add(InstallStateRow(state=state, expires_at=now + timedelta(seconds=STATE_SECONDS)))
        return state

    def consume(self, state: str) -> bool:
        fresh = (InstallStateRow.state == state, InstallStateRow.expires_at >= datetime.now(UTC))
        with self._storage.begin() as session:
            return session.connection().execute(delete(InstallStateRow).where(*fresh)).rowcount == 1
