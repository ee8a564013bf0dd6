"""Whether the app lives, whether it can work, and its figures: three addresses for whoever runs it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from integrations.slack.http_guard import server
from integrations.slack.metrics import Metrics

_log = logging.getLogger(__name__)
Check = Callable[[], str]  # what is wrong; empty: nothing


class Health:
    """`checks` are asked at each request, so that readiness is never older than that."""

    def __init__(self, metrics: Metrics, checks: Mapping[str, Check]) -> None:
        self._metrics, self._checks = metrics, dict(checks)

    def add(self, name: str, check: Check) -> None:
        self._checks[name] = check

    def app(self) -> Starlette:
        """For a port of its own: none of it is for the public."""
        routes = [
            Route("/healthz", self._health),
            Route("/readyz", self._ready),
            Route("/metrics", self._figures),
        ]
        return Starlette(routes=routes)

    def _health(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    def _ready(self, _: Request) -> Response:
        wrong = {name: said for name, check in self._checks.items() if (said := check())}
        return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200)

    def _figures(self, _: Request) -> Response:
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)


@contextmanager
def serving(app: ASGIApp, host: str, port: int) -> Iterator[None]:
    """In a thread beside the rest; without a port, nothing listens. A port that is taken costs a warning."""
    listening = _listening(host, port) if port else None
    if listening is None:
        yield
        return
    opened = server(app, host, port)
    thread = threading.Thread(target=opened.run, kwargs={"sockets": [listening]}, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        opened.should_exit = True
        thread.join()
        listening.close()


def _listening(host: str, port: int) -> socket.socket | None:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        _log.warning("health and metrics are not served on %s:%d (%s); see TUTOR_STATUS_PORT", host, port, error)
        return None
