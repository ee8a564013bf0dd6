"""The recorded answers of a model were given to today's prompts."""

from __future__ import annotations

from agent.llm.recorded import stale
from evals.model_turns import RECORDINGS, prompts


def test_no_recording_is_stale() -> None:
    assert list(RECORDINGS.glob("*.json"))
    assert stale(RECORDINGS, prompts()) == []
