from __future__ import annotations

from integrations.slack_emulator.rates import RateLimits
from integrations.slack_emulator.schema import methods

OWNER = ("T1", "A1")


def test_nothing_is_limited_until_switched_on() -> None:
    limits = RateLimits()
    assert all(limits.wait(methods()["chat.startStream"], OWNER, "C1", 0.0) == 0 for _ in range(200))


def test_a_tier_counts_per_method_and_workspace_over_a_minute() -> None:
    limits, method = RateLimits(), methods()["chat.startStream"]
    limits.enabled = True
    assert [limits.wait(method, OWNER, "C1", 0.0) for _ in range(21)] == [0] * 20 + [60]
    assert limits.wait(method, ("T2", "A1"), "C1", 0.0) == 0
    assert limits.wait(methods()["chat.stopStream"], OWNER, "C1", 0.0) == 0
    assert limits.wait(method, OWNER, "C1", 60.5) == 0


def test_posting_is_limited_per_channel_after_a_short_burst() -> None:
    limits, method = RateLimits(), methods()["chat.postMessage"]
    limits.enabled = True
    assert [limits.wait(method, OWNER, "C1", 0.0) for _ in range(5)] == [0, 0, 0, 0, 4]
    assert limits.wait(method, OWNER, "C2", 0.0) == 0
