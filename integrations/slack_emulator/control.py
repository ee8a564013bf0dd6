"""Being a person by HTTP: what the browser page and foreign test suites use."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from integrations.slack_emulator.display import Display
from integrations.slack_emulator.errors import EmulatorError, NotPossible
from integrations.slack_emulator.faults import InjectedFault
from integrations.slack_emulator.feed import Feed
from integrations.slack_emulator.files import Attachment
from integrations.slack_emulator.persons import EmulatedPerson
from integrations.slack_emulator.sockets import Sockets
from integrations.slack_emulator.transcript import Seen, seen_message
from integrations.slack_emulator.world import World

Data = dict[str, Any]
Verb = Callable[[Data], Any]
MAX_BODY = 40_000_000


class Control:
    def __init__(self, world: World, feed: Feed, person: Callable[..., EmulatedPerson], sockets: Sockets) -> None:
        self._world = world
        self._feed = feed
        self._person = person
        self._display = Display(world, sockets)

    def routes(self) -> list[BaseRoute]:
        questions: dict[str, Verb] = {
            "people": self._people,
            "workspace": lambda data: self._display.workspace(self._who(data)),
            "channel": lambda data: self._display.channel(self._who(data), data["channel"]),
            "home": lambda data: self._display.home(self._who(data), data["app"]),
            "modal": lambda data: self._display.modal(self._who(data)),
            "transcript": self._transcript,
            "defects": lambda _: [asdict(defect) for defect in self._world.defects],
            "calls": lambda data: self._display.calls(data.get("method", "")),
        }
        deeds: dict[str, Verb] = {
            "say": self._say,
            "edit": lambda data: self._who(data).edits(self._seen(data), data["text"]),
            "delete": lambda data: self._who(data).deletes(self._seen(data)),
            "react": lambda data: self._who(data).reacts(self._seen(data), data["name"]),
            "click": self._click,
            "act": self._act,
            "submit": lambda data: {"errors": self._who(data).submits(data.get("values"), view=data.get("view", ""))},
            "close": lambda data: self._who(data).closes(),
            "open-home": lambda data: self._who(data).opens_home(data.get("app", "")),
            "open-messages": lambda data: self._who(data).opens_messages(data.get("app", "")),
            "command": self._command,
            "shortcut": lambda data: self._who(data).shortcut(self._seen(data), data["callback_id"]),
            "stop": lambda data: self._who(data).stops(data["channel"], data["thread_ts"]),
            "invite": lambda data: self._who(data).invites(data["channel"], data["member"]),
            "fault": self._add_fault,
            "clock": lambda data: self._world.clock.advance(float(data["seconds"])),
        }
        return [
            Route("/control/feed", self.feed),
            Route("/control/files/{file}", self.file),
            *(Route(f"/control/{name}", partial(self._get, verb)) for name, verb in questions.items()),
            *(Route(f"/control/{name}", partial(self._post, verb), methods=["POST"]) for name, verb in deeds.items()),
        ]

    async def feed(self, request: Request) -> Response:
        refused = _foreign(request)
        if refused is not None:
            return refused
        try:
            person = self._who(dict(request.query_params))
        except (NotPossible, KeyError) as error:
            return JSONResponse({"error": str(error)}, 400)
        view = partial(self._display.change, person)
        events = self._feed.stream(person.workspace.id, person.id, view)
        return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def file(self, request: Request) -> Response:
        """Always a download, never shown in place: the bytes are anybody's."""
        refused = _foreign(request)
        if refused is not None:
            return refused
        person = self._who(dict(request.query_params))
        file = self._world.files.get(request.path_params["file"])
        channels = person.workspace.channels
        if file is None or file.deleted or not any(person.id in channels[channel].members for channel in file.channels):
            return JSONResponse({"error": "There is no such file."}, 404)
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "x-content-type-options": "nosniff",
        }
        return Response(file.data, media_type="application/octet-stream", headers=headers)

    async def _get(self, verb: Verb, request: Request) -> Response:
        return _foreign(request) or await _answer(verb, dict(request.query_params))

    async def _post(self, verb: Verb, request: Request) -> Response:
        """JSON only: another site's form cannot send it without asking first."""
        refused = _foreign(request)
        if refused is not None:
            return refused
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "Send JSON."}, 415)
        body = await request.body()
        if len(body) > MAX_BODY:
            return JSONResponse({"error": f"Send at most {MAX_BODY:,} bytes at once."}, 413)
        try:
            data = json.loads(body)
        except ValueError:
            return JSONResponse({"error": "That is no JSON."}, 400)
        return await _answer(verb, data if isinstance(data, dict) else {})

    def _who(self, data: Data) -> EmulatedPerson:
        return self._person(str(data["person"]), team=str(data.get("team", "")))

    def _people(self, data: Data) -> Data:
        team = data.get("team") or next(iter(self._world.workspaces))
        if team not in self._world.workspaces:
            raise NotPossible(f"There is no workspace {team!r}.")
        return {"people": [person.id for person in self._world.workspaces[team].people()]}

    def _seen(self, data: Data) -> Seen:
        person = self._who(data)
        channel = person.channel(data["channel"])
        ts = str(data["ts"])
        found = channel.messages.get(ts) or next(
            (ephemeral for ephemeral in channel.ephemerals if ephemeral.ts == ts), None
        )
        if found is None:
            raise NotPossible("That message is gone.")
        return seen_message(found, person.workspace)

    def _say(self, data: Data) -> Data:
        files = [Attachment(str(file["name"]), base64.b64decode(file["data"])) for file in data.get("files", [])]
        said = self._who(data).says(
            data["channel"],
            str(data.get("text", "")),
            files=files,
            thread_ts=str(data.get("thread_ts") or ""),
            broadcast=bool(data.get("broadcast")),
        )
        return {"ts": said.ts, "channel": said.channel}

    def _click(self, data: Data) -> None:
        target = data["view"] if data.get("view") else self._seen(data)
        self._who(data).clicks(target, data["action_id"], value=data.get("value"))

    def _act(self, data: Data) -> None:
        self._who(data).acts(data["view"], data["block_id"], data["action_id"], data["state"])

    def _command(self, data: Data) -> None:
        self._who(data).commands(data["channel"], data["command"], str(data.get("text", "")))

    def _add_fault(self, data: Data) -> None:
        with self._world.lock:
            self._world.faults.add(InjectedFault(**data))

    def _transcript(self, data: Data) -> list[str]:
        person = self._who(data)
        with self._world.lock:
            messages = person.channel(data["channel"]).messages.values()
            return [str(seen_message(message, person.workspace)) for message in messages]


async def _answer(verb: Verb, data: Data) -> Response:
    try:
        result = await asyncio.to_thread(verb, data)
    except EmulatorError as error:
        return JSONResponse({"error": str(error)}, 400)
    except (KeyError, TypeError, ValueError) as error:
        return JSONResponse({"error": f"Missing or malformed: {error}"}, 400)
    return JSONResponse(result if isinstance(result, (dict, list)) else {})


def _foreign(request: Request) -> Response | None:
    """Other sites, and names that only resolve here by a trick, may not act for the people of this page."""
    host = urlsplit(f"//{request.headers.get('host', '')}")
    bound = request.scope["server"][0]
    origin = request.headers.get("origin")
    same = origin is None or urlsplit(origin).netloc == host.netloc
    if same and host.hostname in ("localhost", "127.0.0.1", "::1", bound):
        return None
    return JSONResponse({"error": "Only this page may do that."}, 403)
