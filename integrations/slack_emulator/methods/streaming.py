from __future__ import annotations

from typing import Any

from integrations.slack_emulator.blockkit import check_blocks
from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.contents import metadata_of
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.methods.agents import change_status
from integrations.slack_emulator.methods.chat import writable_channel
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.streams import EmulatedStream, StreamState

Answer = dict[str, Any]


class StreamMethods:
    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def start(self, call: Call) -> Answer:
        channel = writable_channel(call)
        self._check_recipient(call, channel)
        stream = EmulatedStream(
            call.installation.app.id, call.at, str(call.args.get("task_display_mode") or "timeline")
        )
        stream.append(*_written(call))
        message = SlackMessage(
            ts=call.world.new_ts(),
            channel=channel.id,
            user=call.bot,
            team_id=call.team.id,
            text=stream.text,
            blocks=stream.to_blocks(),
            thread_ts=str(call.args.get("thread_ts") or ""),
            bot_id=call.installation.bot_id,
            app_id=call.installation.app.id,
            username=str(call.args.get("username") or ""),
            stream=stream,
        )
        self._postings.post(call.team, channel, message)
        self._postings.expire_later(call.team, channel, message)
        return {"channel": channel.id, "ts": message.ts}

    def append(self, call: Call) -> Answer:
        channel, message, stream = self._open_stream(call)
        markdown, chunks = _written(call)
        if not markdown and not chunks:
            raise ApiRefusal("no_text")
        stream.append(markdown, chunks)
        message.text, message.blocks = stream.text, stream.to_blocks()
        self._postings.show(call.team, channel, message)
        return {"channel": channel.id, "ts": message.ts}

    def stop(self, call: Call) -> Answer:
        channel, message, stream = self._open_stream(call)
        blocks = call.args.get("blocks") or []
        check_blocks(blocks)
        metadata = metadata_of(call)
        stream.append(*_written(call))
        if not stream.parts and not stream.tasks and not blocks:
            raise ApiRefusal("no_text")
        stream.state = StreamState.STOPPED
        self._postings.change(
            call.team,
            channel,
            message,
            text=stream.text,
            blocks=[*stream.to_blocks(), *blocks],
            metadata=metadata,
        )
        if status := call.args.get("session_status"):
            change_status(call, channel, message.root, str(status))
        return {"channel": channel.id, "ts": message.ts, "message": message.to_wire(metadata=True)}

    def _open_stream(self, call: Call) -> tuple[Channel, SlackMessage, EmulatedStream]:
        channel = call.joined_channel()
        message = call.message(channel)
        if message.stream is None:
            raise ApiRefusal("message_not_in_streaming_state")
        message.stream.check_open(call.installation.app.id)
        return channel, message, message.stream

    def _check_recipient(self, call: Call, channel: Channel) -> None:
        if channel.is_direct:
            return
        for name in ("recipient_user_id", "recipient_team_id"):
            if not call.args.get(name):
                raise ApiRefusal(f"missing_{name}")
        if call.args["recipient_user_id"] not in call.team.members:
            raise ApiRefusal("user_not_found")


def _written(call: Call) -> tuple[str, list[dict[str, Any]]]:
    return str(call.args.get("markdown_text") or ""), call.args.get("chunks") or []
