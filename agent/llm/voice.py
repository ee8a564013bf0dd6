"""How a decided reply gets its words. The decision is made before; a voice can only say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.llm.port import Message
from knowledge.course.pack import Question
from knowledge.retrieval.passages import Hit


def _nothing(said: str) -> bool:  # noqa: ARG001 - the shape of a measure
    """Where no learner's files are known, nothing can be given away."""
    return False


@dataclass(frozen=True)
class Brief:
    """What is to be said: `draft` is the whole reply in the offline wording, with markers [1]… for `hits`.

    `closing` is the one question back (or empty); a voice ends with it unchanged.
    `gives_away` measures whether words would do a learner's work for them.
    """

    purpose: str  # the intent that is answered
    learner_text: str
    draft: str
    closing: str = ""
    hits: tuple[Hit, ...] = ()
    history: tuple[Message, ...] = ()
    gives_away: Callable[[str], bool] = _nothing


class Voice(Protocol):
    def word(self, brief: Brief, *, emit: Callable[[str], None]) -> str:
        """The final text; `emit` gets it piece by piece where it is long enough to stream. Never raises."""
        ...

    def guess(self, text: str, choices: Sequence[str]) -> str | None:
        """A model's proposal among `choices`, or None."""
        ...

    def quotes(self, text: str, question: Question) -> Mapping[str, str]:
        """A model's proposal: a point of the question, and the learner's own words for it. Never raises."""
        ...


class OfflineVoice:
    """Needs no model: says the draft as it stands."""

    def word(self, brief: Brief, *, emit: Callable[[str], None]) -> str:  # noqa: ARG002 - nothing to stream
        return f"{brief.draft}\n\n{brief.closing}".strip()

    def guess(self, text: str, choices: Sequence[str]) -> str | None:  # noqa: ARG002 - the port's shape
        return None

    def quotes(self, text: str, question: Question) -> Mapping[str, str]:  # noqa: ARG002 - the port's shape
        return {}
