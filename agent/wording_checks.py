"""What a model's sentence must pass before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.leaks.offers import Kind, offers
from agent.voice import Brief
from knowledge.passages import Citation, Hit, Passage

Unsupported = Callable[[str, Sequence[Hit]], Sequence[str]]  # the sentences of a text that no passage supports

MAX_SENTENCE = 600
_MARKER = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LINK = re.compile(r"https?://\S+|<[@#!][^>]*>|\bwww\.\S+", re.IGNORECASE)
# What only the engine says: a verdict, a gate's state, praise that nobody measured.
_VERDICT = re.compile(
    r"\b(?:you(?:r \w+)? (?:have |has )?pass(?:ed|es)?|(?:is|are|marked|now|counts as) (?:fully )?"
    r"(?:met|passed|approved|waived|unlocked|complete)|gate is|unlock(?:s|ed)|approved|congratulations|"
    r"perfect(?:ly)?|flawless|brilliant|genius|amazing|excellent|outstanding|"
    r"great (?:job|work|question)|best (?:student|learner))\b",
    re.IGNORECASE,
)
_PERSONA = re.compile(
    r"\b(?:as an ai|language model|system prompt|my instructions|the draft|the passages?|ignore (?:all|previous)|"
    r"developer mode|as (?:you )?requested by)\b",
    re.IGNORECASE,
)


class Checks:
    """Over one brief and the passages that the model has seen."""

    def __init__(self, brief: Brief, hits: Sequence[Hit], unsupported: Unsupported) -> None:
        self._brief, self._hits, self._unsupported = brief, hits, unsupported
        self._sources = "\n".join([brief.draft, brief.closing, *(hit.passage.text for hit in hits)])

    def passes(self, sentence: str, before: Sequence[str]) -> bool:
        return (
            len(sentence) <= MAX_SENTENCE
            and not sentence.rstrip(' *_”"').endswith("?")
            and self._says_no_more_than_the_engine(sentence)
            and self._is_grounded(sentence)
            and not self._brief.gives_away(" ".join([*before, sentence]))
        )

    def _says_no_more_than_the_engine(self, sentence: str) -> bool:
        new = [
            match.group()
            for pattern in (_VERDICT, _PERSONA, _LINK)
            for match in pattern.finditer(sentence)
            if match.group().lower() not in self._brief.draft.lower()
        ]
        return not new

    def _is_grounded(self, sentence: str) -> bool:
        """Markers, numbers and code come from the draft or a passage; the rest is near to one of them."""
        known = set(range(1, len(self._brief.hits) + 1))
        if not {int(one) for one in _MARKER.findall(sentence)} <= known:
            return False
        if not set(_NUMBER.findall(_MARKER.sub("", sentence))) <= set(_NUMBER.findall(self._sources)):
            return False
        code = [one.text for one in offers(sentence) if one.kind is not Kind.DEED]
        if any(_flat(one) not in _flat(self._sources) for one in code):
            return False
        return not self._unsupported(sentence, [*self._hits, _as_passage(self._brief.draft)])


def _as_passage(draft: str) -> Hit:
    """What was decided supports a sentence too."""
    return Hit(Passage("draft", draft, "", Citation("", "", "", "")), 1.0)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
