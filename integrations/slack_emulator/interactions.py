"""Buttons, modals, slash commands and shortcuts: what a person does becomes a payload for the app."""

from __future__ import annotations

from typing import Any

from integrations.slack_emulator.apps import Installation
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.deliveries import Deliveries, Delivery
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.views import View, check_view
from integrations.slack_emulator.viewstack import new_view, replace_view, show_stack
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import World

Payload = dict[str, Any]


class Interactions:
    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries

    def click(self, installation: Installation, user: str, action: Payload, place: SlackMessage | View) -> Delivery:
        payload = self._common("block_actions", installation, user)
        payload |= self._place(installation, user, place)
        payload["actions"] = [action | {"action_ts": self._world.new_ts()}]
        return self._deliveries.send("interactive", installation.app, payload)

    def submit(self, installation: Installation, view: View) -> Delivery:
        payload = self._common("view_submission", installation, view.user)
        payload |= {"view": view.to_wire(), "response_urls": []}
        return self._deliveries.send("interactive", installation.app, payload)

    def close(self, installation: Installation, view: View, *, whole_stack: bool) -> Delivery | None:
        stack = self._world.views.stacks.get((view.team_id, view.user), [])
        self._world.views.stacks[view.team_id, view.user] = [] if whole_stack else stack[:-1]
        show_stack(self._world, view.team_id, view.user)
        if not view.body.get("notify_on_close"):
            return None
        payload = self._common("view_closed", installation, view.user, trigger=False)
        payload |= {"view": view.to_wire(), "is_cleared": whole_stack}
        return self._deliveries.send("interactive", installation.app, payload)

    def shortcut(
        self, installation: Installation, user: str, callback_id: str, channel: Channel, message: SlackMessage
    ) -> Delivery:
        payload = self._common("message_action", installation, user) | {
            "callback_id": callback_id,
            "message_ts": message.ts,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "message": message.to_wire(),
            "action_ts": self._world.new_ts(),
            "response_url": self._response_url(installation, channel.id, user, message.ts),
        }
        return self._deliveries.send("interactive", installation.app, payload)

    def command(self, installation: Installation, user: str, channel: Channel, command: str, text: str) -> Delivery:
        workspace = self._workspace(installation)
        payload = {
            "token": installation.app.verification_token,
            "team_id": installation.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": user,
            "user_name": workspace.members[user].handle,
            "command": command,
            "text": text,
            "api_app_id": installation.app.id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(installation, channel.id, user, ""),
            "trigger_id": self._world.permits.trigger(installation.team_id, installation.app.id, user),
        }
        return self._deliveries.send("slash_commands", installation.app, payload)

    def answer_submission(self, installation: Installation, view: View, answer: Payload) -> dict[str, str]:
        """Carries out a `response_action`; returns the errors by block id."""
        stack = self._world.views.stacks.get((view.team_id, view.user), [])
        match answer.get("response_action"):
            case "errors":
                errors = {str(key): str(value) for key, value in answer.get("errors", {}).items()}
                if unknown := errors.keys() - {block["block_id"] for block in view.blocks if block["type"] == "input"}:
                    raise ApiRefusal("invalid_arguments", f"errors for blocks that are no inputs: {sorted(unknown)}")
                return errors
            case "update":
                replace_view(self._world, view, check_view(answer.get("view"), "modal"))
            case "push":
                body = check_view(answer.get("view"), "modal")
                stack.append(new_view(self._world, installation, view.user, body))
            case "clear":
                stack.clear()
            case _:
                if view in stack:
                    stack.remove(view)
        show_stack(self._world, view.team_id, view.user)
        return {}

    def _common(self, kind: str, installation: Installation, user: str, *, trigger: bool = True) -> Payload:
        workspace = self._workspace(installation)
        member = workspace.members[user]
        person = {"id": user, "username": member.handle, "name": member.handle, "team_id": member.team_id}
        payload: Payload = {
            "type": kind,
            "user": person,
            "api_app_id": installation.app.id,
            "token": installation.app.verification_token,
            "team": {"id": installation.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if trigger:
            payload["trigger_id"] = self._world.permits.trigger(installation.team_id, installation.app.id, user)
        return payload

    def _place(self, installation: Installation, user: str, place: SlackMessage | View) -> Payload:
        if isinstance(place, View):
            wire = place.to_wire()
            return {"container": {"type": "view", "view_id": place.id}, "view": wire, "state": wire["state"]}
        channel = self._workspace(installation).channels[place.channel]
        container = {
            "type": "message",
            "message_ts": place.ts,
            "channel_id": place.channel,
            "is_ephemeral": bool(place.only_for),
        }
        if place.thread_ts:
            container["thread_ts"] = place.thread_ts
        return {
            "container": container,
            "channel": {"id": place.channel, "name": channel.name or "directmessage"},
            "message": place.to_wire(),
            "state": {"values": {}},
            "response_url": self._response_url(installation, place.channel, user, place.ts),
        }

    def _response_url(self, installation: Installation, channel: str, user: str, message_ts: str) -> str:
        key = self._world.permits.response(installation.team_id, installation.app.id, channel, user, message_ts)
        return f"{self._world.base_url}/actions/{key}"

    def _workspace(self, installation: Installation) -> Workspace:
        return self._world.workspaces[installation.team_id]
