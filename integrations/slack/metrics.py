"""What an operator watches: how quickly envelopes are acknowledged, how turns end, and what still waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from agent.domain.turn import Spent
from agent.errors import TutorError
from agent.telemetry import TURN

_ACKNOWLEDGEMENT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)  # Slack waits for three seconds
_TOKENS = (1_000, 2_500, 5_000, 10_000, 20_000, 40_000, 60_000, 100_000)
_JOB = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class Metrics:
    """A registry of its own: several apps may live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self._registry}
        self._envelopes = Counter("tutor_envelopes", "Envelopes that came from Slack", ["kind", "outcome"], **own)
        self._acknowledged = Histogram(
            "tutor_acknowledgement_seconds", "From envelope to acknowledgement", buckets=_ACKNOWLEDGEMENT, **own
        )
        self._jobs = Histogram("tutor_job_seconds", "How long a job took", ["kind"], buckets=_JOB, **own)
        self._failed = Counter("tutor_job_failures", "Jobs that ended with an error", ["kind"], **own)
        self._tokens = Counter("tutor_model_tokens", "Tokens of the language model", ["kind"], **own)
        self._model_calls = Counter("tutor_model_calls", "Calls of the language model", **own)
        self._turn_tokens = Histogram(
            "tutor_model_turn_tokens", "Tokens of a turn that asked the language model", buckets=_TOKENS, **own
        )
        self._own = own

    @contextmanager
    def envelope(self, body: dict[str, Any]) -> Iterator[None]:
        kind, begun = str(body.get("type") or ("command" if "command" in body else "other")), time.monotonic()
        outcome = "refused"  # Slack sends it again
        try:
            yield
            outcome = "acknowledged"
        finally:
            self._envelopes.labels(kind, outcome).inc()
            self._acknowledged.observe(time.monotonic() - begun)

    def job(self, kind: str, run: Callable[[str], None]) -> Callable[[str], None]:
        """The same job, measured, with its key in the logs."""

        def measured(key: str) -> None:
            token = TURN.set(key)
            try:
                with self._jobs.labels(kind).time(), self._failed.labels(kind).count_exceptions():
                    run(key)
            finally:
                TURN.reset(token)

        return measured

    def model_turn(self, spent: Spent) -> None:
        """What a turn took of the language model; one that asked it nothing is none."""
        if not spent.calls:
            return
        self._model_calls.inc(spent.calls)
        self._tokens.labels("read").inc(spent.tokens_read)
        self._tokens.labels("written").inc(spent.tokens_written)
        self._turn_tokens.observe(spent.tokens_read + spent.tokens_written)

    def watch(self, name: str, help_: str, read: Callable[[], float]) -> None:
        """A number that is looked up when it is asked for."""

        def looked_up() -> float:
            try:
                return read()
            except TutorError:
                return float("nan")  # the database is away

        Gauge(name, help_, **self._own).set_function(looked_up)

    def text(self) -> bytes:
        return generate_latest(self._registry)
