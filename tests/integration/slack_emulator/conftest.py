"""The emulator with unmodified clients: slack_sdk's WebClient and a Bolt app over Socket Mode."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from integrations.slack_emulator import Emulator, Workspace

Connect = Callable[[Emulator, App], SocketModeHandler]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(Workspace.classroom(), strict=True, ack_seconds=0.4) as opened:
        yield opened


@pytest.fixture
def client(emulator: Emulator) -> WebClient:
    token = emulator.installation().bot_token
    return WebClient(token=token, base_url=f"{emulator.url}/api/", timeout=5)


@pytest.fixture
def bolt(client: WebClient) -> App:
    return App(client=client)


def hang_up(emulator: Emulator, handler: SocketModeHandler) -> None:
    """The server closes first: the client alone would sit in its read for three seconds."""
    handler.client.auto_reconnect_enabled = False
    emulator.sockets.close()
    emulator.wait_for(lambda: not emulator.sockets.connections())
    with suppress(AttributeError):  # the client may find its socket gone between its own look and its close
        handler.client.disconnect()
    handler.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


@pytest.fixture
def leaky_client() -> Iterator[None]:
    """Collects what the clients leave open after an accident while its warning still belongs to this test."""
    yield
    gc.collect()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects a Bolt app and waits until the emulator sees it."""
    with ExitStack() as stack:

        def open_socket(emulator: Emulator, app: App) -> SocketModeHandler:
            token = emulator.app.app_token
            web_client = WebClient(token=token, base_url=f"{emulator.url}/api/")
            handler = SocketModeHandler(app, token, web_client=web_client, ping_interval=1)
            before = len(emulator.sockets.connections())
            handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
            stack.callback(hang_up, emulator, handler)
            emulator.wait_for(lambda: len(emulator.sockets.connections()) > before)
            return handler

        yield open_socket
