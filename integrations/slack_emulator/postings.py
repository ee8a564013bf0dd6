"""Messages come, change and go, whoever wrote them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.deliveries import Delivery
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.streams import StreamState
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import Change, World


class Postings:
    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def post(self, workspace: Workspace, channel: Channel, message: SlackMessage) -> list[Delivery]:
        """Takes a message whose `ts` is new; for a reply, its root becomes a thread."""
        message.blocks = with_ids(message.blocks, message.ts)
        root = channel.messages.get(message.thread_ts)
        if root is not None:
            root.thread_ts = root.ts
            message.parent_user = root.user
        if message.only_for:
            channel.ephemerals.append(message)
        else:
            channel.messages[message.ts] = message
        self.show(workspace, channel, message)
        if message.bot_id:
            self._end_loading(workspace, message)
        return [] if message.only_for else self._events.posted(workspace, channel, message)

    def change(self, workspace: Workspace, channel: Channel, message: SlackMessage, **values: Any) -> None:
        previous = message.to_wire()
        for name, value in values.items():
            setattr(message, name, value)
        message.blocks = with_ids(message.blocks, message.ts)
        self.show(workspace, channel, message)
        event = {"message": copy.deepcopy(message.to_wire()), "previous_message": previous}
        self._events.altered(workspace, channel, "message_changed", event, message.user)

    def delete(self, workspace: Workspace, channel: Channel, message: SlackMessage) -> None:
        channel.messages.pop(message.ts, None)
        data = {"ts": message.ts, "root": message.root}
        self._world.publish(Change("deleted", workspace.id, channel.id, data))
        event = {"deleted_ts": message.ts, "previous_message": message.to_wire()}
        self._events.altered(workspace, channel, "message_deleted", event, message.user)

    def react(self, workspace: Workspace, channel: Channel, message: SlackMessage, name: str, user: str) -> None:
        message.reactions.setdefault(name, []).append(user)
        self.show(workspace, channel, message)
        self._events.reacted(workspace, channel, message, "reaction_added", name, user)

    def take_back(self, workspace: Workspace, channel: Channel, message: SlackMessage, name: str, user: str) -> None:
        """Undoes `react`; the last one takes the reaction off the message."""
        message.reactions[name].remove(user)
        if not message.reactions[name]:
            del message.reactions[name]
        self.show(workspace, channel, message)
        self._events.reacted(workspace, channel, message, "reaction_removed", name, user)

    def edit_ts(self) -> str:
        return self._world.new_ts()

    def show(self, workspace: Workspace, channel: Channel, message: SlackMessage) -> None:
        data = {"ts": message.ts, "root": message.root}
        self._world.publish(Change("message", workspace.id, channel.id, data, message.only_for))

    def expire_later(self, workspace: Workspace, channel: Channel, message: SlackMessage) -> None:
        def expire() -> None:
            with self._world.lock:
                if message.stream is not None and message.stream.is_live:
                    message.stream.state = StreamState.EXPIRED
                    self.show(workspace, channel, message)

        self._world.clock.call_later(self._world.stream_lifetime, expire)

    def _end_loading(self, workspace: Workspace, message: SlackMessage) -> None:
        session = self._world.sessions.replied(workspace.id, message.channel, message.root)
        if session is not None:
            self._world.publish(Change("session", workspace.id, message.channel, session.to_view()))


def with_ids(blocks: Iterable[dict[str, Any]], seed: str) -> list[dict[str, Any]]:
    """Slack names the blocks and the interactive elements that the app left unnamed."""
    named = []
    for number, block in enumerate(blocks):
        with_id = {**block, "block_id": block.get("block_id") or f"b{number}-{seed[-4:]}"}
        if isinstance(elements := block.get("elements"), list) and block["type"] in ("actions", "context_actions"):
            with_id["elements"] = [
                {**element, "action_id": element.get("action_id") or f"a{number}-{at}"}
                for at, element in enumerate(elements)
            ]
        named.append(with_id)
    return named
