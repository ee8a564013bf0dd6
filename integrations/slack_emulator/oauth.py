"""Installing an app: what a person allowed, exchanged once for a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from integrations.slack_emulator.clock import Clock
from integrations.slack_emulator.errors import ApiRefusal

CODE_SECONDS = 600.0


@dataclass(frozen=True)
class Authorization:
    """`user` allowed the app these scopes in a workspace; `redirect_uri` is what the app had named, or empty."""

    app_id: str
    team_id: str
    scopes: frozenset[str]
    user: str
    redirect_uri: str = ""
    issued: float = 0.0


class Authorizations:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Authorization] = {}

    def issue(self, authorization: Authorization) -> str:
        code = secrets.token_hex(12)
        self._codes[code] = replace(authorization, issued=self._clock.now())
        return code

    def exchange(self, code: str, app_id: str, redirect_uri: str) -> Authorization:
        """A code is good once, for its own app, with the same redirect address, for ten minutes."""
        found = self._codes.get(code)
        if found is None or found.app_id != app_id or self._clock.now() - found.issued > CODE_SECONDS:
            raise ApiRefusal("invalid_code")
        if found.redirect_uri != redirect_uri:
            raise ApiRefusal("bad_redirect_uri")
        return self._codes.pop(code)
