"""What the state of a finished turn tells of how it came to its reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.domain.turn import Trace


def traced(state: Mapping[str, Any]) -> Trace:
    reading, decision = state.get("reading") or {}, state.get("decision") or {}
    calls, results = state.get("calls") or (), state.get("results") or ()
    act = str(reading.get("act", ""))
    return Trace(
        act=act,
        about=str(reading.get("about", "")),
        sure=float(reading.get("odds", {}).get(act, 0.0)),
        topic=str(decision.get("topic", "")),
        references={name: value for name, value in (state.get("references") or {}).items() if value},
        tools=tuple(
            {**call, "content": result["content"], "refused": result["refused"]}
            for call, result in zip(calls, results, strict=False)
        ),
    )
