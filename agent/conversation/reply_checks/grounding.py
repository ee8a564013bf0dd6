"""Whether a segment's claims are in what it names as its sources: by code where it can tell, else by a second look of
the model, which quotes the words that say it. Code verifies the quote, and holds back what turns it round."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.known_words import KnownWords
from agent.conversation.reply_checks.segment import Draft
from agent.errors import ModelUnavailable
from agent.guardrails.opposites import claims_more, turned
from agent.guardrails.support import Supports, senses
from agent.llm.port import LanguageModel, Message
from agent.llm.prompts import Prompt, load_prompt
from knowledge.course.pack import Lesson
from knowledge.retrieval.lexical import words
from knowledge.retrieval.passages import Citation, Hit, Passage

CLAIM = 2  # words that the cards know, from which a sentence of an answer claims something
CLAIM_WITH_VALUE = 3  # the same where the engine puts a value into it
CLAIM_BESIDE = 2  # terms of the field that the person did not use, from which any other sentence claims something
# `evals/cases/support`: every true rewording shares half of its words with its section, most far more.
SHARED = 0.4  # of a claim's words, the share that its sources or the person use too
NEAR = 0.30  # cosine between a sentence and the quote that is to say it; below, the quote is of something else
PROMPT = Path(__file__).parents[1] / "prompts" / "grounding.md"
_ASKS = re.compile(r"\?[\s*_”\"]*$")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”)*_]*\s+|\n+")
_TOKEN = re.compile(r"[a-z0-9_'’]+(?:[.-][a-z0-9_]+)*")


class Judged(BaseModel):
    number: int
    verdict: Literal["says", "adds", "contradicts"]
    quote: str = Field(
        max_length=600, description="Copied from a source, without any change; empty where none says it."
    )


class Judgements(BaseModel):
    sentences: list[Judged]


@dataclass(frozen=True)
class Claim:
    """A sentence that claims something, and the segment that it stands in."""

    draft: Draft
    sentence: str

    @property
    def sources(self) -> Mapping[str, str]:
        return {fact.id: fact.known.strip() for fact in (*self.draft.sources, *self.draft.slots)}


class Grounding:
    """`knows` tells whether a stem is a word of the field."""

    name = "grounding"

    def __init__(
        self, model: LanguageModel, supports: Supports, knows: Callable[[Lesson], Callable[[str], bool]]
    ) -> None:
        self._model, self._supports, self._knows = model, supports, knows

    @property
    def prompt(self) -> Prompt:
        return load_prompt(PROMPT)

    def reasons(self, drafts: Sequence[Draft], matter: Matter) -> dict[int, str]:
        """By the number of the segment: why it does not stand on what it names."""
        found: dict[int, str] = {}
        open_claims: list[Claim] = []
        for draft in drafts:
            reason, left = self._by_code(draft, matter)
            open_claims += left
            if reason:
                found[draft.number] = reason
        for claim, reason in self._judged(open_claims, matter):
            found.setdefault(claim.draft.number, reason)
        return found

    def is_plain(self, draft: Draft, matter: Matter) -> bool:
        """Whether code alone sees all that it claims in its sources."""
        return self._by_code(draft, matter) == ("", [])

    def _by_code(self, draft: Draft, matter: Matter) -> tuple[str, list[Claim]]:
        """Why it can't stand, or else the claims that need a second look."""
        claims = [Claim(draft, sentence) for sentence in self._claims(draft, matter)]
        if reason := _unfounded(draft, claims, matter) or self._foreign(claims, matter):
            return reason, []
        return "", [claim for claim in claims if not self._states(claim)]

    def _claims(self, draft: Draft, matter: Matter) -> Iterable[str]:
        """What claims something: a sentence with words of the field that the person did not use themselves."""
        if draft.kind == "outside":
            return
        lesson = matter.view.context.lesson
        for sentence in filter(str.strip, _SENTENCE.split(draft.own)):
            if _ASKS.search(sentence):
                continue
            said = set(words(_without_titles(sentence, lesson)))
            if draft.kind == "answer":
                claims = len([stem for stem in said if self._knows(lesson)(stem)])
                least = CLAIM_WITH_VALUE if "…" in sentence else CLAIM
            else:
                claims, least = len((said & _terms(lesson)) - set(words(matter.view.text))), CLAIM_BESIDE
            if claims >= least:
                yield sentence.strip()

    def _foreign(self, claims: Sequence[Claim], matter: Matter) -> str:
        """A claim in other words than its sources' speaks of something else."""
        theirs = words(matter.learners_words)
        for claim in claims:
            said = set(words(claim.sentence))
            held = said & {*words("\n".join(claim.sources.values())), *theirs}
            if len(held) < SHARED * len(said):
                return f"“{claim.sentence}”: its sources speak of something else; name those that say it."
        return ""

    def _states(self, claim: Claim) -> bool:
        """Code alone sees that a source says it, nearly word for word."""
        hits = [Hit(Passage(name, text, "", Citation("", "", "", "")), 1.0) for name, text in claim.sources.items()]
        return self._supports.of(claim.sentence.replace("…", ""), hits) is not None

    def _judged(self, claims: Sequence[Claim], matter: Matter) -> Iterable[tuple[Claim, str]]:
        if not claims:
            return
        asked = {
            "message": matter.view.text[:1_000],
            "sentences": [
                {"number": number, "text": claim.sentence, "segment": claim.draft.own, "sources": dict(claim.sources)}
                for number, claim in enumerate(claims, start=1)
            ],
        }
        try:
            judged = self._model.structured(
                instructions=self.prompt.text,
                messages=[Message("user", json.dumps(asked, ensure_ascii=False))],
                shape=Judgements,
                prompt=self.prompt.name,
            )
        except ModelUnavailable:
            yield from ((claim, "It could not be compared with its sources in time.") for claim in claims)
            return
        by_number = {one.number: one for one in judged.sentences}
        for number, claim in enumerate(claims, start=1):
            if reason := self._objection(claim, by_number.get(number)):
                yield claim, reason

    def _objection(self, claim: Claim, judged: Judged | None) -> str:
        said = f"“{claim.sentence}”"
        if judged is None or judged.verdict != "says":
            against = judged is not None and judged.verdict == "contradicts"
            return f"{said}: its sources {'say otherwise' if against else 'do not say that'}."
        source = next((text for text in claim.sources.values() if _flat(judged.quote) in _flat(text)), None)
        if source is None or len(judged.quote.split()) < 3:
            return f"{said}: no source has the words that are to say it."
        if opposed(claim.sentence, judged.quote, source):
            return f"{said}: “{judged.quote}” says it otherwise; keep what it denies, limits and orders."
        return "" if self._nearness(claim.sentence, judged.quote) >= NEAR else f"{said}: its sources do not say that."

    def _nearness(self, sentence: str, quote: str) -> float:
        one, other = self._supports.embed([sentence, quote])
        return float(one @ other)


def _terms(lesson: Lesson) -> set[str]:
    """The terms of the field: what cards and sections are named for."""
    named = (*(card.id for card in lesson.cards), *(section.id for section in lesson.sections))
    return set(words(" ".join(named).replace("-", " "))) - set(words(" ".join(KnownWords.load().of_tutors)))


def _without_titles(sentence: str, lesson: Lesson) -> str:
    for criterion in lesson.rubric:
        sentence = sentence.replace(criterion.title, "").replace(criterion.id, "")
    return sentence


def _unfounded(draft: Draft, claims: Sequence[Claim], matter: Matter) -> str:
    if draft.kind == "ack" and KnownWords.load().confirm.match(draft.own) and not matter.accepted("record_answer"):
        return "A yes, a no or a “right” belongs into the answer that says why, with its sources."
    if claims and not draft.sources and not draft.slots:
        return f"“{claims[0].sentence}” is a claim: name the ids of the facts that say it as sources."
    return ""


def opposed(sentence: str, quote: str, source: str) -> bool:
    """Whether a sentence denies what the quote says, says it the other way round, or makes more of it."""
    said, held = _tokens(sentence), _tokens(quote)
    return claims_more(said, _tokens(source)) or turned(said, held) or _denies(sentence, quote)


def _denies(sentence: str, quote: str) -> bool:
    """The same word denied in one and not in the other."""
    said, held = set(senses(sentence)), set(senses(quote))
    return any(
        (f"not {stem}" in said and stem in held and f"not {stem}" not in held)
        or (f"not {stem}" in held and stem in said and f"not {stem}" not in said)
        for stem in {sense.removeprefix("not ") for sense in said | held}
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[`*_]", "", text).lower().split()).strip("\"“”'.… ")
