"""A server on loopback that speaks both of OpenAI's protocols, from a script of answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Event = dict[str, Any]


@dataclass(frozen=True)
class Scripted:
    """`events` are streamed as they are; `cut` leaves the end away; `body` answers without streaming."""

    events: Sequence[Event] = ()
    status: int = 200
    body: Event = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False


class ModelServer:
    """Gives `answers` in their order, then what `otherwise` says to a request."""

    def __init__(self, *answers: Scripted, otherwise: Callable[[Event], Scripted] | None = None) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        script, seen = list(answers), self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                request = json.loads(self.rfile.read(length))
                seen.append((self.path, request))
                _answer(self, script.pop(0) if script or otherwise is None else otherwise(request))

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answer(handler: BaseHTTPRequestHandler, answer: Scripted) -> None:
    time.sleep(answer.delay)
    data = json.dumps(answer.body).encode() if answer.body or answer.status != 200 else _stream(answer)
    kind = "application/json" if answer.body or answer.status != 200 else "text/event-stream"
    try:
        handler.send_response(answer.status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
    except OSError:
        return  # the client gave up, as the test wants


def _stream(answer: Scripted) -> bytes:
    lines = [f"event: {event.get('type', 'message')}\ndata: {json.dumps(event)}\n\n" for event in answer.events]
    done = "" if answer.cut or any("type" in event for event in answer.events) else "data: [DONE]\n\n"
    return ("".join(lines) + done).encode()


def response_text(*pieces: str, end: bool = True) -> list[Event]:
    """The events of a streamed Responses answer."""
    events: list[Event] = [
        {
            "type": "response.output_text.delta",
            "sequence_number": number,
            "item_id": "m",
            "output_index": 0,
            "content_index": 0,
            "delta": piece,
            "logprobs": [],
        }
        for number, piece in enumerate(pieces)
    ]
    return [*events, {"type": "response.completed", "sequence_number": 99, "response": response()}] if end else events


def response(**changes: Any) -> Event:
    return {
        "id": "r",
        "object": "response",
        "created_at": 0,
        "model": "m",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "status": "completed",
        **changes,
    }


def chunk(delta: Event, reason: str | None = None) -> Event:
    """One chunk of a streamed chat completion."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
