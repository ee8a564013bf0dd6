"""What follows from a review: the gate moves by its table, and everybody concerned is told."""

from __future__ import annotations

from agent.conversation import rendering
from agent.conversation.context import Services, TurnContext
from agent.conversation.decision import Decision
from agent.domain.act import Intent
from agent.domain.gate import GateDecision, GateState
from agent.domain.people import Person
from agent.domain.reply import Action, Reply
from agent.domain.turn import Notice
from agent.domain.verdicts import Judgement
from agent.grading.fault_exercise import shown
from agent.grading.reviews import ReviewRecord
from knowledge.course.pack import Lesson
from tools.uploads.files import Upload

ARCHIVE = Action("archive", "Week artefact")


def settle(context: TurnContext, review: ReviewRecord, workspace: Upload) -> Decision:
    lesson = context.lesson
    decision = context.services.gates.review(context.person.id, lesson.id, review)
    criterion_status = {judgement.criterion: judgement for judgement in review.judgements}
    parts = [
        _headline(lesson, review, criterion_status),
        _changes(lesson, decision),
        rendering.review_lines(lesson, review.judgements, workspace),
        _outcome(context.services, lesson, decision, criterion_status),
    ]
    return Decision(
        Intent.SUBMIT,
        "\n\n".join(part for part in parts if part),
        actions=(ARCHIVE,) if decision.passes else (),
        notices=_held_notices(context.services, context.person, lesson, review),
    )


def _headline(lesson: Lesson, review: ReviewRecord, criterion_status: dict[str, Judgement]) -> str:
    required = [criterion for criterion in lesson.rubric if criterion.required]
    met = sum(rendering.is_met(criterion_status.get(other_criterion.id)) for other_criterion in required)
    return f"**Review {review.number} · {lesson.gate}: {met} of {len(required)} required criteria met.**"


def _changes(lesson: Lesson, decision: GateDecision) -> str:
    lines = []
    if decision.improved:
        lines.append(f"📈 Improved: {rendering.named(lesson, decision.improved)}.")
    if decision.regressed:
        lines.append(f"📉 Lost since the last review: {rendering.named(lesson, decision.regressed)}.")
    return "\n".join(lines)


def _outcome(services: Services, lesson: Lesson, decision: GateDecision, criterion_status: dict[str, Judgement]) -> str:
    if decision.passes:
        return passed_text(services, lesson)
    if decision.exercise is not None:
        return shown(lesson, decision.exercise)
    if not decision.open and decision.waiting:
        waiting = rendering.named(lesson, decision.waiting)
        return f"Nothing is open on your side. {waiting} waits for an instructor, who has been told."
    return rendering.next_step(lesson, criterion_status)


def passed_text(services: Services, lesson: Lesson) -> str:
    following = services.course.next_after(lesson.id)
    unlocked = f" Lesson {following.number}, *{following.title}*, is unlocked." if following else ""
    return (
        f"🎉 **The {lesson.gate} is passed.**{unlocked} Your final files, this review and the receipts are in your "
        "week artefact; ask for it at any time."
    )


def _held_notices(services: Services, person: Person, lesson: Lesson, review: ReviewRecord) -> tuple[Notice, ...]:
    held = [judgement for judgement in review.judgements if judgement.pending]
    if not held:
        return ()
    reply = pending_reply(person.name, lesson, review.id, held)
    instructors = services.learners.instructors(person.workspace)
    return tuple(Notice(f"{review.id}:held:{instructor.id}", instructor.id, reply) for instructor in instructors)


def pending_reply(name: str, lesson: Lesson, review_id: str, held: list[Judgement]) -> Reply:
    lines = [f"**{name}** handed in for the {lesson.gate}; this waits for you:"]
    for pending in held:
        criterion = lesson.criterion(pending.criterion)
        title = criterion.title if criterion else ""
        quote = f" They write: “{' '.join(pending.spans[0].quote.split())[:300]}”" if pending.spans else ""
        lines.append(f"- **{pending.criterion} {title}**. {pending.reason or pending.missing}{quote}")
    actions = [
        Action(verb, f"{label} {pending.criterion}", f"{review_id}:{pending.criterion}", style)
        for pending in held[:8]
        for verb, label, style in (("approve", "Approve", "primary"), ("decide", "Decide on", ""))
    ]
    return Reply("\n".join(lines), actions=tuple(actions))


def after_decision(
    services: Services, learner: Person, lesson: Lesson, review: ReviewRecord, key: str, *, decided: str
) -> Notice:
    """Moves the learner's gate after an instructor's decision, and says so to the learner."""
    before = services.gates.view(learner.id, lesson.id).state
    decision = services.gates.review(learner.id, lesson.id, review)
    criterion_status = {judgement.criterion: judgement for judgement in review.judgements}
    text = _outcome(services, lesson, decision, criterion_status)
    head = "" if before is GateState.PASSED else _decided(lesson, criterion_status.get(decided))
    actions = (ARCHIVE,) if decision.passes else ()
    return Notice(f"{key}:decided:{learner.id}", learner.id, Reply(f"{head}\n\n{text}".strip(), actions=actions))


def _decided(lesson: Lesson, judgement: Judgement | None) -> str:
    if judgement is None:
        return f"An instructor decided on your submission for the {lesson.gate}."
    said = f" They write: “{judgement.reason}”" if judgement.reason else ""
    name = rendering.named(lesson, [judgement.criterion])
    return f"An instructor decided on {name}: {rendering.mark(judgement)} {judgement.verdict.value}.{said}"
