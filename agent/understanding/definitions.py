"""Questions for what a word means, and the sentences that say it."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"\W*(?:(?:so|ok|okay|hey|hi|hello|and|but|sorry|please|quick question)\W+)*"
    r"(?:(?:what|wat|whats|what's|what’s)(?:\s+(?:is|are|does))?|define|explain)\s+(?:(?:an?|the|this)\s+)?"
    r"(?P<term>[\w.-]+(?:\s+[\w.-]+){0,2}?)(?:\s+(?:mean|means|exactly|again|actually|in docker|for))?\W*",
    re.IGNORECASE,
)
_OURS = re.compile(r"^(?:docker|container|linux)\s+", re.IGNORECASE)  # what every word here is about
# What follows a subject: a verb, by its ending; a noun would make another subject of it, and a denial says nothing.
_VERB = r"(?:\s*\([^)]*\))?\s+(?!(?:is|are|does|do|can)\s+(?:no|not|never)\b)(?:only\s+|also\s+)?"


class Term:
    """A word or two whose meaning is asked for."""

    def __init__(self, term: str) -> None:
        forms = sorted({_stem(term), _stem(_OURS.sub("", term))}, key=len, reverse=True)
        words = "|".join(re.escape(form) for form in forms)
        one, several = rf"(?:{words}){_VERB}(?:\w+s|can)\b", rf"(?:{words})s{_VERB}\w+"
        self._names = re.compile(rf"\b(?:{words})s?\b", re.IGNORECASE)
        self._defines = re.compile(rf"(?:(?:an?|the)\s+)?(?:{one}|{several})|.*\((?:{words})s?\)", re.IGNORECASE)

    @classmethod
    def asked(cls, question: str) -> Term | None:
        """None where a question is no such one."""
        found = _ASKS.fullmatch(question)
        return cls(found["term"]) if found else None

    def is_in(self, sentence: str) -> bool:
        return self._names.search(sentence) is not None

    def is_defined_by(self, sentence: str) -> bool:
        """Whether it is the sentence's subject, or what the sentence puts in brackets after the long form."""
        return self._defines.match(sentence) is not None


def _stem(term: str) -> str:
    return term if len(term) < 4 or term.endswith("ss") else term.removesuffix("s")
