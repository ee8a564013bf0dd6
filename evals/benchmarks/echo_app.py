"""The smallest Bolt app: says back what it hears. What the tutor adds is measured against it."""

from __future__ import annotations

import os
import threading
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient


def main() -> None:
    base_url = os.environ["SLACK_BASE_URL"]
    app = App(client=WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=base_url))

    def echo(event: dict[str, Any], client: WebClient) -> None:
        client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text=event["text"])

    app.event("message")(echo)
    token = os.environ["SLACK_APP_TOKEN"]
    handler = SocketModeHandler(app, token, web_client=WebClient(token=token, base_url=base_url))
    handler.connect()  # type: ignore[no-untyped-call]  # Bolt does not annotate it
    threading.Event().wait()


if __name__ == "__main__":
    main()
