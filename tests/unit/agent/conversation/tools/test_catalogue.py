"""Every tool has a file of its own, says what it is, and takes no more than it names."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, cast

import pytest

from agent.conversation import tools
from agent.conversation.answering import Answerer
from agent.conversation.tools.base import Arguments, Effect, Tool
from agent.conversation.tools.catalogue import all_tools
from knowledge.course.loader import load_course
from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.library import Library

FOLDER = Path(inspect.getfile(tools)).parent
OTHERS = {"__init__", "base", "catalogue", "registry"}


def _embed(texts: Any) -> Vectors:
    raise NotImplementedError


ALL = list(all_tools(load_course(), cast(Library, None), cast(Answerer, None), _embed, retention_days=30))
_each = pytest.mark.parametrize("tool", ALL, ids=[tool.name for tool in ALL])


def test_every_file_of_a_tool_is_in_the_catalogue() -> None:
    files = {file.stem for file in FOLDER.glob("*.py")} - OTHERS
    assert {_file(tool).stem for tool in ALL} == files


@_each
def test_a_tool_has_a_file_named_for_it(tool: Tool[Any]) -> None:
    assert _file(tool).parent == FOLDER
    assert _file(tool).stem in {tool.name, "instructors", "submit"}


@_each
def test_a_tool_says_what_it_is(tool: Tool[Any]) -> None:
    assert tool.name.isidentifier()
    assert tool.name == tool.name.lower()
    assert tool.description.endswith(".")
    assert len(tool.description) < 160


@_each
def test_a_tool_takes_nothing_that_it_does_not_name(tool: Tool[Any]) -> None:
    assert issubclass(tool.arguments, Arguments)
    assert tool.arguments.model_config.get("extra") == "forbid"
    assert tool.arguments.model_json_schema()["additionalProperties"] is False


@_each
def test_who_speaks_is_no_argument(tool: Tool[Any]) -> None:
    assert not {"person", "person_id", "learner", "role", "instructor", "level", "verdict"} & set(
        tool.arguments.model_fields
    )


@_each
def test_text_that_is_handed_to_a_tool_has_a_limit(tool: Tool[Any]) -> None:
    for name, field in tool.arguments.model_json_schema().get("properties", {}).items():
        assert field["type"] != "string" or "maxLength" in field, name


@_each
def test_what_changes_something_says_so(tool: Tool[Any]) -> None:
    recording = {"record_answer", "record_attempt"}
    changing = {"hint", "quiz", "experiment", "build", "take_files", "submit", "hold_for_instructor", "cohort"}
    assert (tool.effect is Effect.PROPOSE) is (tool.name in recording | changing)


@_each
def test_somebody_is_offered_it(tool: Tool[Any]) -> None:
    assert tool.learners or tool.instructors


def test_only_instructors_are_offered_the_cohort() -> None:
    assert [tool.name for tool in ALL if not tool.learners] == ["cohort"]


def _file(tool: Tool[Any]) -> Path:
    return Path(inspect.getfile(type(tool)))
