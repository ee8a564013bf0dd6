"""The first call: which statements speak of a criterion's facets, in which words, and of what. It gives no verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from agent.grading.model_review.passages import Passage
from agent.grading.plan_review.guide import Facet, Guide
from agent.llm.port import LanguageModel, Message
from agent.llm.prompts import load_prompt
from knowledge.course.pack import Criterion

PROMPT = Path(__file__).parent / "prompts" / "facets.md"
EXAMPLES = 3  # of a facet that the model is shown


class Quote(BaseModel):
    statement: int
    words: str = Field(max_length=600, description="Copied from the statement, without any change.")


class Entry(BaseModel):
    facet: str
    quotes: list[Quote] = Field(min_length=1, max_length=3)
    about: Literal["own", "planned", "other", "former", "denied", "quoted"]


class Entries(BaseModel):
    entries: list[Entry]


@dataclass(frozen=True)
class Found:
    """Words of the plan that are to show a facet, each in its passage."""

    facet: Facet
    quotes: tuple[tuple[Passage, str], ...]

    @property
    def words(self) -> str:
        return " … ".join(words for _, words in self.quotes)

    @property
    def under(self) -> str:
        return self.quotes[0][0].under


def asked(model: LanguageModel, criterion: Criterion, guide: Guide, passages: Sequence[Passage]) -> list[Entry]:
    """What the model says; raises ModelUnavailable."""
    prompt = load_prompt(PROMPT)
    material = {
        "criterion": {"id": criterion.id, "title": criterion.title, "asks": criterion.met_when},
        "facets": [
            {"id": facet.id, "question": facet.missing, "examples": facet.examples[:EXAMPLES]} for facet in guide.facets
        ],
        "statements": [
            {"number": passage.number, "under": passage.under, "text": passage.text} for passage in passages
        ],
    }
    said = [Message("user", json.dumps(material, ensure_ascii=False))]
    return model.structured(instructions=prompt.text, messages=said, shape=Entries, prompt=prompt.name).entries


def is_believed(entries: Iterable[Entry], decoy: int) -> bool:
    """Whoever credits our denial reads too little, and so does whoever passes it over."""
    of_decoy = [entry for entry in entries if any(quote.statement == decoy for quote in entry.quotes)]
    return bool(of_decoy) and all(entry.about != "own" for entry in of_decoy)


def verified(entries: Iterable[Entry], guide: Guide, passages: Sequence[Passage]) -> Iterator[Found]:
    """What is said of the author's own system, in words that stand where they are said to stand."""
    facets = {facet.id: facet for facet in guide.facets}
    by_number = {passage.number: passage for passage in passages}
    for entry in entries:
        if entry.about == "own" and entry.facet in facets:
            quotes = tuple(_stands(entry, facets[entry.facet], by_number))
            if len(quotes) == len(entry.quotes):
                yield Found(facets[entry.facet], quotes)


def _stands(entry: Entry, facet: Facet, by_number: Mapping[int, Passage]) -> Iterator[tuple[Passage, str]]:
    for quote in entry.quotes:
        passage = by_number.get(quote.statement)
        if passage is not None and passage.holds(quote.words, denying=facet.negative):
            yield passage, quote.words
