"""Recordings: the same request gets the same answer, another asks nobody, and a changed prompt names what is stale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import ModelUnavailable
from agent.llm.port import Completion, Message, Request, StructuredAnswers, ToolCall, Usage
from agent.llm.recorded import RecordedModel, stale

ASKED = Request("rules", [Message("user", "hello")], prompt="tutor v1 abc", seconds=3.0)
SAID = Completion("", (ToolCall("1", "reply", {"segments": []}),), Usage(10, 2), "m")


class Live(StructuredAnswers):
    name = "live"

    def complete(self, request: Request) -> Completion:
        return SAID


def test_what_was_answered_once_is_answered_again(tmp_path: Path) -> None:
    assert RecordedModel(tmp_path, Live()).complete(ASKED) == SAID
    again = RecordedModel(tmp_path)
    assert again.complete(replace(ASKED, seconds=1.0)) == SAID
    with pytest.raises(ModelUnavailable):
        again.complete(replace(ASKED, instructions="other rules"))
    assert len(again.missing) == 1


def test_a_changed_prompt_names_its_recordings(tmp_path: Path) -> None:
    RecordedModel(tmp_path, Live()).complete(ASKED)
    assert stale(tmp_path, ["tutor v1 abc"]) == []
    assert len(stale(tmp_path, ["tutor v2 def"])) == 1
