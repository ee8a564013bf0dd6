"""A criterion's verdict and the evidence under it: a verbatim span of a file, or the receipt of a tool."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self

from tools.findings import Verdict
from tools.uploads.files import SourceFile


@dataclass(frozen=True)
class Span:
    """`start` and `end` count characters of the decoded file, end exclusive; `quote` is what stands there."""

    file: str
    file_digest: str
    start: int
    end: int
    quote: str
    span_digest: str

    @classmethod
    def cut(cls, file: SourceFile, start: int, end: int) -> Self:
        quote = file.text[start:end]
        return cls(file.path, file.digest, start, end, quote, _digest(quote))

    def holds_in(self, file: SourceFile) -> bool:
        """Whether the very bytes still carry this quote at this place."""
        there = file.digest == self.file_digest and file.text[self.start : self.end] == self.quote
        return there and bool(self.quote.strip()) and _digest(self.quote) == self.span_digest


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """What a tool or an instructor attests: `digest` is of the inputs that it looked at."""

    kind: str  # inspection | build | decision
    digest: str
    outcome: str
    tools: tuple[tuple[str, str], ...] = ()  # (name, version), sorted


@dataclass(frozen=True)
class Judgement:
    """One criterion in one review. `pending` waits for an instructor; `missing` is a question, never the fix.

    `disagreement` tells where the plan and the files that came with it cannot both be true.
    """

    criterion: str
    verdict: Verdict
    pending: bool = False
    spans: tuple[Span, ...] = ()
    receipt: Receipt | None = None
    missing: str = ""
    reason: str = ""
    disagreement: str = ""
