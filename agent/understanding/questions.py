"""Whether a text has the form of a question."""

from __future__ import annotations

import re

_START = re.compile(
    r"\W*((so|and|but|ok|okay|well|hm+|also|quick question|btw|hey|hi|hello)[\s,:-]+)*"
    r"(what|wh?at'?s|wat|why|how|when|where|which|who|is|are|does|do|can|could|should|would|will|may|"
    r"explain|describe|tell me about|define|compare|difference|i wonder|what if)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"(?:^|[.!?,:;\n]\s*)\W*(?:(?:so|and|but|ok|okay|well|hm+|hey|hi|then|also|please)[\s,:-]+)*"
    r"(?:is|are|was|were|does|do|did|can|could|should|would|will|may|must|has|have|am|isn't|aren't|doesn't|don't)\b"
    r"[^.!?\n]*(?:\?|$)|\byes or no\b|\byes/no\b|\bright\s*\?|\bcorrect\s*\?|\btrue\s*\?",
    re.IGNORECASE,
)


def looks_like_question(text: str) -> bool:
    return _START.match(text) is not None or text.rstrip().endswith("?")


def asks_yes_or_no(text: str) -> bool:
    return _YES_NO.search(text) is not None
