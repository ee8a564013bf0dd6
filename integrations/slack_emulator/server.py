"""The HTTP server on its own thread; it can also abort a connection, which no ASGI application can."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

TICK_SECONDS = 0.05
START_SECONDS = 10.0
Peer = tuple[str, int]


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, listening: threading.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


class Server:
    """`tick` runs every 50 ms on the server's loop; `ready` gets that loop before the first request."""

    def __init__(
        self,
        application: ASGIApp,
        *,
        host: str,
        port: int,
        tick: Callable[[], None],
        ready: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        self._socket = socket.create_server((host, port), backlog=512)
        self._tick, self._ready = tick, ready
        self._started = threading.Event()
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="asyncio",
            http="httptools",
            ws="websockets-sansio",
            ws_ping_interval=None,
            timeout_graceful_shutdown=1,
        )
        self._server = _AnnouncingServer(config, self._started)
        self._thread = threading.Thread(target=self._run, name="slack-emulator", daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise TimeoutError("The emulator's server did not start.")

    def stop(self) -> None:
        self._server.should_exit = True
        if self._started.is_set():
            self._thread.join(START_SECONDS)
        self._socket.close()

    def abort(self, peer: Peer) -> None:
        """Ends the connection of this peer with a TCP reset; to be called on the server's loop."""
        if (transport := self._transport(peer)) is not None:
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            transport.abort()

    def stop_reading(self, peer: Peer) -> None:
        """The connection stays open and nothing that the peer sends is seen any more."""
        transport = self._transport(peer)
        if isinstance(transport, asyncio.ReadTransport):
            transport.pause_reading()

    def _transport(self, peer: Peer) -> asyncio.Transport | None:
        for protocol in self._server.server_state.connections:
            transport: asyncio.Transport | None = getattr(protocol, "transport", None)
            if transport is not None and (transport.get_extra_info("peername") or ())[:2] == peer:
                return transport
        return None

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._ready(asyncio.get_running_loop())
        ticking = asyncio.create_task(self._keep_ticking())
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking

    async def _keep_ticking(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await asyncio.to_thread(self._tick)
