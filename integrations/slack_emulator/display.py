"""The workspace as the browser page gets it, each person their own."""

from __future__ import annotations

from typing import Any

from integrations.slack_emulator.apps import Installation
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.members import Member
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.persons import EmulatedPerson
from integrations.slack_emulator.sockets import Sockets
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import Change, World

Data = dict[str, Any]


class Display:
    def __init__(self, world: World, sockets: Sockets) -> None:
        self._world = world
        self._sockets = sockets

    def workspace(self, person: EmulatedPerson) -> Data:
        workspace = person.workspace
        with self._world.lock:
            channels = [channel for channel in workspace.channels.values() if person.id in channel.members]
            return {
                "id": workspace.id,
                "name": workspace.name,
                "me": person.id,
                "members": {member.id: _member(member) for member in workspace.members.values()},
                "people": [person.id for person in workspace.people()],
                "channels": [_channel(channel, person.id) for channel in channels],
                "apps": [
                    self._app(workspace, installation, person.id) for installation in workspace.installations.values()
                ],
            }

    def channel(self, person: EmulatedPerson, reference: str) -> Data:
        with self._world.lock:
            channel = person.channel(reference)
            mine = [ephemeral for ephemeral in channel.ephemerals if ephemeral.only_for == person.id]
            messages = sorted([*channel.messages.values(), *mine], key=lambda message: float(message.ts))
            prompts = self._world.sessions.prompts.get((person.workspace.id, channel.id))
            sessions = self._world.sessions.of_channel(person.workspace.id, channel.id)
            return {
                "channel": _channel(channel, person.id),
                "messages": [shown(message) for message in messages],
                "sessions": [session.to_view() for session in sessions],
                "prompts": {"title": prompts.title, "items": prompts.items} if prompts else None,
            }

    def home(self, person: EmulatedPerson, app_id: str) -> Data:
        with self._world.lock:
            view = self._world.views.homes.get((person.workspace.id, app_id, person.id))
            return {"view": view.to_wire() if view else None}

    def modal(self, person: EmulatedPerson) -> Data:
        with self._world.lock:
            view = self._world.views.top(person.workspace.id, person.id)
            return {"view": view.to_wire() if view else None}

    def calls(self, method: str) -> list[Data]:
        with self._world.lock:
            found = [call for call in self._world.calls if method in ("", call.method)]
            return [
                {
                    "method": call.method,
                    "args": call.args,
                    "status": call.status,
                    "answer": call.answer,
                }
                for call in found
            ]

    def change(self, person: EmulatedPerson, change: Change) -> Data:
        """A change with what it is about, as it stands now."""
        data = dict(change.data)
        with self._world.lock:
            if change.kind == "message":
                channel = person.workspace.channels[change.channel]
                message = channel.messages.get(data["ts"])
                message = message or next(
                    (ephemeral for ephemeral in channel.ephemerals if ephemeral.ts == data["ts"]), None
                )
                if message is None:
                    return {"kind": "deleted", "channel": change.channel, "data": data}
                data = {"message": shown(message), "channel": _channel(channel, person.id)}
            elif change.kind == "home":
                data |= self.home(person, data["app_id"])
        return {"kind": change.kind, "channel": change.channel, "data": data}

    def _app(self, workspace: Workspace, installation: Installation, user: str) -> Data:
        app = installation.app
        return {
            "id": app.id,
            "name": app.name,
            "user": installation.user_id,
            "direct": workspace.direct(user, installation.user_id).id,
            "is_agent": app.is_agent,
            "commands": sorted(app.commands),
            "shortcuts": app.message_shortcuts,
            "connected": bool(app.request_url or self._sockets.connections(app.id)),
        }


def shown(message: SlackMessage) -> Data:
    stream = message.stream
    return message.to_wire() | {
        "root": message.root,
        "top_level": message.is_top_level,
        "plain": message.plain,
        "only_for": message.only_for,
        "stream": str(stream.state) if stream else "",
        "files": [_file(message, number) for number in range(len(message.files))],
    }


def _file(message: SlackMessage, number: int) -> Data:
    file = message.files[number]
    name = str(file.overrides.get("name", file.name))
    return {"id": file.id, "name": name, "size": len(file.data), "deleted": file.deleted, "title": file.title}


def _member(member: Member) -> Data:
    return {
        "id": member.id,
        "name": member.name,
        "title": member.title,
        "is_bot": member.is_bot,
        "is_guest": member.is_guest,
        "team": member.team_id,
    }


def _channel(channel: Channel, user: str) -> Data:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "with": channel.other(user) if channel.is_direct else "",
        "members": len(channel.members),
        "writable": not (channel.archived or channel.read_only),
    }
