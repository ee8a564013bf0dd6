"""What leaves the house gives nothing away: each reply is measured over the learner's newest files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.llm.port import Message
from knowledge.markdown import code_blocks

LAST_REPLIES = 5  # pieces of an answer, asked for one by one, count together
_CITED = re.compile(r"^.*\[\d+\]\s*$", re.MULTILINE)
KEPT_BACK = "I leave out the part that would do your own next step."
NOTHING_LEFT = "The answer would do your own next step, so I keep it to myself. Say “hint”, and I'll take you closer."


def leaks(context: TurnContext, history: Sequence[Message], text: str) -> tuple[str, ...]:
    """The learner's criteria that would newly pass; pieces of an answer, asked for one by one, count together."""
    if context.person.is_instructor or not text.strip():
        return ()
    upload = context.services.submissions.workspace(context.person.id, context.lesson.id)
    spoken = () if context.in_channel else history  # in a channel it is not this learner alone who wrote
    earlier = [_own_words(message.text) for message in spoken if message.role == "assistant"]
    learner = [message.text for message in spoken if message.role == "user"]
    return context.services.leaks.leaks(
        context.lesson, upload, text, earlier[-LAST_REPLIES:], [*learner, context.turn.text]
    )


def _own_words(reply: str) -> str:
    """Without the sentences that quote a source."""
    return _CITED.sub("", reply).strip()


def _lines(draft: str) -> list[str]:
    """A block of code is one line: half of it would be no block."""
    goes_on = {number for code in code_blocks(draft) for number in code.lines[1:]}
    lines: list[str] = []
    for number, line in enumerate(draft.split("\n")):
        if number in goes_on:
            lines[-1] += f"\n{line}"
        else:
            lines.append(line)
    return lines


def guarded(context: TurnContext, history: Sequence[Message], decision: Decision) -> Decision:
    """The decision without the lines of its draft that give something away."""
    if decision.silent or decision.of_engine or not leaks(context, history, f"{decision.draft}\n\n{decision.closing}"):
        return decision
    kept: list[str] = []
    for line in _lines(decision.draft):
        if not leaks(context, history, "\n".join([*kept, line])):
            kept.append(line)
    text = "\n".join(kept).strip()
    clean = not leaks(context, history, f"{text}\n\n{decision.closing}")
    closing = decision.closing if clean else ""
    said = f"{text}\n{KEPT_BACK}" if text else NOTHING_LEFT
    return decision.with_changes(draft=said, closing=closing)
