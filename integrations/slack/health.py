"""Whether the app lives, whether it can work, and its figures: three addresses for whoever runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from integrations.slack.metrics import Metrics

Check = Callable[[], str]  # what is wrong; empty: nothing


class Health:
    """`checks` are asked at each request, so that readiness is never older than that."""

    def __init__(self, metrics: Metrics, checks: Mapping[str, Check]) -> None:
        self._metrics, self._checks = metrics, dict(checks)

    def add(self, name: str, check: Check) -> None:
        self._checks[name] = check

    def app(self, beside: ASGIApp | None = None) -> Starlette:
        """`beside` takes every other path."""
        routes: list[BaseRoute] = [
            Route("/healthz", self._health),
            Route("/readyz", self._ready),
            Route("/metrics", self._figures),
        ]
        return Starlette(routes=[*routes, *([Mount("/", beside)] if beside else [])])

    def _health(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    def _ready(self, _: Request) -> Response:
        wrong = {name: said for name, check in self._checks.items() if (said := check())}
        return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200)

    def _figures(self, _: Request) -> Response:
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)


@contextmanager
def serving(app: ASGIApp, host: str, port: int) -> Iterator[None]:
    """Beside Socket Mode; without a port, nothing listens."""
    if not port:
        yield
        return
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
