"""What one turn may spend on a model, and what it spent: time, tokens, and a learner's day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from agent.errors import BudgetSpent, TurnStopped
from agent.llm.port import Completion, LanguageModel, Request, StructuredAnswers, Usage
from agent.llm.token_estimate import estimated


@dataclass(frozen=True)
class Limits:
    """Of a turn in seconds and tokens, and of a person's day in tokens."""

    turn_seconds: float = 20.0
    turn_tokens: int = 60_000
    day_tokens: int = 600_000


def _unrecorded(model: str, usage: Usage) -> None:
    """Where nobody keeps a ledger."""


@dataclass
class Account:
    """One turn's; every call of a model in it is charged here, whoever makes it."""

    limits: Limits = field(default_factory=Limits)
    spent_today: int = 0
    record: Callable[[str, Usage], None] = _unrecorded
    clock: Callable[[], float] = time.monotonic
    usage: Usage = field(default_factory=Usage)
    calls: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._until = self.clock() + self.limits.turn_seconds

    def seconds_left(self) -> float:
        return self._until - self.clock()

    def require(self) -> None:
        """Raises BudgetSpent where time or tokens are gone."""
        if self.seconds_left() <= 0:
            raise BudgetSpent("The time of this turn is over.")
        if self.usage.total >= self.limits.turn_tokens:
            raise BudgetSpent("The tokens of this turn are spent.")
        if self.spent_today + self.usage.total >= self.limits.day_tokens:
            raise BudgetSpent("This person's tokens of today are spent.")

    def charge(self, model: str, usage: Usage) -> None:
        """One call at a time: a review asks several together."""
        with self._lock:
            self.usage, self.calls = self.usage + usage, self.calls + 1
            self.record(model, usage)


_ACCOUNT: ContextVar[Account | None] = ContextVar("account", default=None)


@contextmanager
def charged_to(account: Account) -> Iterator[Account]:
    """Calls of a model in this block are charged to it, in whatever part of the house they are made."""
    token = _ACCOUNT.set(account)
    try:
        yield account
    finally:
        _ACCOUNT.reset(token)


class MeteredModel(StructuredAnswers):
    """Any model, held to the account of the turn that runs; without one (a script, an evaluation) it is only called."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    def complete(self, request: Request) -> Completion:
        account = _ACCOUNT.get()
        if account is None:
            return self._model.complete(request)
        account.require()
        left = account.seconds_left()
        seconds = min(left, request.seconds) if request.seconds else left
        try:
            found = self._model.complete(replace(request, seconds=seconds))
        except TurnStopped:
            account.charge(self.name, estimated(request))  # whoever says stop each time spends their day, too
            raise
        account.charge(found.model or self.name, found.usage)
        return found
