"""Socket Mode with a watchdog: a connection that answers no ping is replaced."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from typing import Self

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from websocket import WebSocketApp

PING_SECONDS = 10.0
MISSED_PONGS = 3  # then the connection is taken for half-open
CONNECT_SECONDS = 15.0
_log = logging.getLogger(__name__)


class Socket:
    """Between `open` and `close`, envelopes arrive; `is_open` tells whether just now they would."""

    def __init__(self, app: App, token: str, base_url: str, *, ping_seconds: float = PING_SECONDS) -> None:
        client = WebClient(token=token, base_url=base_url)
        self._handler = SocketModeHandler(app, token, web_client=client, ping_interval=ping_seconds)
        self._ping_seconds = ping_seconds
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._watch_connection, name="socket-watchdog", daemon=True)

    def open(self) -> Self:
        self._handler.connect()  # type: ignore[no-untyped-call]  # Bolt does not annotate it
        self._await()
        self._watch.start()
        return self

    def close(self) -> None:
        self._closing.set()
        self._handler.close()  # type: ignore[no-untyped-call]

    @property
    def is_open(self) -> bool:
        return bool(self._handler.client.is_connected())

    def _await(self) -> None:
        """`connect` returns before the socket is open; events of that moment would only come as retries."""
        deadline = time.monotonic() + CONNECT_SECONDS
        while not self.is_open and time.monotonic() < deadline:
            time.sleep(0.02)

    def _watch_connection(self) -> None:
        """The SDK notices a closed connection, but not one on which the other side has fallen silent."""
        watched, since = None, 0.0
        while not self._closing.wait(self._ping_seconds):
            session = self._handler.client.current_session
            if session is not watched:
                watched, since = session, time.time()
            elif session is not None and self._is_half_open(session, since):
                _log.warning("Slack answers no ping on this connection; a new one is opened")
                _reset(session)

    def _is_half_open(self, session: WebSocketApp, since: float) -> bool:
        heard = max(since, float(session.last_pong_tm or 0.0))
        return session.sock is not None and time.time() - heard > MISSED_PONGS * self._ping_seconds


def _reset(session: WebSocketApp) -> None:
    """The SDK then sees a closed connection and opens another; a polite close would wait for an answer."""
    connection = session.sock.sock if session.sock is not None else None
    with suppress(OSError):  # it may end by itself at this moment
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
