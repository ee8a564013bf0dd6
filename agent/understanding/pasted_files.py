"""A Dockerfile or Compose file that is pasted into a message is a file that was sent."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.turn import Turn
from knowledge.markdown import code_blocks
from tools.uploads.files import SourceFile

LEAST_LINES = 3  # of instructions; less is a line that somebody asks about
_INSTRUCTION = re.compile(
    r"^[ \t]*(FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|"
    r"SHELL)[ \t]+\S.*?(?<!\\)$",
    re.MULTILINE | re.DOTALL,
)
_PROCESS = re.compile(r"^[ \t]*(CMD|ENTRYPOINT)[ \t]", re.MULTILINE)
_FROM = re.compile(r"^[ \t]*FROM[ \t]+\S", re.MULTILINE)
_SERVICES = re.compile(r"^services[ \t]*:[ \t]*$", re.MULTILINE)
_YAML = re.compile(r"^([ \t]+\S.*|[\w.-]+[ \t]*:.*|#.*|---|[ \t]*)$")


def with_pasted(turn: Turn) -> Turn:
    """The turn with what was pasted as its files and the rest as its text; only in private, and beside no upload."""
    if turn.files or turn.refused or turn.channel is not None or turn.action is not None:
        return turn
    found = _found(turn.text)
    if not found:
        return turn
    files: dict[str, SourceFile] = {}
    text = turn.text
    for block, inside in found:
        path = _path_of(inside)
        files[path] = SourceFile(path, f"{inside.strip(chr(10))}\n".encode())
        text = text.replace(block, "", 1)
    return replace(turn, text=text.strip(), files=tuple(files.values()))


def is_complete(file: SourceFile) -> bool:
    """Whether it says what runs: a fragment that somebody asks about seldom does."""
    return _SERVICES.search(file.text) is not None or _PROCESS.search(file.text) is not None


def _found(text: str) -> list[tuple[str, str]]:
    """(what to take out, what it holds) of each file: what stands in fences, or where there are none the lines."""
    fenced = code_blocks(text, indented=False)
    if fenced:
        return [(text[code.start : code.end], code.content) for code in fenced if _path_of(code.content)]
    block = _instructions(text) if _FROM.search(text) else _stack(text)
    return [(block, block)] if _path_of(block) else []


def _instructions(text: str) -> str:
    found = list(_INSTRUCTION.finditer(text))
    return text[found[0].start() : found[-1].end()] if found else ""


def _stack(text: str) -> str:
    start = _SERVICES.search(text)
    if start is None:
        return ""
    kept = []
    for line in text[start.start() :].splitlines(keepends=True):
        if not _YAML.match(line.rstrip("\n")):
            break
        kept.append(line)
    return "".join(kept).rstrip()


def _path_of(inside: str) -> str:
    """The name that such a file goes by; empty where it is none."""
    if _FROM.search(inside) and len(_INSTRUCTION.findall(inside)) >= LEAST_LINES:
        return "Dockerfile"
    if _SERVICES.search(inside) and len(inside.strip().splitlines()) >= LEAST_LINES:
        return "compose.yaml"
    return ""
