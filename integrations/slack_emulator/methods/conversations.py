from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any, TypeVar

from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.channels import LISTED_AS, Channel
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.messages import SlackMessage

Answer = dict[str, Any]
Item = TypeVar("Item")
MAX_PAGE = 1_000
MAX_OPEN_USERS = 8


class ConversationMethods:
    def info(self, call: Call) -> Answer:
        channel = call.channel()
        wire = channel.to_wire(seen_by=call.bot)
        if not call.flag("include_num_members"):
            wire.pop("num_members", None)
        return {"channel": wire}

    def history(self, call: Call) -> Answer:
        channel = call.joined_channel()
        found = [message for message in channel.top_level() if _in_range(call, message)]
        page, cursor = _page(call, sorted(found, key=_by_ts, reverse=True), 100)
        return _messages(call, page, cursor)

    def replies(self, call: Call) -> Answer:
        channel = call.joined_channel()
        root = channel.messages.get(str(call.args["ts"]))
        if root is None:
            raise ApiRefusal("thread_not_found")
        thread = sorted(channel.thread(root.root), key=_by_ts)
        found = [message for message in thread if message.ts == root.root or _in_range(call, message)]
        page, cursor = _page(call, found, MAX_PAGE)
        return _messages(call, page, cursor)

    def open(self, call: Call) -> Answer:
        if channel_id := call.args.get("channel"):
            channel = call.channel()
            return {"channel": {"id": channel_id}, "no_op": True, "already_open": channel.is_direct}
        users = [word for word in str(call.args.get("users") or "").split(",") if word]
        if not users:
            raise ApiRefusal("users_list_not_supplied")
        if len(users) > MAX_OPEN_USERS:
            raise ApiRefusal("too_many_users")
        if any(user not in call.team.members for user in users):
            raise ApiRefusal("user_not_found")
        if len(users) > 1:
            raise ApiRefusal("method_not_supported_for_channel_type")
        known = len(call.team.channels)
        channel = call.team.direct(users[0], call.bot)
        if len(call.team.channels) > known:
            return {"channel": {"id": channel.id}}
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}

    def members(self, call: Call) -> Answer:
        page, cursor = _page(call, sorted(call.channel().members), 100)
        return {"members": page, "response_metadata": {"next_cursor": cursor}}

    def list(self, call: Call) -> Answer:
        return self._listed(call, call.team.channels.values(), "")

    def of_user(self, call: Call) -> Answer:
        user = str(call.args.get("user") or call.bot)
        if user not in call.team.members:
            raise ApiRefusal("user_not_found")
        return self._listed(call, call.team.channels.values(), user)

    def user_info(self, call: Call) -> Answer:
        member = call.team.members.get(str(call.args["user"]))
        if member is None:
            raise ApiRefusal("user_not_found")
        return {"user": member.to_wire(seen_from=call.team.id)}

    def group_users(self, call: Call) -> Answer:
        users = call.team.groups.get(str(call.args["usergroup"]))
        if users is None:
            raise ApiRefusal("no_such_subteam")
        return {"users": [*users]}

    def _listed(self, call: Call, channels: Iterable[Channel], member: str) -> Answer:
        types = set(str(call.args.get("types") or "public_channel").replace(" ", "").split(","))
        if types - set(LISTED_AS.values()):
            raise ApiRefusal("invalid_types")
        found = [
            channel.to_wire(seen_by=call.bot)
            for channel in channels
            if LISTED_AS[channel.kind] in types
            and (channel.kind == "public" or call.bot in channel.members)
            and (not member or member in channel.members)
            and not (channel.archived and call.flag("exclude_archived"))
        ]
        page, cursor = _page(call, found, 100)
        return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def _by_ts(message: SlackMessage) -> float:
    return float(message.ts)


def _in_range(call: Call, message: SlackMessage) -> bool:
    ts = float(message.ts)
    try:
        oldest = float(call.args.get("oldest") or 0)
    except ValueError:
        raise ApiRefusal("invalid_ts_oldest") from None
    latest = call.args.get("latest")
    try:
        newest = float(latest) if latest not in (None, "", "now") else float("inf")
    except ValueError:
        raise ApiRefusal("invalid_ts_latest") from None
    if call.flag("inclusive"):
        return oldest <= ts <= newest
    return oldest < ts < newest


def _page(call: Call, items: builtins.list[Item], usual: int) -> tuple[builtins.list[Item], str]:
    """A cursor is the number of items already given."""
    cursor = str(call.args.get("cursor") or "0")
    if not cursor.isdigit() or int(cursor) > len(items):
        raise ApiRefusal("invalid_cursor")
    start, size = int(cursor), min(int(float(call.args.get("limit") or usual)), MAX_PAGE)
    if size < 1:
        raise ApiRefusal("invalid_limit")
    end = start + size
    return items[start:end], str(end) if end < len(items) else ""


def _messages(call: Call, page: builtins.list[SlackMessage], cursor: str) -> Answer:
    metadata = call.flag("include_all_metadata")
    return {
        "messages": [message.to_wire(metadata=metadata) for message in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }
