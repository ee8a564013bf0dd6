"""The planner has a plan for each thing that a message can do."""

from __future__ import annotations

from typing import cast

from agent.conversation.planning.planner import Planner
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.findings import Findings
from agent.understanding.acts import Act
from knowledge.retrieval.library import Library


def test_every_act_has_a_handler() -> None:
    planner = Planner(cast(Library, None), cast(CourseFacts, None), cast(Findings, None))
    assert set(planner.handlers) == set(Act)
