"""A line or two of a Dockerfile or Compose file, looked at by the same checks as a file; nothing is handed in by it."""

from __future__ import annotations

import re

from pydantic import Field

from agent.conversation.tools.base import Arguments, Tool, ToolResult
from agent.conversation.tools.findings import told
from agent.conversation.view import View
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

BASE = "FROM busybox:1.36.1\n"  # what makes a Dockerfile of a fragment, and has no finding of its own on its lines
LONGEST = 4_000
_FENCED = re.compile(r"```[\w.-]*\n?(.*?)```|`([^`\n]{6,})`", re.DOTALL)
_INSTRUCTION = re.compile(
    r"^[ \t]*((?:FROM|RUN|CMD|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|HEALTHCHECK)[ \t]+\S.*)$",
    re.MULTILINE,
)
_INLINE = re.compile(r"((?:RUN|CMD|ENV|ADD|COPY|ENTRYPOINT|USER|HEALTHCHECK|FROM)[ \t]+(?:\[[^\]]*\]|\S[^\n]*))")


class SnippetArguments(Arguments):
    text: str = Field(max_length=LONGEST)


class Snippet(Tool[SnippetArguments]):
    name = "snippet"
    description = "Check a fragment of a Dockerfile that was pasted to ask about it."
    arguments = SnippetArguments

    def doing(self, view: View, arguments: SnippetArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "checking the lines that you pasted"

    def run(self, view: View, arguments: SnippetArguments) -> ToolResult:  # noqa: ARG002 - no person's files are looked at
        own = arguments.text.lstrip().upper().startswith("FROM")
        text = arguments.text if own else BASE + arguments.text
        upload = Upload.of([SourceFile("Dockerfile", f"{text.strip()}\n".encode())])
        first = 1 if own else BASE.count("\n") + 1
        found = [
            finding
            for finding in inspect(upload, linter=None).findings
            if finding.line >= first and finding.effect is not None and finding.rule not in _OF_WHOLE_FILES
        ]
        return ToolResult({"read": True, "findings": [told(finding, upload) for finding in found]})


# What only a whole file can be blamed for.
_OF_WHOLE_FILES = frozenset(
    {"process-as-root", "process-missing", "context-unfiltered", "requirements-unseen", "base-untagged"}
)


def fragment_of(text: str) -> str:
    """The instructions in a message, fenced or not; empty where there are none."""
    fenced = [first or second for first, second in _FENCED.findall(text)]
    lines = [line for block in (fenced or [text]) for line in _INSTRUCTION.findall(block)]
    if not lines:
        lines = [match for block in (fenced or [text]) for match in _INLINE.findall(block)][:1]
    return "\n".join(lines)[:LONGEST]
