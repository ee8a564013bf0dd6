"""What learners tell of their own system in chat, where their plan is what counts."""

from __future__ import annotations

import re

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.understanding.intents import Intent, looks_like_question

FEWEST_WORDS = 5
_OWN = re.compile(r"\b(we|our|ours|us|i|my|mine)\b", re.IGNORECASE)


def told(context: TurnContext) -> Decision | None:
    """None where the message says nothing that an open criterion of a text asks for."""
    text = context.turn.text
    if not context.is_tutored or looks_like_question(text):
        return None
    if len(text.split()) < FEWEST_WORDS or not _OWN.search(text):
        return None
    criterion_status = context.criterion_status()
    spoken = context.services.assessor.reviewers[context.lesson.id].speaks_of(text)
    about = [statement for statement in spoken if not rendering.is_met(criterion_status.get(statement))]
    if not about:
        return None
    artefacts = [criterion.artefact for criterion in context.lesson.rubric if criterion.id in about]
    name = rendering.listed(rendering.artefact_names(dict.fromkeys(artefacts)))
    matter = rendering.named(context.lesson, about)
    told = f"That is about **{matter}**. I judge what stands in {name}, not what is said here: "
    onward = rendering.next_step(context.lesson, criterion_status)
    return Decision(Intent.ANSWER, f"{told}write it there in your own words, and send it again.\n{onward}".strip())
