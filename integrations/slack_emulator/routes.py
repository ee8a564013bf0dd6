"""Slack's own addresses: Web API, uploads, private files, response URLs, sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from integrations.slack_emulator.calls import merged_arguments
from integrations.slack_emulator.errors import ApiRefusal, Interrupted
from integrations.slack_emulator.faults import DOWNLOAD, UPLOAD, InjectedFault
from integrations.slack_emulator.files import StoredFile
from integrations.slack_emulator.responses import Responses
from integrations.slack_emulator.sockets import Sockets
from integrations.slack_emulator.webapi import WebApi
from integrations.slack_emulator.world import World

SIGN_IN = "<!DOCTYPE html><html lang='en'><head><title>Sign in</title></head><body>Sign in to Slack</body></html>"
Abort = Callable[[tuple[str, int]], None]


class SlackRoutes:
    def __init__(self, world: World, api: WebApi, sockets: Sockets, responses: Responses, abort: Abort) -> None:
        self._world = world
        self._api = api
        self._sockets = sockets
        self._responses = responses
        self._abort = abort

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/{method}", self.call, methods=["GET", "POST"]),
            Route("/upload/v1/{file}", self.upload, methods=["POST"]),
            Route("/files-pri/{key}/{name}", self.download),
            Route("/files-pri/{key}/download/{name}", self.download),
            Route("/actions/{team}/{number}/{app}", self.respond, methods=["POST"]),
            WebSocketRoute("/link/", self._sockets.serve),
        ]

    async def call(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            body = await request.body()
        except ClientDisconnect:  # whoever asked died while asking
            return Response(status_code=499)
        try:
            args = merged_arguments(request.url.query, request.headers.get("content-type", ""), body)
        except ApiRefusal as refusal:
            self._world.note("refused", method, refusal.error, *refusal.messages)
            return JSONResponse(refusal.answer())
        fault = await self._fault(method, args)
        base_url = f"{request.url.scheme}://{request.url.netloc}"
        try:
            call = self._api.handle(method, args, request.headers, fault, base_url)
        except Interrupted as cut:
            return await self._cut(request, cut.seconds)
        scopes = ",".join(sorted(call.installation.scopes))
        return JSONResponse(call.answer, call.status, {"x-oauth-scopes": scopes, **call.headers})

    async def upload(self, request: Request) -> Response:
        fault = await self._fault(UPLOAD, {})
        if fault is not None and fault.kind == "server_error":
            return PlainTextResponse("error", 500)
        if fault is not None and fault.kind in ("reset", "timeout"):
            return await self._cut(request, fault.seconds if fault.kind == "timeout" else 0.0)
        data = await request.body()
        with self._world.lock:
            file = self._world.files.get(request.path_params["file"])
            if file is None or file.complete:
                return PlainTextResponse("not found", 404)
            if request.headers.get("authorization"):
                self._world.note("warning", UPLOAD, "token_sent_to_upload_url")
            if len(data) != file.announced:
                self._world.note("warning", UPLOAD, "length_differs", f"{len(data)} instead of {file.announced}")
            file.data = data
        return PlainTextResponse(f"OK - {len(data)}")

    async def download(self, request: Request) -> Response:
        fault = await self._fault(DOWNLOAD, {})
        if fault is not None and fault.kind in ("reset", "timeout"):
            return await self._cut(request, fault.seconds if fault.kind == "timeout" else 0.0)
        file = self._world.files.get(request.path_params["key"].partition("-")[2])
        if file is None or file.deleted:
            return PlainTextResponse("not found", 404)
        if not self._may_read(request, file):
            return HTMLResponse(SIGN_IN)
        return self._content(file, fault)

    async def respond(self, request: Request) -> Response:
        key = "/".join(str(request.path_params[name]) for name in ("team", "number", "app"))
        try:
            answer = json.loads(await request.body())
            self._responses.take(key, answer if isinstance(answer, dict) else {})
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        except ApiRefusal as refusal:
            self._world.note("refused", "response_url", refusal.error, *refusal.messages)
            return JSONResponse(refusal.answer(), 404 if refusal.error.endswith("_url") else 200)
        return JSONResponse({"ok": True})

    def _may_read(self, request: Request, file: StoredFile) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        installation = self._world.installation(token)
        if installation is None or installation.refused or installation.team_id != file.team_id:
            self._world.note("refused", DOWNLOAD, "sign_in_page", file.name)
            return False
        if "files:read" not in installation.scopes:
            self._world.note("refused", DOWNLOAD, "missing_scope", "files:read")
            return False
        channels = self._world.workspaces[file.team_id].channels
        return file.owner == installation.user_id or any(
            installation.user_id in channels[channel].members for channel in file.channels
        )

    def _content(self, file: StoredFile, fault: InjectedFault | None) -> Response:
        match fault.kind if fault else "":
            case "html":
                return HTMLResponse(SIGN_IN)
            case "redirect":
                return RedirectResponse("https://files.elsewhere.invalid/sign-in", 302)
            case "forbidden":
                return PlainTextResponse("forbidden", 403)
            case "not_found":
                return PlainTextResponse("not found", 404)
            case "server_error":
                return PlainTextResponse("error", 500)
            case "rate_limited":
                return PlainTextResponse("slow down", 429, {"retry-after": str(fault.retry_after if fault else 1)})
            case "truncated":
                return Response(file.data[: len(file.data) // 2], media_type=file.mimetype)
        return Response(file.data, media_type=file.mimetype)

    async def _fault(self, method: str, args: dict[str, object]) -> InjectedFault | None:
        with self._world.lock:
            fault = self._world.faults.take(method, args)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return fault

    async def _cut(self, request: Request, seconds: float) -> Response:
        await asyncio.sleep(seconds)
        if request.client is not None:
            self._abort((request.client.host, request.client.port))
        return Response()
