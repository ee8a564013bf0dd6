from __future__ import annotations

from typing import Any

from integrations.slack_emulator.blockkit import check_blocks
from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.files import MAX_SNIPPET, Attachment, StoredFile
from integrations.slack_emulator.messages import SlackMessage
from integrations.slack_emulator.postings import Postings

Answer = dict[str, Any]
MAX_UPLOAD = 1_000_000_000


class FileMethods:
    def __init__(self, postings: Postings, events: Events) -> None:
        self._postings = postings
        self._events = events

    def get_upload_url(self, call: Call) -> Answer:
        length = int(float(call.args["length"]))
        if call.args.get("snippet_type") and length > MAX_SNIPPET:
            raise ApiRefusal("snippet_too_large")
        if length > MAX_UPLOAD:
            raise ApiRefusal("file_upload_size_restricted")
        name = str(call.args["filename"])
        file = call.world.store(Attachment(name), owner=call.bot, team_id=call.team.id)
        file.complete, file.announced = False, length
        return {"upload_url": f"{call.base_url}/upload/v1/{file.id}", "file_id": file.id}

    def complete_upload(self, call: Call) -> Answer:
        files = [self._uploaded(call, arg) for arg in call.args["files"]]
        channel = self._target(call)
        if blocks := call.args.get("blocks"):
            check_blocks(blocks)
        for file in files:
            file.complete = True
        if channel is not None:
            self._share(call, channel, files)
        return {"files": [file.to_wire() for file in files]}

    def info(self, call: Call) -> Answer:
        file = self._file(call)
        lies = {key: value for key, value in file.overrides.items() if key != "file_access"}
        return {"file": file.details() | lies, "comments": []}

    def delete(self, call: Call) -> Answer:
        file = self._file(call)
        if file.owner != call.bot:
            raise ApiRefusal("cant_delete_file")
        file.deleted = True
        event = {"type": "file_deleted", "file_id": file.id, "event_ts": call.world.new_ts()}
        self._events.emit(call.installation, "file_deleted", event)
        return {}

    def _file(self, call: Call) -> StoredFile:
        file = call.world.files.get(str(call.args["file"]))
        if file is None or file.team_id != call.team.id:
            raise ApiRefusal("file_not_found")
        if file.deleted:
            raise ApiRefusal("file_deleted")
        if file.overrides.get("file_access") == "access_denied":
            raise ApiRefusal("access_denied")
        return file

    def _uploaded(self, call: Call, entry: Any) -> StoredFile:
        file = call.world.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.owner != call.bot or file.complete or not file.data:
            raise ApiRefusal("file_not_found")
        file.title = str(entry.get("title") or file.name)
        return file

    def _target(self, call: Call) -> Channel | None:
        if "," in str(call.args.get("channels") or ""):
            raise ApiRefusal("channels_limit_exceeded")
        name = "channel_id" if call.args.get("channel_id") else "channels"
        if not call.args.get(name):
            return None
        channel = call.joined_channel(name)
        if channel.archived or channel.read_only:
            raise ApiRefusal("posting_to_channel_denied")
        return channel

    def _share(self, call: Call, channel: Channel, files: list[StoredFile]) -> None:
        for file in files:
            file.channels.append(channel.id)
        message = SlackMessage(
            ts=call.world.new_ts(),
            channel=channel.id,
            user=call.bot,
            team_id=call.team.id,
            text=str(call.args.get("initial_comment") or ""),
            blocks=call.args.get("blocks") or [],
            files=files,
            subtype="file_share",
            thread_ts=str(call.args.get("thread_ts") or ""),
            bot_id=call.installation.bot_id,
            app_id=call.installation.app.id,
        )
        self._postings.post(call.team, channel, message)
