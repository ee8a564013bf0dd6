"""Tokens of a call that nobody counted: a server without figures, or a call that was broken off."""

from __future__ import annotations

import json
from collections.abc import Sequence

from agent.llm.port import Request, ToolCall, Usage

CHARACTERS = 4  # of a token, about


def estimated(request: Request, text: str = "", calls: Sequence[ToolCall] = ()) -> Usage:
    given = len(request.instructions) + sum(len(message.text) + len(str(message.calls)) for message in request.messages)
    given += sum(len(json.dumps(dict(tool.parameters))) + len(tool.description) for tool in request.tools)
    return Usage(given // CHARACTERS, (len(text) + len(str(calls))) // CHARACTERS, estimated=True)
