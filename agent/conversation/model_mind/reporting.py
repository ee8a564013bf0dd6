"""What a turn of the model came to, for logs, figures and evaluations: counts and names, never what was said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.llm.spans import Value, note

_log = logging.getLogger(__name__)


@dataclass
class MindReport:
    """`refused` names the check of each segment that was not said; `fallback` says why the tutor went on without."""

    prompt: str = ""
    model: str = ""
    steps: int = 0  # calls for tools or a reply; looks at the grounding come beside them
    tools: list[str] = field(default_factory=list)
    first_offered: int = 0  # segments of the first reply
    offered: int = 0  # of the last one
    kept: int = 0
    sent_back: int = 0  # segments of the first reply that went back with a reason
    refused: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # of what was sent back: for evaluations, not for logs
    fallback: str = ""


Observer = Callable[[MindReport], None]


def log(report: MindReport) -> None:
    """One line a turn, with the names of the field's conventions (gen_ai.*); the turn's span has the same."""
    said: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.request.model": report.model,
        "gen_ai.prompt.name": report.prompt,
        "gen_ai.tool.calls": ",".join(report.tools),
        "tutor.steps": report.steps,
        "tutor.segments.offered": report.offered,
        "tutor.segments.kept": report.kept,
        "tutor.segments.sent_back": report.sent_back,
        "tutor.segments.refused": ",".join(report.refused),
        "tutor.fallback": report.fallback,
    }
    note({name: value for name, value in said.items() if value not in ("", 0)})
    _log.info("model turn: %s", " ".join(f"{name}={value}" for name, value in said.items() if value not in ("", 0)))
