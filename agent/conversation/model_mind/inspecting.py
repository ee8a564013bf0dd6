"""All checks of a reply in their order: what stands, and why the rest does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.conversation.reply_checks.check import Check, Matter
from agent.conversation.reply_checks.grounding import Grounding
from agent.conversation.reply_checks.segment import Draft


@dataclass(frozen=True)
class Refusal:
    draft: Draft
    check: str
    reason: str


@dataclass(frozen=True)
class Inspected:
    kept: tuple[Draft, ...]
    refused: tuple[Refusal, ...] = ()

    @property
    def answers(self) -> bool:
        """Whether what is left says something: a nod alone is no reply where an answer was offered."""
        offered = [draft.kind for draft in (*self.kept, *(one.draft for one in self.refused))]
        needed = {"answer", "outside", "refusal"} & set(offered)
        return any(draft.kind in needed or draft.slots for draft in self.kept) if needed else bool(self.kept)


class ReplyInspection:
    """`alone` look at a segment by itself, before the model is asked about its grounding; `in_order` at what stands."""

    def __init__(self, alone: Sequence[Check], grounding: Grounding, in_order: Sequence[Check]) -> None:
        self._alone, self._grounding, self._in_order = alone, grounding, in_order

    def passes_by_code(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> bool:
        """Whether it may be said at once: it passes every check, and needs no second look of the model."""
        checks = (*self._alone, *self._in_order)
        return self._grounding.is_plain(draft, matter) and _refusal(checks, draft, before, matter) is None

    def of(self, drafts: Sequence[Draft], matter: Matter, said: Sequence[Draft] = ()) -> Inspected:
        """`said` was let out already: it stands, and what repeats it is dropped."""
        told = {draft.text for draft in said}
        drafts = [draft for draft in drafts if draft.text not in told]
        refused = [refusal for draft in drafts if (refusal := _refusal(self._alone, draft, (), matter))]
        stopped = {refusal.draft.number for refusal in refused}
        sound = [draft for draft in drafts if draft.number not in stopped]
        ungrounded = self._grounding.reasons(sound, matter)
        kept = list(said)
        for draft in sound:
            if reason := ungrounded.get(draft.number):
                refused.append(Refusal(draft, self._grounding.name, reason))
            elif refusal := _refusal(self._in_order, draft, kept, matter):
                refused.append(refusal)
            else:
                kept.append(draft)
        return Inspected(tuple(kept), tuple(sorted(refused, key=lambda refusal: refusal.draft.number)))


def _refusal(checks: Sequence[Check], draft: Draft, before: Sequence[Draft], matter: Matter) -> Refusal | None:
    for check in checks:
        if reason := check.reason(draft, before, matter):
            return Refusal(draft, check.name, reason)
    return None
