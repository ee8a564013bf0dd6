"""Whether a text has the form of a question."""

from __future__ import annotations

import re

_START = re.compile(
    r"\W*((so|and|but|ok|okay|well|hm+|also|quick question|btw|hey|hi|hello)[\s,:-]+)*"
    r"(what|wh?at'?s|wat|why|how|when|where|which|who|is|are|does|do|can|could|should|would|will|may|"
    r"explain|describe|tell me about|define|compare|difference|i wonder|what if)\b",
    re.IGNORECASE,
)


def looks_like_question(text: str) -> bool:
    return _START.match(text) is not None or text.rstrip().endswith("?")


_CLAUSES = re.compile(r"[.!?;\n]+\s+|,\s+|\s+[-–]\s+")
_TYING = frozenset({"and", "so", "but", "then", "also"})
_BEFORE_TYING = frozenset({"ok", "okay", "ah", "aah", "hm", "hmm", "oh", "well"})


def clauses_of(text: str) -> list[str]:
    """Sentences and what stands between commas, semicolons and dashes."""
    return [part.strip() for part in _CLAUSES.split(text) if part.strip()]


def opens_by_tying(text: str) -> bool:
    """“and …”, “so …”: may go on with what was said, or only begin."""
    said = [word.strip(".,!-–:").lower() for word in text.split()]
    return next((word for word in said if word and word not in _BEFORE_TYING), "") in _TYING


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


_EMOJI_NAME = re.compile(r":[\w+'-]+:")  # as Slack writes an emoji


def says_a_word(text: str) -> bool:
    """Whether it holds more than emoji and punctuation."""
    return any(letter.isalnum() for letter in _EMOJI_NAME.sub(" ", text))
