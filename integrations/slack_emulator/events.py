"""What happened in a workspace as Events API payloads, for the apps that may know."""

from __future__ import annotations

from typing import Any

from integrations.slack_emulator.apps import Installation
from integrations.slack_emulator.channels import EVENT_SUFFIX, EVENT_TYPE, Channel
from integrations.slack_emulator.deliveries import Deliveries, Delivery
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.schema import event_scopes
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import World

Event = dict[str, Any]


class Events:
    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries

    def emit(self, installation: Installation, name: str, event: Event, *, actor: str = "") -> Delivery | None:
        """`name` is the subscription, such as `message.im`. None where the app is not to know."""
        app = installation.app
        if installation.refused or name not in app.events or not installation.has_any(event_scopes().get(name, set())):
            return None
        workspace = self._world.workspaces[installation.team_id]
        member = workspace.members.get(actor)
        if member is not None and member.is_guest and app.is_agent:
            return None  # guests have no access to apps with the agent features
        return self._deliveries.send("events_api", app, self._envelope(installation, event, workspace, actor))

    def _envelope(self, installation: Installation, event: Event, workspace: Workspace, actor: str) -> Event:
        member = workspace.members.get(actor)
        home = member.team_id if member is not None else installation.team_id
        authorization = {
            "enterprise_id": None,
            "team_id": installation.team_id,
            "user_id": installation.user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        channel = workspace.channels.get(str(event.get("channel", "")))
        return {
            "token": installation.app.verification_token,
            "team_id": home,
            "context_team_id": installation.team_id,
            "api_app_id": installation.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._deliveries.new_event_id(),
            "event_time": int(self._world.clock.now()),
            "authorizations": [authorization],
            "is_ext_shared_channel": bool(channel and channel.shared),
        }

    def in_channel(self, workspace: Workspace, channel: Channel) -> list[Installation]:
        return [
            installation for installation in workspace.installations.values() if installation.user_id in channel.members
        ]

    def posted(self, workspace: Workspace, channel: Channel, message: SlackMessage) -> list[Delivery]:
        """A mention in a channel arrives twice: as `message` and as `app_mention`, with different event ids."""
        event = message.to_wire(metadata=True) | self._place(channel, message.ts)
        author = workspace.members[message.user]
        if author.team_id != workspace.id:
            event |= {"user_team": author.team_id, "source_team": author.team_id}
        if not author.is_bot:
            event["client_msg_id"] = f"client-{message.ts}"
        sent = []
        for installation in self.in_channel(workspace, channel):
            sent.append(self.emit(installation, self._subscription(channel), dict(event), actor=message.user))
            bot = installation.user_id
            if f"<@{bot}>" in message.text and not channel.is_direct and message.user != bot:
                mention = {key: event[key] for key in event.keys() - {"channel_type", "subtype"}}
                mention["type"] = "app_mention"
                sent.append(self.emit(installation, "app_mention", mention, actor=message.user))
        return [delivery for delivery in sent if delivery is not None]

    def altered(self, workspace: Workspace, channel: Channel, subtype: str, event: Event, actor: str) -> None:
        """`message_changed` or `message_deleted`."""
        event = {"type": "message", "subtype": subtype, "hidden": True} | event
        event |= self._place(channel, self._world.new_ts())
        event["ts"] = event["event_ts"]
        for installation in self.in_channel(workspace, channel):
            self.emit(installation, self._subscription(channel), dict(event), actor=actor)

    def reacted(
        self, workspace: Workspace, channel: Channel, message: SlackMessage, kind: str, name: str, user: str
    ) -> None:
        event = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": channel.id, "ts": message.ts},
            "event_ts": self._world.new_ts(),
        }
        for installation in self.in_channel(workspace, channel):
            self.emit(installation, kind, dict(event), actor=user)

    def joined(self, workspace: Workspace, channel: Channel, user: str, inviter: str) -> None:
        event = {
            "type": "member_joined_channel",
            "user": user,
            "inviter": inviter,
            "team": workspace.id,
            **self._place(channel, self._world.new_ts()),
        }
        for installation in self.in_channel(workspace, channel):
            self.emit(installation, "member_joined_channel", dict(event), actor=inviter)

    def _subscription(self, channel: Channel) -> str:
        return f"message.{EVENT_SUFFIX[channel.kind]}"

    def _place(self, channel: Channel, ts: str) -> Event:
        return {"channel": channel.id, "channel_type": EVENT_TYPE[channel.kind], "event_ts": ts}
