"""A file that is pasted into a message is a file that was sent, where its type can be told."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.turn import Turn
from tools.artefacts.registry import artefact_type, pastings
from tools.uploads.files import SourceFile

_FENCE = re.compile(r"```[\w.-]*[ \t]*\n?(.*?)```", re.DOTALL)


def with_pasted(turn: Turn) -> Turn:
    """The turn with what was pasted as its files and the rest as its text; only in private, and beside no upload."""
    if turn.files or turn.refused or turn.channel is not None or turn.action is not None:
        return turn
    found = _fenced(turn.text) or _bare(turn.text)
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
    """Whether it is a whole file, and no fragment that somebody asks about."""
    artefact = artefact_type(file.kind)
    return artefact is None or artefact.pasting is None or artefact.pasting.complete.search(file.text) is not None


def _fenced(text: str) -> list[tuple[str, str]]:
    """(what to take out, what it holds) of each block between fences that is a file."""
    return [(match.group(), match.group(1)) for match in _FENCE.finditer(text) if _path_of(match.group(1))]


def _bare(text: str) -> list[tuple[str, str]]:
    """A file without fences: from its first line to the last that can belong to it."""
    if "```" in text:
        return []
    pasting = next((pasting for _, pasting in pastings() if pasting.begins.search(text)), None)
    block = pasting.cut(text) if pasting else ""
    return [(block, block)] if _path_of(block) else []


def _path_of(block: str) -> str:
    """The name that such a file goes by; empty where it is none."""
    return next((name for name, pasting in pastings() if pasting.is_file(block)), "")
