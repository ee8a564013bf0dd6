"""Models one behind the other: the next is asked where one fails; one that keeps failing is left alone for a while."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agent.errors import ModelUnavailable
from agent.llm.port import Completion, LanguageModel, Request, StructuredAnswers

FAILURES = 3  # in a row, after which a model is left alone
REST = 60.0  # seconds
LEAST = 2.0  # seconds; with less left nothing is tried again
JITTER = (0.2, 0.8)  # seconds before the second try
_log = logging.getLogger(__name__)


@dataclass
class Breaker:
    """Opens after failures in a row and lets one call through when its rest is over."""

    failures: int = 0
    opened_at: float = 0.0

    def allows(self, now: float) -> bool:
        return self.failures < FAILURES or now - self.opened_at >= REST

    def succeed(self) -> None:
        self.failures = 0

    def fail(self, now: float) -> None:
        self.failures += 1
        self.opened_at = now


class ModelChain(StructuredAnswers):
    """What is transient (a limit, a broken connection, a fault of the server) is tried once more, after a moment."""

    def __init__(
        self,
        models: Sequence[LanguageModel],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._models = [(model, Breaker()) for model in models]
        self._clock, self._sleep = clock, sleep

    @property
    def name(self) -> str:
        return self._models[0][0].name

    def complete(self, request: Request) -> Completion:
        until = self._clock() + request.seconds if request.seconds else None
        failed = ModelUnavailable("The model is left alone for a minute: it failed several times in a row.")
        for model, breaker in self._models:
            if not breaker.allows(self._clock()):
                continue
            try:
                found = self._tried(model, request, until)
            except ModelUnavailable as error:
                breaker.fail(self._clock())
                _log.warning("model %s: %s", model.name, error)
                failed = error
            else:
                breaker.succeed()
                return found
        raise failed

    def _tried(self, model: LanguageModel, request: Request, until: float | None) -> Completion:
        try:
            return model.complete(self._timed(request, until))
        except ModelUnavailable as error:
            if not error.transient or (until is not None and until - self._clock() < LEAST):
                raise
        self._sleep(random.uniform(*JITTER))
        return model.complete(self._timed(request, until))

    def _timed(self, request: Request, until: float | None) -> Request:
        if until is None:
            return request
        left = until - self._clock()
        if left <= 0:
            raise ModelUnavailable("There was no time left to ask the model.")
        return replace(request, seconds=left)
