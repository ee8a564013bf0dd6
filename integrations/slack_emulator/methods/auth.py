from __future__ import annotations

from typing import Any

from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.errors import Refusal
from integrations.slack_emulator.events import Events

Answer = dict[str, Any]


class AuthMethods:
    def __init__(self, events: Events) -> None:
        self._events = events

    def test(self, call: Call) -> Answer:
        return {
            "url": f"https://{call.team.domain}.slack.com/",
            "team": call.team.name,
            "user": call.team.members[call.bot].handle,
            "team_id": call.team.id,
            "user_id": call.bot,
            "bot_id": call.installation.bot_id,
            "app_id": call.installation.app.id,
            "is_enterprise_install": False,
        }

    def revoke(self, call: Call) -> Answer:
        if call.flag("test"):
            return {"revoked": False}
        event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [call.bot]}}
        self._events.emit(call.installation, "tokens_revoked", event)
        call.installation.refused = "token_revoked"
        return {"revoked": True}

    def access(self, call: Call) -> Answer:
        """The installation was found by its code; the code is used up."""
        installation = call.world.codes.pop(str(call.args.get("code")), None)
        if installation is None:
            raise Refusal("invalid_code")
        app = installation.app
        if call.args.get("client_id") != app.client_id:
            raise Refusal("invalid_client_id")
        if call.args.get("client_secret") != app.client_secret:
            raise Refusal("bad_client_secret")
        installation.refused = ""
        workspace = call.world.workspaces[installation.team_id]
        return {
            "app_id": app.id,
            "access_token": installation.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(installation.scopes)),
            "bot_user_id": installation.user_id,
            "team": {"id": workspace.id, "name": workspace.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": workspace.people()[0].id},
        }
