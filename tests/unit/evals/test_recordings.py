"""The recorded answers of a model were given to today's prompts."""

from __future__ import annotations

from agent.conversation.model_mind.mind import PROMPT as TUTOR
from agent.conversation.reply_checks.grounding import PROMPT as GROUNDING
from agent.llm.prompts import load_prompt
from agent.llm.recorded import stale
from evals.model_turns import RECORDINGS


def test_no_recording_is_stale() -> None:
    assert list(RECORDINGS.glob("*.json"))
    assert stale(RECORDINGS, [load_prompt(TUTOR).name, load_prompt(GROUNDING).name]) == []
