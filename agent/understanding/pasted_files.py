"""A file that is pasted into a message is a file that was sent, where its type can be told."""

from __future__ import annotations

from dataclasses import replace

from agent.domain.turn import Turn
from knowledge.markdown import code_blocks
from tools.artefacts.registry import artefact_type, pastings
from tools.uploads.files import SourceFile


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
    """Whether it is a whole file, and no fragment that somebody asks about."""
    artefact = artefact_type(file.kind)
    return artefact is None or artefact.pasting is None or artefact.pasting.complete.search(file.text) is not None


def _found(text: str) -> list[tuple[str, str]]:
    """(what to take out, what it holds) of each file: what stands in fences, or where there are none the lines."""
    fenced = code_blocks(text, indented=False)
    if fenced:
        return [(text[code.start : code.end], code.content) for code in fenced if _path_of(code.content)]
    pasting = next((pasting for _, pasting in pastings() if pasting.begins.search(text)), None)
    block = pasting.cut(text) if pasting else ""
    return [(block, block)] if _path_of(block) else []


def _path_of(block: str) -> str:
    """The name that such a file goes by; empty where it is none."""
    return next((name for name, pasting in pastings() if pasting.is_file(block)), "")
