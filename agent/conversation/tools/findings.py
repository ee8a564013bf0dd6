"""What inspection says about the learner's files, and which finding a message means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from agent.conversation.tools.base import Arguments, Tool, ToolResult
from agent.conversation.view import View, key_of
from knowledge.retrieval.embedding import Vectors
from tools.credentials import masked
from tools.findings import Finding
from tools.uploads.files import Upload

_WRITTEN = re.compile(r"\b[A-Z]{3,}\b|\b[a-z]+_[a-z_]+\b")  # instructions and keys in a remark
_QUOTATION = re.compile(r"[“\"'‘]([^”\"'’]{8,120})[”\"'’]")
_PARTS = re.compile(r"[^a-z0-9_+.-]+")  # between the names in a word of a file: `node:22`, `api=1`
SHORTEST_THING = 3  # characters of a name that points at a line
NEAR = 0.42  # cosine from which words mean a finding; chosen on the moments that are not held out
LIKE = 0.6  # cosine between an answer and a remark from which the remark is an example of it
BLOCKING = 0.12  # what holding the gate back adds: people seldom mean advice
INSTRUCTION = 0.35  # what naming the line's own instruction adds to it

Embed = Callable[[Sequence[str]], Vectors]


class FindingsArguments(Arguments):
    meant: bool = False  # only the one that the message means
    key: str = Field("", max_length=300)  # a finding by its key: RULE@FILE:LINE


class Findings(Tool[FindingsArguments]):
    name = "findings"
    description = "What inspection found in the learner's newest files, what holds the gate back first."
    arguments = FindingsArguments
    instructors = False

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def offered(self, view: View) -> bool:
        return super().offered(view) and view.is_private

    def doing(self, view: View, arguments: FindingsArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "going through what your files show"

    def run(self, view: View, arguments: FindingsArguments) -> ToolResult:
        if arguments.key:
            found = [finding for finding in view.findings if key_of(finding) == arguments.key]
        elif arguments.meant:
            meant = self.meant(view)
            found = [meant] if meant else []
        else:
            found = list(view.findings)
        return ToolResult({"findings": [told(finding, view.upload) for finding in found]})

    def meant(self, view: View) -> Finding | None:
        """By our words said again, by line, by its number in a list, by its criterion, else by what is near it."""
        if not view.findings:
            return None
        return _quoted(view) or self._at_line(view) or _numbered(view) or self._of_words(view)

    def like(self, view: View, text: str) -> Finding | None:
        """The finding that a text speaks of closely; None where none is near."""
        message, *near = self._embed(
            [text[:600], *(f"{finding.message} {finding.question}" for finding in view.findings)]
        )
        scores = np.array(near) @ message
        best = int(np.argmax(scores))
        return view.findings[best] if scores[best] >= LIKE else None

    def _at_line(self, view: View) -> Finding | None:
        line = view.references.line
        at = [
            finding for finding in view.findings if line and finding.line <= line <= max(finding.end_line, finding.line)
        ]
        named = [finding for finding in at if finding.file == view.references.file]
        return self._nearest(view, named or at) if at else None

    def _nearest(self, view: View, found: Sequence[Finding]) -> Finding:
        if len(found) == 1:
            return found[0]
        return found[int(np.argmax(self._scores(view, found)))]

    def _of_words(self, view: View) -> Finding | None:
        of_criterion = [finding for finding in view.findings if finding.criterion == view.references.criterion]
        if view.references.criterion:
            return of_criterion[0] if of_criterion else None
        scores = self._scores(view, view.findings)
        best = int(np.argmax(scores))
        return view.findings[best] if scores[best] >= NEAR else None

    def _scores(self, view: View, found: Sequence[Finding]) -> np.ndarray[Any, Any]:
        texts = [f"{finding.message} {finding.question}" for finding in found]
        message, *near = self._embed([view.text[:400], *texts])
        raised = [
            INSTRUCTION * names_instruction(finding, view) + BLOCKING * (finding.effect is not None)
            for finding in found
        ]
        scores: np.ndarray[Any, Any] = np.array(near) @ message + np.array(raised)
        return scores


def names_instruction(finding: Finding, view: View) -> bool:
    """Whether the message names the instruction or key that stands on the finding's line, or that the remark misses."""
    head = line_of(finding, view.upload).lower().strip().split(" ", 1)[0].rstrip(":").strip("- ")
    missed = set(_WRITTEN.findall(finding.message))
    return any(word.lower() == head or word in missed for word in view.references.instructions)


def names_its_thing(finding: Finding, view: View) -> float:
    """How many words of the line, and of what the remark sets in code, the message holds; the latter count more."""
    said, remarked = _things(view.text), _things(" ".join(finding.message.split("`")[1::2]))
    stands = _things(line_of(finding, view.upload).partition(" ")[2])
    return len(said & (stands | remarked)) + len(said & remarked) / 2


def _things(text: str) -> set[str]:
    """Names as they stand, `g++`, and their parts, `node` of `node:22`."""
    parts = (word for part in text.lower().split() for word in (part.strip(".,;?!()[]'\"`"), *_PARTS.split(part)))
    return {part for part in parts if len(part) >= SHORTEST_THING}


def _numbered(view: View) -> Finding | None:
    listed, number = view.dialogue.listed, view.references.number
    if listed is None or listed.kind != "findings" or not 1 <= number <= len(listed.ids):
        return None
    return next((finding for finding in view.findings if key_of(finding) == listed.ids[number - 1]), None)


def _quoted(view: View) -> Finding | None:
    """Words of ours that the message says again, between marks."""
    said = [match.strip().lower() for match in _QUOTATION.findall(view.text)]
    return next((finding for finding in view.findings if any(words in finding.message.lower() for words in said)), None)


def quotes_remark(view: View) -> bool:
    return _quoted(view) is not None


def line_of(finding: Finding, upload: Upload) -> str:
    """What stands on its first line; empty where the file is no text any more."""
    file = upload.find(finding.file)
    lines = file.text.splitlines() if file else []
    return masked(lines[finding.line - 1].strip()) if 1 <= finding.line <= len(lines) else ""


def told(finding: Finding, upload: Upload) -> dict[str, Any]:
    return {
        "key": key_of(finding),
        "rule": finding.rule,
        "criterion": finding.criterion,
        "file": finding.file,
        "line": finding.line,
        "stands": line_of(finding, upload),
        "message": finding.message,
        "question": finding.question,
        "blocks": finding.effect is not None,
    }
