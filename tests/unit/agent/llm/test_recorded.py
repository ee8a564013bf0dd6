"""Recordings: the same request gets the same answer, another asks nobody, and a changed prompt names what is stale."""

from __future__ import annotations

import json
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
        again.complete(replace(ASKED, messages=[Message("user", "good bye")]))
    assert len(again.missing) == 1


def test_the_same_question_among_other_facts_gets_what_was_said_to_it(tmp_path: Path) -> None:
    RecordedModel(tmp_path, Live()).complete(ASKED)
    again = RecordedModel(tmp_path)
    assert again.complete(replace(ASKED, instructions="other facts", prompt="tutor v2 def")) == SAID
    assert (len(again.elsewhere), again.missing) == (1, [])
    looked_up = [*ASKED.messages, Message("assistant", ""), Message("tool", "{}", call_id="1")]
    with pytest.raises(ModelUnavailable):
        again.complete(replace(ASKED, messages=looked_up, prompt="tutor v2 def"))
    with pytest.raises(ModelUnavailable):
        again.complete(replace(ASKED, instructions="others", prompt="grounding v1 abc"))


def test_of_a_structured_question_the_sentences_count_and_not_their_sources(tmp_path: Path) -> None:
    def asked(sentence: str, source: str) -> Request:
        said = {"sentences": [{"number": 1, "text": sentence, "sources": {"card:a": source}}]}
        return replace(ASKED, messages=[Message("user", json.dumps(said))], prompt="grounding v1 abc")

    RecordedModel(tmp_path, Live()).complete(asked("A digest is a hash.", "old"))
    again = RecordedModel(tmp_path)
    assert again.complete(asked("A digest is a hash.", "new")) == SAID
    with pytest.raises(ModelUnavailable):
        again.complete(asked("A tag is a hash.", "new"))


def test_a_changed_prompt_names_its_recordings(tmp_path: Path) -> None:
    RecordedModel(tmp_path, Live()).complete(ASKED)
    assert stale(tmp_path, ["tutor v1 abc"]) == []
    assert [name.partition(".json ")[2] for name in stale(tmp_path, ["tutor v2 def"])] == ["(tutor v1 abc: “hello”)"]
