from __future__ import annotations

import pytest

from integrations.slack import rate_limiter as module
from integrations.slack.rate_limiter import BURST, PER_MINUTE, RateLimiter


class Time:
    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_a_channel_takes_a_burst_and_then_one_a_second(clock: Time) -> None:
    rate_limiter = RateLimiter()
    assert [rate_limiter.wait("C1") for _ in range(BURST)] == [0.0] * BURST
    assert rate_limiter.wait("C1") == pytest.approx(1.0)
    assert rate_limiter.wait("C2") == 0.0
    clock.now += 1.0
    assert rate_limiter.wait("C1") == 0.0
    assert rate_limiter.wait("C1") > 0


def test_a_method_has_its_minute(clock: Time) -> None:
    rate_limiter = RateLimiter()
    most = PER_MINUTE["chat.startStream"]
    assert [rate_limiter.allows("chat.startStream") for _ in range(most + 1)] == [True] * most + [False]
    clock.now += 60.0 / most
    assert rate_limiter.allows("chat.startStream")
    assert not rate_limiter.allows("chat.startStream")
    assert rate_limiter.allows("chat.update")


def test_a_method_rests_when_slack_says_so(clock: Time) -> None:
    rate_limiter = RateLimiter()
    rate_limiter.pause("chat.startStream", 30)
    assert not rate_limiter.allows("chat.startStream")
    clock.now += 31 + 60.0 / PER_MINUTE["chat.startStream"]
    assert rate_limiter.allows("chat.startStream")


def test_many_channels_do_not_fill_the_memory(clock: Time) -> None:
    rate_limiter = RateLimiter()
    for number in range(module.MAX_CHANNELS + 2):
        rate_limiter.wait(f"C{number}")
        clock.now += 1.0
    assert len(rate_limiter._channels) < 20
