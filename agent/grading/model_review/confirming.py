"""The second call, blind: it sees quoted words and one yes-or-no question each, beside two sentences of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from agent.grading.model_review.decoys import Decoys
from agent.grading.model_review.finding import Found
from agent.llm.port import LanguageModel, Message
from agent.llm.prompts import load_prompt

PROMPT = Path(__file__).parent / "prompts" / "quotes.md"


class Answer(BaseModel):
    number: int
    yes: bool


class Answers(BaseModel):
    answers: list[Answer]


def confirmed(model: LanguageModel, found: Sequence[Found], decoys: Decoys) -> list[Found] | None:
    """What it says yes to; None where it says yes to our denial, or no to our example. Raises ModelUnavailable."""
    ours = [(decoys.denial, "", decoys.facet.missing), (decoys.example, "", decoys.facet.missing)]
    items = [*((one.words, one.under, one.facet.missing) for one in found), *ours]
    order = sorted(range(len(items)), key=lambda at: hashlib.sha256(items[at][0].encode()).digest())
    said = _asked(model, [items[at] for at in order])
    yes = {order[number - 1] for number in said if 0 < number <= len(order)}
    if len(found) in yes or len(found) + 1 not in yes:
        return None
    return [one for at, one in enumerate(found) if at in yes]


def _asked(model: LanguageModel, items: Sequence[tuple[str, str, str]]) -> set[int]:
    """The numbers that were answered with yes, and never with no."""
    prompt = load_prompt(PROMPT)
    material = [
        {"number": number, "words": words, "under": under, "question": question}
        for number, (words, under, question) in enumerate(items, start=1)
    ]
    asked = [Message("user", json.dumps({"items": material}, ensure_ascii=False))]
    found = model.structured(instructions=prompt.text, messages=asked, shape=Answers, prompt=prompt.name).answers
    return {answer.number for answer in found if answer.yes} - {answer.number for answer in found if not answer.yes}
