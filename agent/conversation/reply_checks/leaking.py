"""Nothing that would do the learner's own step: the whole reply is measured with the last ones."""

from __future__ import annotations

from collections.abc import Sequence

from agent.conversation.leak_guard import leaks
from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft, joined


class Leaking:
    name = "leak"

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:
        own = [one for one in (*before, draft) if not _is_engines(one)]
        found = leaks(matter.view.context, matter.view.history, joined(own)) if draft in own else ()
        if not found:
            return ""
        return f"Whoever follows it has solved {found[0]} without thinking. Point at the place and ask instead."


def _is_engines(draft: Draft) -> bool:
    """Nothing but values of the engine: those were measured where they were made."""
    return bool(draft.slots) and not any(map(str.isalpha, draft.own.replace("…", "")))
