"""What an operator reads of the language model: tokens and calls, and no turn that asked it nothing."""

from __future__ import annotations

from agent.domain.turn import Spent
from integrations.slack.metrics import Metrics


def test_what_turns_took_of_the_model_adds_up() -> None:
    metrics = Metrics()
    for spent in (Spent(3, 9_000, 400), Spent(), Spent(1, 1_000, 50)):
        metrics.model_turn(spent)
    lines = metrics.text().decode().splitlines()
    assert 'tutor_model_tokens_total{kind="read"} 10000.0' in lines
    assert 'tutor_model_tokens_total{kind="written"} 450.0' in lines
    assert "tutor_model_calls_total 4.0" in lines
    assert "tutor_model_turn_tokens_count 2.0" in lines
