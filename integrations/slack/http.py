"""Delivery by HTTP: signed requests on one path, each worked on beside the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.asgi import SlackRequestHandler
from slack_bolt.adapter.asgi.http_request import AsgiHttpRequest
from starlette.types import ASGIApp

from integrations.slack.http_guard import Guard

PATH = "/slack/events"


def guarded(app: App, secret: str) -> ASGIApp:
    """All that stands on the public port."""
    return Guard(HttpDelivery(app), PATH, secret)  # type: ignore[arg-type]  # Bolt's own annotation is wider


class HttpDelivery(SlackRequestHandler):
    """Bolt's own handler works on the server's loop, where one slow write to the database would hold up all."""

    def __init__(self, app: App) -> None:
        super().__init__(app, path=PATH)

    async def dispatch(self, request: AsgiHttpRequest) -> BoltResponse:
        return await _aside(self.app.dispatch, request)

    async def handle_installation(self, request: AsgiHttpRequest) -> BoltResponse:
        assert self.app.oauth_flow is not None  # noqa: S101 - Bolt asks only then
        return await _aside(self.app.oauth_flow.handle_installation, request)

    async def handle_callback(self, request: AsgiHttpRequest) -> BoltResponse:
        assert self.app.oauth_flow is not None  # noqa: S101
        return await _aside(self.app.oauth_flow.handle_callback, request)


async def _aside(work: Callable[[BoltRequest], BoltResponse], request: AsgiHttpRequest) -> BoltResponse:
    body = await request.get_raw_body()
    asked = BoltRequest(body=body, query=request.query_string, headers=request.get_headers())
    return await asyncio.to_thread(work, asked)
