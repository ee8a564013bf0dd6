"""What an app says by a `response_url`."""

from __future__ import annotations

from typing import Any

from integrations.slack_emulator.blockkit import check_blocks
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.permits import ResponseUrl
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import Change, World


class Responses:
    def __init__(self, world: World, postings: Postings) -> None:
        self._world = world
        self._postings = postings

    def take(self, key: str, answer: dict[str, Any]) -> None:
        with self._world.lock:
            check_blocks(answer.get("blocks") or [])
            if not any(answer.get(name) for name in ("text", "blocks", "attachments", "delete_original")):
                raise ApiRefusal("no_text")
            self.say(self._world.permits.use_response(key), answer)

    def say(self, permit: ResponseUrl, answer: dict[str, Any]) -> None:
        """Also for what comes with the acknowledgement of a slash command."""
        workspace = self._world.workspaces[permit.team_id]
        channel = workspace.channels[permit.channel]
        original = channel.messages.get(permit.message_ts)
        original = original or next(
            (ephemeral for ephemeral in channel.ephemerals if ephemeral.ts == permit.message_ts), None
        )
        if answer.get("delete_original") and original is not None:
            self._remove(workspace, original)
        elif answer.get("replace_original") and original is not None:
            values = {"text": str(answer.get("text") or ""), "blocks": answer.get("blocks") or []}
            self._postings.change(workspace, channel, original, **values)
        else:
            self._postings.post(workspace, channel, self._message(permit, answer, original))

    def _message(self, permit: ResponseUrl, answer: dict[str, Any], original: SlackMessage | None) -> SlackMessage:
        installation = self._world.workspaces[permit.team_id].installations[permit.app_id]
        in_channel = answer.get("response_type") == "in_channel"
        thread = original.thread_ts if original else ""
        return SlackMessage(
            ts=self._world.new_ts(),
            channel=permit.channel,
            user=installation.user_id,
            team_id=permit.team_id,
            text=str(answer.get("text") or ""),
            blocks=answer.get("blocks") or [],
            thread_ts=str(answer.get("thread_ts") or thread),
            bot_id=installation.bot_id,
            app_id=installation.app.id,
            only_for="" if in_channel else permit.user,
        )

    def _remove(self, workspace: Workspace, message: SlackMessage) -> None:
        channel = workspace.channels[message.channel]
        if message.ts in channel.messages:
            self._postings.delete(workspace, channel, message)
            return
        channel.ephemerals.remove(message)
        data = {"ts": message.ts, "root": message.root}
        self._world.publish(Change("deleted", workspace.id, channel.id, data, message.only_for))
