"""The form for a criterion that is pending: what it asks for, what the learner wrote, the verdict and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.conversation import rendering
from agent.conversation.context import Services
from agent.conversation.tutor import Tutor
from agent.domain.people import Person
from agent.grading.reviews import PendingReview
from integrations.slack.block_kit import Block, context, modal, plain, section
from integrations.slack.views.forms import Form, FormInput
from tools.findings import Verdict

TITLE = "Decide"
MAX_REASON = 1_000
_CHOICES = {Verdict.MET: "Approve: met", Verdict.PARTLY: "Not yet: partly met", Verdict.NOT_MET: "Reject: not met"}


def build(tutor: Tutor, person: Person, value: str) -> Block:
    """`value` is `review:criterion`, as the button that opens the form has it."""
    if not person.is_instructor:
        return modal(TITLE, [section("Only an instructor can decide that.")])
    review_id, _, criterion = value.rpartition(":")
    services = tutor.services
    waiting = services.reviews.pending(None, person.workspace)
    pending = next(
        (other for other in waiting if (other.review_id, other.judgement.criterion) == (review_id, criterion)),
        None,
    )
    if pending is None:
        text = "That waits for nobody any more: it was decided already, or the learner has handed in again since."
        return modal(TITLE, [section(text)])
    return modal(TITLE, [*_context(services, pending), _verdict(), _reason()], submit="Decide")


def _context(services: Services, pending: PendingReview) -> list[Block]:
    found = (lesson.criterion(pending.judgement.criterion) for lesson in services.course.lessons)
    criterion = next(filter(None, found), None)
    if criterion is None:
        return []
    upload = services.submissions.by_digests(services.reviews.files(pending.review_id))
    quotes = [f"> {rendering.evidence_of(span, upload)}" for span in pending.judgement.spans]
    return [
        section(f"**{pending.person.name}** · **{criterion.id} {criterion.title}**"),
        context(f"Met when: {criterion.met_when}"),
        section("\n".join(["They write:", *quotes]) if quotes else "_There is no passage of theirs to quote._"),
        *([section(f"Why I ask you: {pending.judgement.reason}")] if pending.judgement.reason else []),
    ]


def _verdict() -> Block:
    options = [{"text": plain(label), "value": verdict.value} for verdict, label in _CHOICES.items()]
    element = {"type": "radio_buttons", "action_id": "verdict", "options": options, "initial_option": options[0]}
    return {"type": "input", "block_id": "verdict", "label": plain("Your decision"), "element": element}


def _reason() -> Block:
    element = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": MAX_REASON}
    return {
        "type": "input",
        "block_id": "reason",
        "label": plain("Reason"),
        "hint": plain("The learner reads it, and it stays in the record.", 150),
        "element": element,
        "optional": True,
    }


def read(values: Mapping[str, Any], value: str) -> FormInput:
    """The action's value is `verdict review:criterion`."""
    verdict = str((values["verdict"]["verdict"].get("selected_option") or {}).get("value") or "")
    reason = str(values["reason"]["text"].get("value") or "").strip()[:MAX_REASON]
    if verdict not in {choice.value for choice in _CHOICES}:
        return FormInput(faults={"verdict": "Choose one."})
    if verdict != Verdict.MET and not reason:
        return FormInput(faults={"reason": "Say what is missing, so that the learner knows what to do."})
    return FormInput({"action_id": FORM.name, "value": f"{verdict.replace(' ', '-')} {value}"}, reason)


FORM = Form("decide", build, read)
