"""What learners tell of their own system in chat, where their plan is what counts."""

from __future__ import annotations

import re

from agent.conversation import sheet
from agent.conversation.decision import Decision
from agent.conversation.desk import Desk
from agent.intents import Intent, looks_like_question

FEWEST_WORDS = 5
_OWN = re.compile(r"\b(we|our|ours|us|i|my|mine)\b", re.IGNORECASE)


def told(desk: Desk) -> Decision | None:
    """None where the message says nothing that an open criterion of the plan asks for."""
    text = desk.turn.text
    if not desk.is_tutored or looks_like_question(text):
        return None
    if len(text.split()) < FEWEST_WORDS or not _OWN.search(text):
        return None
    standing = desk.standing()
    spoken = desk.services.assessor.reviewers[desk.lesson.id].speaks_of(text)
    about = [one for one in spoken if not sheet.is_met(standing.get(one))]
    if not about:
        return None
    name = sheet.ARTEFACT_NAMES["plan"]
    told = (
        f"That is about **{sheet.named(desk.lesson, about)}**. I judge what stands in {name}, not what is said here: "
    )
    onward = sheet.next_step(desk.lesson, standing)
    return Decision(Intent.ANSWER, f"{told}write it there in your own words, and send it again.\n{onward}".strip())
