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


_WHY = re.compile(
    r"\W*(?:(?:so|and|but|ok|okay|then)\W+)*(?:what|why|how|when|where|which|who|wat|whats)\b", re.IGNORECASE
)
_CLAUSES = re.compile(r"[.!?;\n]+\s+|,\s+|\s+[-–]\s+")
_TYING = re.compile(r"\W*(?:(?:ok|okay|ah+|hm+|oh|well)\W+)*(?:and|so|but|then|also)\b", re.IGNORECASE)
_PARTS = re.compile(
    r"(?<=\?)\s*(?:and\s+)?|,?\s+and\s+(?=(?:what|why|how|do|does|is|are|can|which|where|when|should)\b)", re.IGNORECASE
)


def opens_with_why(text: str) -> bool:
    """Whether it asks for more than yes or no."""
    return _WHY.match(text) is not None


def clauses_of(text: str) -> list[str]:
    """Sentences and what stands between commas, semicolons and dashes."""
    return [part.strip() for part in _CLAUSES.split(text) if part.strip()]


def opens_by_tying(text: str) -> bool:
    """“and …”, “so …”: may go on with what was said, or only begin."""
    return _TYING.match(text) is not None


def questions_in(text: str) -> list[str]:
    """The questions of a message that asks several, each by itself."""
    parts = [part.strip() for part in _PARTS.split(text) if part and len(part.split()) > 1]
    asked = [part for part in parts if looks_like_question(part)]
    return asked if len(asked) > 1 else []


_OPINION = re.compile(
    r"\b(?:what|why) (?:do|did|would) (?:you|u) (?:think|believe|say|suppose)(?: that)? (?:i|we)\b"
    r"(?!['’]m\b| am\b| should\b)|"
    r"\bwhat (?:do|have) (?:you|u) (?:seen?|noticed?) (?:of|about) what i\b",
    re.IGNORECASE,
)


def asks_for_opinion(text: str) -> bool:
    """Whether it asks what the tutor thinks that the person knows, and why."""
    return _OPINION.search(text) is not None


_OTHERS = re.compile(
    r"\bwho(?:['’]s|\s+(?:is|are|else|has|have|all))\b[^.?!\n]*\b(?:stuck|gates?|hand(?:ed)?|passed|behind|ahead|best|worst|"
    r"submitted|learners?|students?|cohort)\b",
    re.IGNORECASE,
)


def asks_of_others(text: str) -> bool:
    """Whether it asks who of the cohort does or has done something."""
    return _OTHERS.search(text) is not None


def asks_yes_or_no(text: str) -> bool:
    return _YES_NO.search(text) is not None


_EMOJI_NAME = re.compile(r":[\w+'-]+:")  # as Slack writes an emoji


def says_a_word(text: str) -> bool:
    """Whether it holds more than emoji and punctuation."""
    return any(letter.isalnum() for letter in _EMOJI_NAME.sub(" ", text))
