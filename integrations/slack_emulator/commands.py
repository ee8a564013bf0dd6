"""How slash commands and buttons end for the person: the app's words, or Slack's own apology."""

from __future__ import annotations

from integrations.slack_emulator.deliveries import Delivery
from integrations.slack_emulator.members import SLACKBOT
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.permits import ResponseUrl
from integrations.slack_emulator.responses import Responses
from integrations.slack_emulator.world import Change, World


class Commands:
    def __init__(self, world: World, responses: Responses) -> None:
        self._world = world
        self._responses = responses

    def settled(self, delivery: Delivery) -> None:
        if delivery.kind == "interactive" and delivery.state == "failed":
            self._world.note("warning", "interactive", "not_acknowledged", delivery.event_type)
        if delivery.kind != "slash_commands":
            return
        payload = delivery.payload
        channel, user, command = payload["channel_id"], payload["user_id"], payload["command"]
        if delivery.state == "failed":
            self._world.note("warning", "slash_commands", "operation_timeout", command)
            self._apologize(payload["team_id"], channel, user, command)
        elif delivery.answer.get("text") or delivery.answer.get("blocks"):
            now = self._world.clock.now()
            permit = ResponseUrl(payload["team_id"], delivery.app.id, channel, user, "", now)
            self._responses.say(permit, delivery.answer)

    def _apologize(self, team: str, channel_id: str, user: str, command: str) -> None:
        text = f"{command} failed with the error “operation_timeout”"
        message = SlackMessage(
            self._world.new_ts(), channel_id, SLACKBOT, team, text, only_for=user, username="Slackbot"
        )
        channel = self._world.workspaces[team].channels[channel_id]
        channel.ephemerals.append(message)
        data = {"ts": message.ts, "root": message.ts}
        self._world.publish(Change("message", team, channel_id, data, user))
