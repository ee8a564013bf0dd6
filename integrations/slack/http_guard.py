"""What stands before Slack's deliveries by HTTP: nothing is parsed, or kept in memory, of whom nobody knows.

In this order: how many connections, how long headers and body may take, how big a body may be, its signature. Only then
is anything read as JSON.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_BODY = 1_048_576  # a form with all its values is below 250 kB
BODY_SECONDS = 3.0  # from the headers to the last byte; Slack itself gives up then
HEADER_SECONDS = 5.0
DRAIN_SECONDS, MAX_DRAINED = 1.0, 4 * MAX_BODY
MAX_CONNECTIONS = 256
_log = logging.getLogger(__name__)


class Guard:
    """An ASGI app: `app` gets the requests to `path` that Slack signed, whole, and all others without their body."""

    def __init__(self, app: ASGIApp, path: str, secret: str) -> None:
        self._app, self._path, self._verifier = app, path, SignatureVerifier(secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        status, body = await self._checked(scope, receive)
        if status:
            _log.info("a request was refused with %d", status)
            await _refuse(send, status)
            return
        await _whole(self._app, scope, body, send)

    async def _checked(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        """The status of a refusal, or 0 and the body."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"] != self._path:
            return 404, b""
        if _number(headers.get("content-length", "0")) > MAX_BODY:
            await _drained(receive)
            return 413, b""
        if _number(headers.get("x-slack-request-timestamp", "")) == 0 or "x-slack-signature" not in headers:
            return 401, b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            return 408, b""
        if body is None:
            return 413, b""
        return (0, body) if self._is_slacks(body, headers) else (401, b"")

    def _is_slacks(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except UnicodeDecodeError:
            return False


class ImpatientProtocol(H11Protocol):
    """uvicorn waits for the first request of a connection without an end."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.loop.call_later(HEADER_SECONDS, self._leave)

    def _leave(self) -> None:
        if getattr(self, "cycle", None) is None and not self.transport.is_closing():  # no headers came yet
            self.transport.close()


def server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """Its log goes where the others go, in their form, and names no request."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=ImpatientProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=int(HEADER_SECONDS),
            server_header=False,
        )
    )


async def _body(receive: Receive) -> bytes | None:
    """None where it is too big, or where its sender went away."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _drained(receive: Receive) -> None:
    """What is refused for its size is let run out for a while: who still sends could not read the refusal."""
    size, more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while more and size <= MAX_DRAINED:
                message = await receive()
                size, more = size + len(message.get("body", b"")), message.get("more_body", False)


async def _whole(app: ASGIApp, scope: Scope, body: bytes, send: Send) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        await app(scope, receive, send)
    except (RecursionError, ValueError) as error:  # signed, and yet nothing that can be read
        _log.warning("a signed request could not be read: %s", type(error).__name__)
        await _refuse(send, 400)


async def _refuse(send: Callable[[Message], Awaitable[None]], status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0
