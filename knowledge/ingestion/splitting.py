"""Sections into passages of a few sentences, each small enough to be about one thing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from knowledge.ingestion.documents import Document, Part
from knowledge.markdown import BlockKind, blocks, code_blocks, plain
from knowledge.retrieval.passages import Citation, Passage

MAX_CHARACTERS = 900  # tuned recall@3 is 0.983 with 600, 900 and 1,200 (`tutor eval retrieval --guides`, 2026-11-29)


def split(document: Document, *, url: str = "", lesson: str = "") -> list[Passage]:
    passages = []
    for part in document.parts:
        address = f"{url}#{part.anchor or part.slug}" if url else ""
        citation = Citation(_title(part), document.source, part.slug, address)
        for number, text in enumerate(_chunks(part.text)):
            identifier = hashlib.sha256(f"{document.source}#{part.slug}#{number}#{text}".encode()).hexdigest()[:32]
            passages.append(Passage(identifier, text, " > ".join(part.path), citation, lesson))
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
    """Code in one piece, all else by its blank lines."""
    begin = 0
    for code in code_blocks(text):
        yield from _paragraphs(text[begin : code.start])
        yield text[code.start : code.end]
        begin = code.end
    yield from _paragraphs(text[begin:])


def _paragraphs(text: str) -> Iterator[str]:
    yield from (paragraph.strip() for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip())


def _cut(text: str) -> int:
    for mark in (". ", "\n", " "):
        place = text.rfind(mark, MAX_CHARACTERS // 3, MAX_CHARACTERS)
        if place > 0:
            return place + 1
    return MAX_CHARACTERS


_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z0-9“\"`])")
_PROSE = (BlockKind.PARAGRAPH, BlockKind.ROW)


def sentences(text: str) -> list[str]:
    """Readable sentences of a passage: no code, no headings, no Markdown."""
    found = []
    for block in blocks(text):
        if block.kind in _PROSE:
            for piece in _SENTENCE.split(plain(block.content, tick="`")):
                bare = " ".join(piece.replace("`", "").split()).strip(" |")
                if len(bare.split()) > 3:
                    found.append(bare)
    return found
