"""Two models one behind the other: what fails is tried once more, then the next one speaks, and time is kept."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agent.errors import BudgetSpent, ModelUnavailable
from agent.llm.accounting import Account, Limits, MeteredModel, charged_to
from agent.llm.chain import FAILURES, REST, ModelChain
from agent.llm.port import Completion, Request, StructuredAnswers, Usage

ASKED = Request("i", [])


class Scripted(StructuredAnswers):
    def __init__(self, name: str, answers: Sequence[Completion | ModelUnavailable]) -> None:
        self.name, self._answers, self.asked = name, list(answers), 0

    def complete(self, request: Request) -> Completion:
        self.asked += 1
        answer = self._answers[min(self.asked, len(self._answers)) - 1]
        if isinstance(answer, ModelUnavailable):
            raise answer
        return answer


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


SAID = Completion("yes", usage=Usage(10, 5))
LIMIT, WRONG_KEY = ModelUnavailable("limit", transient=True), ModelUnavailable("key")


def _chain(*models: Scripted, clock: Clock | None = None) -> ModelChain:
    clock = clock or Clock()
    return ModelChain(models, clock=clock, sleep=clock.sleep)


def test_a_moments_limit_is_waited_out_once() -> None:
    first, second = Scripted("a", [LIMIT, SAID]), Scripted("b", [SAID])
    assert _chain(first, second).complete(ASKED) == SAID
    assert (first.asked, second.asked) == (2, 0)


def test_what_does_not_pass_is_not_tried_again() -> None:
    first, second = Scripted("a", [WRONG_KEY]), Scripted("b", [SAID])
    assert _chain(first, second).complete(ASKED) == SAID
    assert (first.asked, second.asked) == (1, 1)


def test_nothing_is_tried_again_when_time_is_short() -> None:
    first = Scripted("a", [LIMIT])
    with pytest.raises(ModelUnavailable):
        _chain(first).complete(Request("i", [], seconds=1.0))
    assert first.asked == 1


def test_what_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    clock, first, second = Clock(), Scripted("a", [WRONG_KEY]), Scripted("b", [SAID])
    chain = _chain(first, second, clock=clock)
    for _ in range(FAILURES + 2):
        chain.complete(ASKED)
    assert first.asked == FAILURES
    clock.now += REST
    chain.complete(ASKED)
    assert first.asked == FAILURES + 1


@pytest.mark.parametrize(
    ("limits", "spent"),
    [(Limits(turn_seconds=0), 0), (Limits(turn_tokens=15), 0), (Limits(day_tokens=100), 85)],
    ids=["time", "tokens of the turn", "tokens of the day"],
)
def test_a_budget_ends_a_turn(limits: Limits, spent: int) -> None:
    recorded: list[tuple[str, Usage]] = []
    account = Account(limits, spent, lambda model, usage: recorded.append((model, usage)))
    model = MeteredModel(Scripted("a", [SAID]))
    with charged_to(account):
        if limits.turn_seconds:
            model.complete(ASKED)
            assert recorded == [("a", SAID.usage)]
        with pytest.raises(BudgetSpent):
            model.complete(ASKED)


def test_without_an_account_nothing_is_held() -> None:
    assert MeteredModel(Scripted("a", [SAID])).complete(ASKED) == SAID
