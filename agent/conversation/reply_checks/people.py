"""Nobody hears of anybody else: a learner's reply names no other person of the workspace."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft


class OtherPeople:
    name = "other people"

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:  # noqa: ARG002 - the port's shape
        context = matter.view.context
        if context.person.is_instructor and not context.in_channel:
            return self._of_instructor(draft, matter)
        named = [name for name in _others(matter) if _names(name, draft.own)]
        if not named or (draft.kind == "refusal" and named[0].lower() in matter.view.text.lower()):
            return ""
        return "Speak of nobody but the person who asks; refuse kindly in one sentence."

    def _of_instructor(self, draft: Draft, matter: Matter) -> str:
        """An instructor may hear of learners what a tool of this turn says."""
        told = f"{draft.known}\n{matter.view.text}"
        unknown = [name for name in _others(matter) if _names(name, draft.own) and not _names(name, told)]
        return (
            f"Nothing in this turn is about {unknown[0]}: ask for it with a tool, or leave it out." if unknown else ""
        )


def _others(matter: Matter) -> list[str]:
    learners, me = matter.view.context.services.learners, matter.view.context.person
    known = [*learners.learners(me.workspace), *learners.instructors(me.workspace)]
    return [person.name for person in known if person.id != me.id and person.name and person.name != me.name]


def _names(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
