"""Sections into passages of a few sentences, each small enough to be about one thing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from knowledge.ingestion.documents import Document, Part, plain
from knowledge.retrieval.passages import Citation, Passage

MAX_CHARACTERS = 900
_BLOCK = re.compile(r"(```.*?```|~~~.*?~~~)|\n\s*\n", re.DOTALL)


def split(document: Document, *, url: str = "", licence: str = "", lesson: str = "") -> list[Passage]:
    passages = []
    for part in document.parts:
        address = f"{url}#{part.anchor or part.slug}" if url else ""
        citation = Citation(_title(part), document.source, part.slug, address)
        for number, text in enumerate(_chunks(part.text)):
            identifier = hashlib.sha256(f"{document.source}#{part.slug}#{number}#{text}".encode()).hexdigest()[:32]
            passages.append(Passage(identifier, text, " > ".join(part.path), citation, lesson, licence))
    return list({passage.id: passage for passage in passages}.values())


def _title(part: Part) -> str:
    return f"{part.path[0]}: {part.path[-1]}" if len(part.path) > 1 else part.path[0]


def _chunks(text: str) -> Iterator[str]:
    """Whole blocks as long as they fit together; a block that is too long alone is cut at sentences."""
    held = ""
    for block in _blocks(text):
        if held and len(held) + len(block) > MAX_CHARACTERS:
            yield held
            held = ""
        held = f"{held}\n\n{block}" if held else block
        while len(held) > MAX_CHARACTERS:
            cut = _cut(held)
            yield held[:cut].strip()
            held = held[cut:].strip()
    if held:
        yield held


def _blocks(text: str) -> Iterator[str]:
    for block in _BLOCK.split(text):
        if block and block.strip():
            yield block.strip()


def _cut(text: str) -> int:
    for mark in (". ", "\n", " "):
        place = text.rfind(mark, MAX_CHARACTERS // 3, MAX_CHARACTERS)
        if place > 0:
            return place + 1
    return MAX_CHARACTERS


_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z0-9“\"`])|\n{2,}|\n(?=\s*[-*\d])")


def sentences(text: str) -> list[str]:
    """Readable sentences of a passage: no code, no Markdown, list items one by one."""
    prose = re.sub(r"(```|~~~).*?(\1|\Z)", "\n\n", text, flags=re.DOTALL)
    found = []
    for piece in _SENTENCE.split(prose):
        bare = plain(re.sub(r"^\s*(?:[-*>]|\d+\.)\s+", "", piece))
        bare = " ".join(re.sub(r"^\s*[-*>|]\s*", "", bare).split())
        if len(bare.split()) > 3 and not bare.startswith(("|", "#")):
            found.append(bare)
    return found
