"""Help with a learner's own open criterion: a place in their file, an earned hint, one question."""

from __future__ import annotations

from agent.assessment import first_finding, place
from agent.conversation import sheet
from agent.conversation.decision import Decision
from agent.conversation.desk import Desk
from agent.intents import Intent
from agent.judgements import Judgement
from agent.replies import Action
from agent.topics import criterion_of
from knowledge.course import Criterion
from tools.findings import Verdict

_EARN = {
    0: "",
    1: "Change something and send the file again, or tell me what you expect to happen, and I can say more.",
    2: "Your next attempt earns the next hint.",
    3: "One more attempt earns the last hint that I give.",
    4: "That is the last hint that I give for this criterion; the step itself is yours.",
}


def guide(desk: Desk) -> Decision:
    """The level of the hint comes from what the learner tried, never from how they ask."""
    services, person, lesson = desk.services, desk.person, desk.lesson
    standing = services.reviews.standing(person.id, lesson.id)
    target = _target(desk, standing)
    if target is None:
        return _nothing_open(desk, standing)
    judgement = standing.get(target.id)
    if judgement is not None and judgement.held:
        return _waits(target, judgement)
    level = services.hints.give(person.id, lesson.id, target.id)
    return _hint(desk, target, judgement, level)


def _target(desk: Desk, standing: dict[str, Judgement]) -> Criterion | None:
    asked = criterion_of(desk.turn.text, desk.lesson, desk.services.embed)
    if asked is not None and (asked.id not in standing or standing[asked.id].verdict is not Verdict.MET):
        return asked
    return sheet.next_open(desk.lesson, standing)


def _hint(desk: Desk, target: Criterion, judgement: Judgement | None, level: int) -> Decision:
    ladder = desk.lesson.hints[target.id]
    shown = ladder[min(level, len(ladder)) - 1]
    lines = [
        f"**{target.id} {target.title}**, hint {level} of {len(ladder)}.",
        _where(desk, target, judgement),
        shown,
    ]
    question = _question(desk, target, judgement)
    ends_with_question = shown.rstrip().endswith("?")
    return Decision(
        Intent.STUCK,
        "\n".join(line for line in [*lines, _EARN.get(level, "")] if line),
        closing="" if ends_with_question else question,
        hint_level=level,
        actions=(Action("submit", "Submit for the gate"),) if _handed_in(desk) else (),
        may_reword=True,
    )


def _where(desk: Desk, target: Criterion, judgement: Judgement | None) -> str:
    """The concrete place in the newest version that the hint speaks of."""
    upload = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    if not len(upload) or judgement is None or judgement.verdict is Verdict.NOT_CHECKED:
        name = sheet.ARTEFACT_NAMES.get(target.artefact, target.artefact)
        return f"I have not seen {name} yet, so this is about the idea. {target.why}"
    if target.judged_by == "inspection":
        finding = first_finding(desk.services.assessor.inspect(upload), target.aspect)
        return f"In your newest version: {place(finding)}. {finding.message}" if finding else ""
    if judgement.spans:
        return f"In your newest version you write: {sheet.evidence(judgement, upload)}."
    return judgement.reason or f"Your newest version says nothing yet that shows it. {target.why}"


def _question(desk: Desk, target: Criterion, judgement: Judgement | None) -> str:
    upload = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    if target.judged_by == "inspection" and len(upload):
        finding = first_finding(desk.services.assessor.inspect(upload), target.aspect)
        return finding.question if finding else ""
    return judgement.missing if judgement is not None and judgement.missing.endswith("?") else ""


def _handed_in(desk: Desk) -> bool:
    return len(desk.services.submissions.workspace(desk.person.id, desk.lesson.id)) > 0


def _nothing_open(desk: Desk, standing: dict[str, Judgement]) -> Decision:
    waiting = [one for one, judgement in standing.items() if judgement.held]
    if waiting:
        text = f"Nothing is open on your side: {sheet.named(desk.lesson, waiting)} waits for an instructor."
    else:
        text = f"Every criterion of the {desk.lesson.gate} is met. Submit when you are ready."
    return Decision(Intent.STUCK, text, actions=(Action("submit", "Submit for the gate", style="primary"),))


def _waits(target: Criterion, judgement: Judgement) -> Decision:
    text = (
        f"**{target.id} {target.title}** waits for an instructor. {judgement.reason} "
        "You need not change anything for it."
    )
    return Decision(Intent.STUCK, text)
