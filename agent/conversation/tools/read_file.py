"""The learner's newest file, at some lines."""

from __future__ import annotations

from pydantic import Field

from agent.conversation.tools.base import Arguments, Tool, ToolResult
from agent.conversation.view import View
from tools.credentials import masked
from tools.errors import UnreadableFile

MAX_LINES = 120


class ReadFileArguments(Arguments):
    path: str = Field("", max_length=300)  # the only file of its kind where it is empty
    first: int = Field(1, ge=1)
    last: int = Field(MAX_LINES, ge=1)
    instruction: str = Field("", max_length=40)  # only lines that begin with this instruction or key


class ReadFile(Tool[ReadFileArguments]):
    name = "read_file"
    description = "Lines of the learner's newest file, with their numbers."
    arguments = ReadFileArguments
    instructors = False

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: ReadFileArguments) -> str:
        """Only files that are there are named."""
        files = [file.path for file in view.upload if file.path == arguments.path]
        named = files[0] if files else "files"
        if arguments.last == arguments.first:
            return f"reading line {arguments.first} of your {named}"
        if arguments.instruction.isalnum():
            return f"reading {arguments.instruction.upper()} in your {named}"
        return f"reading your {named}"

    def run(self, view: View, arguments: ReadFileArguments) -> ToolResult:
        files = [file for file in view.upload if arguments.path in ("", file.path)]
        lines: list[dict[str, object]] = []
        for file in files:
            try:
                stand = file.text.splitlines()
            except UnreadableFile:
                continue
            lines += [
                {"file": file.path, "line": number, "text": masked(text.strip())}
                for number, text in enumerate(stand, start=1)
                if arguments.first <= number <= arguments.last and _begins(text, arguments.instruction)
            ]
        return ToolResult({"lines": lines[:MAX_LINES]})


def _begins(text: str, instruction: str) -> bool:
    word = text.strip().lstrip("- ").partition(" ")[0].rstrip(":")
    return not instruction or word.lower() == instruction.lower()
