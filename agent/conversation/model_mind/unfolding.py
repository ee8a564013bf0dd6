"""A reply that is heard while it is being written: each segment goes out when it and all before it have passed."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import from_json

from agent.conversation.model_mind.composing import worded
from agent.conversation.model_mind.inspecting import Inspected, ReplyInspection
from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft, ReplyArguments, Segment, drafts_of

ANSWERS = frozenset({"answer", "outside", "refusal"})  # a nod or a question goes out with what it belongs to
REPLY = "reply"


class Unfolding:
    """`said` is out and stays, whatever becomes of the rest."""

    def __init__(self, inspection: ReplyInspection, matter: Matter) -> None:
        self.said: list[Draft] = []
        self._inspection, self._matter = inspection, matter
        self._firm: list[Draft] = []  # has passed; goes out with the first segment that answers
        self._halted = False  # a segment has to be judged with the whole reply, and all after it

    def watch(self, name: str, arguments: str) -> None:
        """A call for a tool is being written; raises TurnStopped where nobody waits for it."""
        self._matter.view.context.audience.stay()
        if name != REPLY or self._halted:
            return
        for draft in _whole(arguments, self._matter)[len(self._firm) :]:
            if not self._inspection.passes_by_code(draft, self._firm, self._matter):
                self._halted = True
                return
            self._let_out([*self._firm, draft])

    def settle(self, inspected: Inspected) -> None:
        """The whole reply was judged: what stands before the first refused segment goes out."""
        self._halted = True
        first = min((refusal.draft.number for refusal in inspected.refused), default=0)
        if first:
            self._let_out([draft for draft in inspected.kept if draft in self.said or draft.number < first])

    def _let_out(self, firm: Sequence[Draft]) -> None:
        self._firm = list(firm)
        if not any(draft.kind in ANSWERS or draft.slots for draft in firm):
            return
        heard, self.said = worded(self.said), self._firm
        self._matter.view.context.audience.hear(worded(firm)[len(heard) :])


def _whole(arguments: str, matter: Matter) -> list[Draft]:
    """All segments but the last, which may go on."""
    try:
        found = from_json(arguments, allow_partial=True)
        segments = [Segment.model_validate(part) for part in found.get("segments", [])[:-1]]
        return drafts_of(ReplyArguments(segments=segments), matter.book) if segments else []
    except (ValueError, ValidationError, AttributeError, TypeError):
        return []  # the whole call is judged at its end
