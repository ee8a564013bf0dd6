"""What is stored of a person, told and deleted when they ask; only their own, and only in a direct message."""

from __future__ import annotations

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.domain.act import Intent
from agent.domain.reply import Action
from agent.learners.privacy import Known

FORGET = Action("forget", "Delete my data", style="danger")


def answer(context: TurnContext) -> Decision:
    """A message only offers the deletion; the button does it, for a sentence is easily misread."""
    if context.turn.action is not None:
        text = f"Your messages, files, hints and answers are deleted. {_STAYS}"
        return Decision(Intent.PRIVACY, text, forget=True)
    return Decision(Intent.PRIVACY, _told(context.services.forgetting.known(context.person.id)), actions=(FORGET,))


_STAYS = (
    "What stays: the states of your gates and the files that a review of them rests on, for a passed gate must stay "
    "provable; your name is taken off them."
)


def _told(known: Known) -> str:
    rows = [
        (known.messages, "messages of the last weeks, which are deleted by themselves"),
        (known.files, "files that you have sent"),
        (known.reviews, "reviews of your submissions"),
        (known.builds, "receipts of builds"),
        (known.attempts, "attempts that I counted for hints"),
        (known.answers, "questions that I asked you, with the points that you made"),
        (known.observations, "observations on what you know, each with its evidence"),
    ]
    lines = [f"- {what}: {count:,}" for count, what in rows if count]
    head = "This is what I have stored of you, beside your name and the states of your gates:"
    listed = "\n".join([head, *lines]) if lines else "Of you I have stored your name and the states of your gates only."
    return f"{listed}\nIf you delete it, I start afresh with you. {_STAYS}"
