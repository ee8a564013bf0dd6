"""What the contributors' guide shows for each "how to add" works as it stands there."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import yaml
from pydantic import TypeAdapter

from agent.app import Knowledge
from agent.conversation.planning.planner import Planner
from agent.conversation.tools.base import Tool, ToolCall
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.view import View
from agent.understanding.acts import About, Act
from knowledge.course.cards import CardEntry
from knowledge.course.loader import load_course
from tests.guide import shown
from tools.dockerfile.parser import parse
from tools.dockerfile.stages import stages
from tools.inspection.rule import DockerfileRule, Subject
from tools.sandbox.build.refusals import refusal
from tools.uploads.files import SourceFile, Upload


def _module(folder: Path, heading: str) -> Mapping[str, Any]:
    file = folder / "shown.py"
    file.write_text(shown(heading, "python"), "utf-8")
    return runpy.run_path(str(file))


def test_the_card_is_one_of_the_container_lesson() -> None:
    (card,) = TypeAdapter(list[CardEntry]).validate_python(yaml.safe_load(shown("An answer card", "yaml")))
    lesson = load_course().lessons[0]
    assert card.id not in {other.id for other in lesson.cards}
    assert {*card.follow_ups} <= {other.id for other in lesson.cards}
    assert all(lesson.section(cite.partition("#")[2]) for cite in card.cites)
    asked = {phrasing.lower() for other in (*load_course().cards, *lesson.cards) for phrasing in other.asks}
    assert not asked & {phrasing.lower() for phrasing in card.asks}


def test_the_tool_runs_in_the_registry(tmp_path: Path) -> None:
    tool: Tool[Any] = _module(tmp_path, "A tool for the mind")["Readings"]()
    lesson = load_course().lessons[0]
    view = SimpleNamespace(context=SimpleNamespace(lesson=lesson, person=SimpleNamespace(is_instructor=False)))
    result = ToolRegistry([tool]).run(ToolCall("readings"), cast("View", view))
    assert result.content["readings"][0]["url"] == lesson.readings[0].url


def test_the_messages_of_the_act_are_labelled_like_the_others() -> None:
    cases = yaml.safe_load(shown("A dialogue act", "yaml"))
    assert all(set(case) == {"text", "act", "about"} for case in cases)
    assert {case["about"] for case in cases} <= set(About)
    assert not {case["act"] for case in cases} & set(Act)


def test_every_act_has_a_plan() -> None:
    nothing: Any = None
    assert set(Planner(nothing, nothing, nothing).handlers) == set(Act)


def test_the_rule_finds_what_its_first_example_shows(tmp_path: Path) -> None:
    (rule,) = _module(tmp_path, "An inspection rule")["RULES"]
    assert [_hits(rule, text) for text in (rule.bad, rule.good)] == [1, 0]


def _hits(rule: DockerfileRule, text: str) -> int:
    file, parsed = SourceFile("Dockerfile", text.encode()), parse(text)
    return len(rule.findings(Subject(file, Upload.of([file]), parsed, tuple(stages(parsed)), None)))


def test_the_suite_measures(tmp_path: Path) -> None:
    suite = _module(tmp_path, "An evaluation suite")["SUITE"]
    figures = suite.run(cast("Knowledge", SimpleNamespace(course=load_course())))
    assert figures["cards"] > figures["longest"] > figures["median"] > 0


def test_the_migration_goes_both_ways(tmp_path: Path) -> None:
    migration = _module(tmp_path, "A migration")
    assert int(migration["revision"]) == int(migration["down_revision"]) + 1
    assert callable(migration["upgrade"])
    assert callable(migration["downgrade"])


def test_the_hostile_upload_is_refused_as_it_says() -> None:
    (case,) = yaml.safe_load(shown("A hostile upload", "yaml"))["cases"].values()
    refused = refusal(case["files"]["Dockerfile"])
    assert refused is not None
    assert refused.rule == case["refused"]
