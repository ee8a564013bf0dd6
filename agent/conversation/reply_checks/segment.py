"""A reply in pieces: each says what kind it is and what it stands on, and leaves the engine's values to the engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from agent.conversation.facts import Fact, FactBook
from agent.conversation.tools.base import Arguments

MAX_SEGMENTS = 10
SLOT = re.compile(r"(?<![$\w])\{([A-Za-z][\w.:@/#-]*)\}")

Kind = Literal["answer", "ack", "refusal", "question", "outside"]


class Segment(Arguments):
    kind: Kind = Field(description="What it does: see the rules.")
    text: str = Field(max_length=1_200, description="One to three sentences; values of facts as {id}.")
    sources: list[str] = Field(
        default=[], max_length=8, description="Ids of the facts, cards and passages it rests on."
    )


class ReplyArguments(Arguments):
    segments: list[Segment] = Field(min_length=1, max_length=MAX_SEGMENTS, description="In the order of reading.")


@dataclass(frozen=True)
class Draft:
    """A segment with its values put in. `own` is what the model wrote itself; `faults` are ids that no fact has."""

    number: int
    kind: Kind
    text: str
    own: str
    slots: tuple[Fact, ...]
    sources: tuple[Fact, ...]
    faults: tuple[str, ...] = ()

    @property
    def known(self) -> str:
        """Everything that it stands on."""
        return "\n".join(fact.known for fact in (*self.sources, *self.slots))


def drafts_of(reply: ReplyArguments, book: FactBook) -> list[Draft]:
    return [_draft(number, segment, book) for number, segment in enumerate(reply.segments, start=1)]


def _draft(number: int, segment: Segment, book: FactBook) -> Draft:
    named = SLOT.findall(segment.text)
    slots = tuple(book[name] for name in dict.fromkeys(named) if name in book)
    sources = tuple(book[name] for name in dict.fromkeys(segment.sources) if name in book)
    text = SLOT.sub(lambda match: book[match[1]].text if match[1] in book else match[0], segment.text).strip()
    own = SLOT.sub(" … ", segment.text).strip()
    missing = tuple(name for name in dict.fromkeys([*named, *segment.sources]) if name not in book)
    return Draft(number, segment.kind, text, own, slots, sources, missing)


def joined(drafts: Sequence[Draft]) -> str:
    """As a person reads it: a question and what has lines of its own stand apart."""
    text = ""
    for draft in drafts:
        apart = "\n" in draft.text or "\n" in text.rpartition("\n\n")[2] or draft.kind == "question"
        text += f"{chr(10) * 2 if apart else ' '}{draft.text}" if text else draft.text
    return text
