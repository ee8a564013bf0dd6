"""One question a reply, none that was put before, none that tells its own answer; one thing from outside, marked."""

from __future__ import annotations

from collections.abc import Sequence

from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft
from agent.guardrails.questions import settle


class OneQuestion:
    name = "one question"

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:
        _, asked = settle(draft.text, ())
        if not asked:
            return "" if draft.kind != "question" else "A question ends with a question mark."
        if any("?" in other.text and settle(other.text, ())[1] for other in before):
            return "One question a reply: choose the one that helps most."
        if any(fact.binding and fact not in draft.slots and settle(fact.text, ())[1] for fact in matter.book):
            return "The engine ends this reply with a question of its own; leave yours out."
        if matter.view.is_private and not draft.slots and self._was_put(asked, draft.text, matter):
            return "That question was put before. Ask another one, or none."
        return ""

    def _was_put(self, asked: Sequence[str], text: str, matter: Matter) -> bool:
        context = matter.view.context
        _, left = settle(text, context.services.questions_asked.wordings(context.person.id))
        return len(left) < len(asked)


class Spoilt:
    """The points of a question that waits are the learner's to find; the engine tells them when it is time."""

    name = "spoilt"

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:  # noqa: ARG002 - the port's shape
        view = matter.view
        base = view.pending.partition("#")[0]
        question = next((one for one in view.context.lesson.questions if one.id == base), None)
        if question is None or draft.slots or matter.accepted("record_answer"):
            return ""
        explanations = view.context.services.explanations
        hidden = [point for point in question.points if not explanations.says(view.text, (point.text,))]
        if any(explanations.says(draft.own, (point.text,)) for point in hidden):
            return "That is a point of the question that waits: ask towards it, don't say it."
        return ""


class Outside:
    """What the field knows and the course does not: once a reply, in private, where the course allows it."""

    name = "outside"

    def __init__(self, *, allowed: bool) -> None:
        self._allowed = allowed

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:
        if draft.kind != "outside":
            return ""
        if matter.view.context.in_channel:
            return "In a channel an instructor answers that: propose it with `hold_for_instructor`."
        if not self._allowed:
            return "This course keeps to its material: say that it doesn't cover that, and what is nearest."
        if any(other.kind == "outside" for other in before):
            return "One segment from outside the material is enough."
        return ""
