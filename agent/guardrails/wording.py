"""What a model's sentence must pass before anybody sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from agent.guardrails.leaks.offers import offers
from agent.guardrails.support import bare
from agent.llm.voice import Brief
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.passages import Citation, Hit, Passage
from tools.artefacts.offer import OfferKind

Support = Callable[[str, Sequence[Hit]], int | None]  # the index of the passage that says what a sentence says

MAX_SENTENCE = 600
_MARKER = re.compile(r"\s*\[(\d+)\]")
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

    def __init__(self, brief: Brief, hits: Sequence[Hit], support: Support) -> None:
        self._brief, self._hits, self._support = brief, hits, support
        self._sources = "\n".join([brief.draft, brief.closing, *(hit.passage.text for hit in hits)])

    def worded(self, sentence: str, before: Sequence[str]) -> str | None:
        """The sentence with the marker of what supports it, or None where it may not be said."""
        if len(sentence) > MAX_SENTENCE or sentence.rstrip(' *_”"').endswith("?"):
            return None
        if not (self._says_no_more_than_the_engine(sentence) and self._has_known_parts(sentence)):
            return None
        said = sentences(bare(sentence)) or [bare(sentence)]  # what is too short to be quoted is a claim as well
        supports = [
            self._support(other_sentence, [*self._hits, _as_passage(self._brief.draft)]) for other_sentence in said
        ]
        if None in supports or self._brief.gives_away(" ".join([*before, sentence])):
            return None
        return self._marked(sentence, {support for support in supports if support is not None})

    def _marked(self, sentence: str, supports: set[int]) -> str:
        """A passage that the draft cites is named by its number there; what the engine decided needs none."""
        if len(self._hits) in supports or not supports:
            return sentence
        numbers = sorted(support + 1 for support in supports if support < len(self._brief.hits))
        return " ".join([bare(sentence), *(f"[{number}]" for number in numbers)])

    def _says_no_more_than_the_engine(self, sentence: str) -> bool:
        new = [
            match.group()
            for pattern in (_VERDICT, _PERSONA, _LINK)
            for match in pattern.finditer(sentence)
            if match.group().lower() not in self._brief.draft.lower()
        ]
        return not new

    def _has_known_parts(self, sentence: str) -> bool:
        """Markers, numbers and code come from the draft or a passage."""
        known = set(range(1, len(self._brief.hits) + 1))
        if not {int(match) for match in _MARKER.findall(sentence)} <= known:
            return False
        if not set(_NUMBER.findall(_MARKER.sub("", sentence))) <= set(_NUMBER.findall(self._sources)):
            return False
        code = [offer.text for offer in offers(sentence) if offer.kind is not OfferKind.DEED]
        return all(_flat(line) in _flat(self._sources) for line in code)


def _as_passage(draft: str) -> Hit:
    """What was decided supports a sentence too."""
    return Hit(Passage("draft", draft, "", Citation("", "", "", "")), 1.0)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
