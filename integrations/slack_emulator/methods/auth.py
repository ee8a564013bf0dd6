from __future__ import annotations

from typing import Any

from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.world import Change

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
        """The app is installed, for the first time or again; the code is used up."""
        app = next(
            (app for app in call.world.apps.values() if app.client_id == call.args.get("client_id")),
            None,
        )
        if app is None:
            raise ApiRefusal("invalid_client_id")
        if call.args.get("client_secret") != app.client_secret:
            raise ApiRefusal("bad_client_secret")
        granted = call.world.authorizations.exchange(
            str(call.args.get("code")), app.id, str(call.args.get("redirect_uri") or "")
        )
        workspace = call.world.workspaces[granted.team_id]
        installation = workspace.install(app, granted.scopes)
        call.world.publish(Change("presence", workspace.id, "", {"app_id": app.id, "connected": True}))
        return {
            "app_id": app.id,
            "access_token": installation.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(installation.scopes)),
            "bot_user_id": installation.user_id,
            "team": {"id": workspace.id, "name": workspace.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": granted.user},
        }
