"""The port of a check, and what all of them may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from agent.conversation.facts import FactBook
from agent.conversation.mind import Trail
from agent.conversation.reply_checks.segment import Draft
from agent.conversation.view import View


@dataclass(frozen=True)
class Matter:
    """The turn that a reply belongs to: who reads it, what is known, and what was done."""

    view: View
    book: FactBook
    trail: Trail

    @cached_property
    def learners_words(self) -> str:
        """What the person wrote, now and before, and what was answered: a reply may take it up."""
        return "\n".join([self.view.text, *(message.text for message in self.view.history)])

    def accepted(self, tool: str) -> bool:
        """Whether the engine did what was proposed to it in this turn."""
        pairs = zip(self.trail.calls, self.trail.results, strict=False)
        return any(call.name == tool and not result.refused for call, result in pairs)


class Check(Protocol):
    """Looks at one segment after those that stand already."""

    @property
    def name(self) -> str: ...

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:
        """Why it may not be said, in words that a mind can mend it by; empty where it may."""
        ...
