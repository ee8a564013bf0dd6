from __future__ import annotations

import json
from typing import Any

from integrations.slack_emulator.blockkit import check_blocks
from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.contents import MAX_TEXT, MAX_UPDATE, content_of
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.views import check_view

Answer = dict[str, Any]
MAX_REACTIONS = 23


class ChatMethods:
    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def post_message(self, call: Call) -> Answer:
        channel = writable_channel(call)
        message = SlackMessage(**_frame(call, channel), **content_of(call), broadcast=_broadcast(call))
        self._postings.post(call.team, channel, message)
        return {"channel": channel.id, "ts": message.ts, "message": message.to_wire(metadata=True)}

    def post_ephemeral(self, call: Call) -> Answer:
        channel = writable_channel(call)
        user = str(call.args["user"])
        if user not in channel.members:
            raise ApiRefusal("user_not_in_channel")
        message = SlackMessage(**_frame(call, channel), **content_of(call, longest=MAX_TEXT), only_for=user)
        self._postings.post(call.team, channel, message)
        return {"message_ts": message.ts}

    def update(self, call: Call) -> Answer:
        channel = call.channel()
        message = own_message(call, channel, "cant_update_message")
        if message.stream is not None and message.stream.is_live:
            raise ApiRefusal("streaming_state_conflict")
        values = content_of(call, longest=MAX_UPDATE)
        values["metadata"] = values["metadata"] or message.metadata
        edited = self._postings.edit_ts()
        self._postings.change(call.team, channel, message, **values, stream=None, edited_ts=edited)
        return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.to_wire()}

    def delete(self, call: Call) -> Answer:
        channel = call.channel()
        message = own_message(call, channel, "cant_delete_message")
        self._postings.delete(call.team, channel, message)
        return {"channel": channel.id, "ts": message.ts}

    def permalink(self, call: Call) -> Answer:
        channel = call.channel()
        message = call.message(channel, "message_ts")
        place = f"{channel.id}/p{message.ts.replace('.', '')}"
        return {"channel": channel.id, "permalink": f"https://{call.team.domain}.slack.com/archives/{place}"}

    def add_reaction(self, call: Call) -> Answer:
        channel = call.channel()
        message = call.message(channel, "timestamp")
        name = str(call.args["name"]).strip(":")
        if not name or not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
            raise ApiRefusal("invalid_name")
        if call.bot in message.reactions.get(name, []):
            raise ApiRefusal("already_reacted")
        if name not in message.reactions and len(message.reactions) >= MAX_REACTIONS:
            raise ApiRefusal("too_many_emoji")
        self._postings.react(call.team, channel, message, name, call.bot)
        return {}

    def remove_reaction(self, call: Call) -> Answer:
        if not call.args.get("channel") or not call.args.get("timestamp"):
            raise ApiRefusal("no_item_specified")
        channel = call.channel()
        message = call.message(channel, "timestamp")
        name = str(call.args["name"]).strip(":")
        if call.bot not in message.reactions.get(name, []):
            raise ApiRefusal("no_reaction")
        self._postings.take_back(call.team, channel, message, name, call.bot)
        return {}

    def validate_blocks(self, call: Call) -> Answer:
        given = [name for name in ("blocks", "message", "view") if call.args.get(name)]
        if len(given) != 1:
            raise ApiRefusal("invalid_arguments", "exactly one of blocks, message and view is needed")
        value = call.args[given[0]]
        value = json.loads(value) if isinstance(value, str) else value
        if given[0] == "view":
            check_view(value, "home", "modal")
        else:
            check_blocks(value if given[0] == "blocks" else value.get("blocks", []))
        return {}


def writable_channel(call: Call) -> Channel:
    channel = call.joined_channel()
    if channel.archived:
        raise ApiRefusal("is_archived")
    if channel.read_only:
        raise ApiRefusal("restricted_action_read_only_channel")
    guests = [member for user in channel.members if (member := call.team.members[user]).is_guest]
    if channel.is_direct and guests and call.installation.app.is_agent:
        raise ApiRefusal("messages_tab_disabled")
    root = str(call.args.get("thread_ts") or "")
    if root and root not in channel.messages:
        raise ApiRefusal("thread_not_found")
    if root and channel.messages[root].thread_ts not in ("", root):
        call.warnings.append("thread_ts_is_no_root")
    return channel


def own_message(call: Call, channel: Channel, otherwise: str) -> SlackMessage:
    message = call.message(channel)
    if message.app_id != call.installation.app.id:
        raise ApiRefusal(otherwise)
    return message


def _frame(call: Call, channel: Channel) -> dict[str, Any]:
    root = str(call.args.get("thread_ts") or "")
    if root:
        root = channel.messages[root].root
    return {
        "ts": call.world.new_ts(),
        "channel": channel.id,
        "user": call.bot,
        "team_id": call.team.id,
        "thread_ts": root,
        "bot_id": call.installation.bot_id,
        "app_id": call.installation.app.id,
        "username": str(call.args.get("username") or ""),
    }


def _broadcast(call: Call) -> bool:
    return call.flag("reply_broadcast") and bool(call.args.get("thread_ts"))
