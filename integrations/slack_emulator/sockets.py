"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from integrations.slack_emulator.apps import App
from integrations.slack_emulator.deliveries import Attempt, Deliveries, Delivery
from integrations.slack_emulator.world import Change, World

MAX_CONNECTIONS = 10
REMEMBERED = 10_000
CLOSE: dict[str, Any] = {"type": "close"}


@dataclass(eq=False)
class Connection:
    """`silent` once it let an envelope pass unanswered: the next ones go to another, where there is one."""

    app: App
    websocket: WebSocket
    outbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    leaving: bool = False
    silent: bool = False

    @property
    def client(self) -> tuple[str, int]:
        peer = self.websocket.client
        return (peer.host, peer.port) if peer else ("", 0)


class Sockets:
    """Lives on one event loop; `send` and `disconnect` may be called from any thread."""

    def __init__(self, world: World, deliveries: Deliveries, ack_seconds: float) -> None:
        self._world = world
        self._deliveries = deliveries
        self.ack_seconds = ack_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tickets: dict[str, App] = {}
        self._open: list[Connection] = []
        self._waiting: OrderedDict[str, tuple[Delivery, Attempt, Connection]] = OrderedDict()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def ticket(self, app: App) -> str:
        ticket = secrets.token_hex(12)
        self._tickets[ticket] = app
        return ticket

    def connections(self, app_id: str = "") -> list[Connection]:
        return [connection for connection in self._open if app_id in ("", connection.app.id) and not connection.leaving]

    def send(self, delivery: Delivery, attempt: Attempt) -> None:
        if self._loop is None or self._loop.is_closed():
            self._deliveries.missed(delivery, attempt, "connection_failed")
        else:
            self._loop.call_soon_threadsafe(self._send, delivery, attempt)

    def _send(self, delivery: Delivery, attempt: Attempt) -> None:
        connections = self.connections(delivery.app.id)
        if not connections or self._loop is None:
            self._deliveries.missed(delivery, attempt, "timeout")
            return
        connection = random.choice([connection for connection in connections if not connection.silent] or connections)
        self._waiting[attempt.envelope_id] = (delivery, attempt, connection)
        while len(self._waiting) > REMEMBERED:
            self._waiting.popitem(last=False)
        connection.outbox.put_nowait(_envelope(delivery, attempt))
        self._loop.call_later(self.ack_seconds, self._missed, delivery, attempt, connection)

    def _missed(self, delivery: Delivery, attempt: Attempt, connection: Connection) -> None:
        connection.silent = connection.silent or attempt.envelope_id in self._waiting
        self._deliveries.missed(delivery, attempt, "timeout")

    def disconnect(self, reason: str, app_id: str = "") -> None:
        """`warning` only announces; any other reason also ends the connection."""
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "emulator"}}
        for connection in self.connections(app_id):
            connection.leaving = reason != "warning"
            self._put(connection, frame)
            if connection.leaving:
                self._put(connection, CLOSE)

    def close(self, app_id: str = "") -> None:
        """Without a word."""
        for connection in self.connections(app_id):
            connection.leaving = True
            self._put(connection, CLOSE)

    def _put(self, connection: Connection, frame: dict[str, Any]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(connection.outbox.put_nowait, frame)

    async def serve(self, websocket: WebSocket) -> None:
        app = self._tickets.pop(websocket.query_params.get("ticket", ""), None)
        if app is None:
            await websocket.close(4001, "the ticket is unknown or used")
            return
        await websocket.accept()
        connection = Connection(app, websocket)
        if len(self.connections(app.id)) >= MAX_CONNECTIONS:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return
        await websocket.send_json(self._hello(app))
        self._open.append(connection)
        self._show(app)
        sender = asyncio.create_task(self._write(connection))
        try:
            await self._read(connection)
        finally:
            self._open.remove(connection)
            sender.cancel()
            self._show(app)

    def _hello(self, app: App) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections(app.id)) + 1,
            "connection_info": {"app_id": app.id},
            "debug_info": {"host": "emulator", "approximate_connection_time": 3600},
        }

    async def _write(self, connection: Connection) -> None:
        while (frame := await connection.outbox.get()) is not CLOSE:
            try:
                await connection.websocket.send_json(frame)
            except (WebSocketDisconnect, RuntimeError):
                return
        await connection.websocket.close()

    async def _read(self, connection: Connection) -> None:
        while True:
            message = await connection.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if text := message.get("text"):
                self._acknowledge(text)

    def _acknowledge(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            self._world.note("warning", "socket", "malformed_frame", text[:200])
            return
        found = self._waiting.pop(str(frame.get("envelope_id", "")), None) if isinstance(frame, dict) else None
        if found is None:
            self._world.note("warning", "socket", "unknown_envelope", text[:200])
            return
        delivery, attempt, connection = found
        connection.silent = False
        self._deliveries.acknowledged(delivery, attempt, frame.get("payload") or {})

    def _show(self, app: App) -> None:
        data = {"app_id": app.id, "connected": bool(self.connections(app.id))}
        for workspace in self._world.workspaces.values():
            if app.id in workspace.installations:
                self._world.publish(Change("presence", workspace.id, "", data))


def _envelope(delivery: Delivery, attempt: Attempt) -> dict[str, Any]:
    frame = {
        "envelope_id": attempt.envelope_id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        frame |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return frame
