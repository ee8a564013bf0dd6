"""Where a learner stands, and how the tutor greets them."""

from __future__ import annotations

import re

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import mastery
from agent.conversation.handlers.fault_exercise import waiting_item
from agent.domain.act import Intent
from agent.domain.gate import GateState
from agent.domain.reply import Action
from agent.domain.verdicts import Judgement
from agent.understanding.topics import named_criterion
from knowledge.course.pack import Lesson
from tools.findings import Verdict

_WHO = re.compile(
    r"\b(who|what) (are|r) (you|u)\b|\bwhat can (you|u)\b|"
    r"\b(are|r) (you|u) (an?|the|ai|real|human|chat ?gpt|gpt|claude)\b"
)
_HELLO = re.compile(r"\b(hi|hello|hey|moin|hallo|good (morning|afternoon|evening)|servus|yo)\b")


_ARCHIVE = re.compile(
    r"\bweek(?:['’]s)? (?:artefact|artifact)|\b(?:my|our) (?:archive|artefact|artifact|portfolio)\b", re.IGNORECASE
)


def asks_for_archive(text: str) -> bool:
    """Whether somebody wants their week artefact sent; what one is, is a question about the course."""
    return _ARCHIVE.search(text) is not None and re.match(r"\W*what\b", text, re.IGNORECASE) is None


def report(context: TurnContext) -> Decision:
    """Ends with the next open criterion: what lies behind is one line, what lies ahead is the point."""
    if _wants_archive(context):
        return _archive(context)
    services, person, lesson = context.services, context.person, context.lesson
    if person.is_instructor:
        return Decision(Intent.STATUS, _for_instructors(lesson))
    view = services.gates.view(person.id, lesson.id)
    criterion_status = services.reviews.criterion_status(person.id, lesson.id)
    head = f"**{lesson.gate}** ({lesson.title}): {rendering.STATES[view.state]}."
    following = waiting_item(context) or rendering.next_step(lesson, criterion_status)
    criterion = named_criterion(context.turn.text, lesson)
    about = mastery.counts(context, criterion) if criterion else ""
    parts = [about, _earlier(context), head, _groups(lesson, criterion_status), following]
    actions = (Action("submit", "Submit for the gate", style="primary"),) if criterion_status else ()
    return Decision(Intent.STATUS, "\n".join(part for part in parts if part), actions=actions)


def _earlier(context: TurnContext) -> str:
    """Gates that are behind the learner."""
    done = [
        lesson
        for lesson in context.services.course.lessons
        if context.services.gates.view(context.person.id, lesson.id).state in (GateState.PASSED, GateState.WAIVED)
    ]
    return "\n".join(f"✅ {lesson.gate} ({lesson.title}): passed." for lesson in done if lesson.id != context.lesson.id)


def _groups(lesson: Lesson, criterion_status: dict[str, Judgement]) -> str:
    met = [criterion.id for criterion in lesson.rubric if rendering.is_met(criterion_status.get(criterion.id))]
    held = [one for one, judgement in criterion_status.items() if judgement.pending]
    lines = [
        f"✅ Met: {', '.join(met)}" if met else "",
        f"⏳ With an instructor: {', '.join(held)}" if held else "",
    ]
    for verdict in (Verdict.PARTLY, Verdict.NOT_MET, Verdict.NOT_CHECKED):
        ids = [
            criterion.id
            for criterion in lesson.rubric
            if criterion.id not in met + held and _verdict(criterion_status, criterion.id) is verdict
        ]
        lines.append(f"{rendering.MARKS[verdict]} {verdict.value.capitalize()}: {', '.join(ids)}" if ids else "")
    return "\n".join(line for line in lines if line)


def _verdict(criterion_status: dict[str, Judgement], criterion: str) -> Verdict:
    return criterion_status[criterion].verdict if criterion in criterion_status else Verdict.NOT_CHECKED


def _wants_archive(context: TurnContext) -> bool:
    pressed = context.turn.action is not None and context.turn.action.id == "archive"
    low = context.turn.text.lower()
    return pressed or any(word in low for word in ("archive", "artefact", "artifact", "portfolio"))


def _archive(context: TurnContext) -> Decision:
    lesson = _last_reviewed(context)
    if lesson is None:
        text = "Your week artefact is made with your first review. Hand in your files and submit them."
        return Decision(Intent.STATUS, text)
    text = f"Your week artefact for *{lesson.title}*: final files, review and receipts."
    return Decision(Intent.STATUS, text, archive_of=lesson.id)


def _last_reviewed(context: TurnContext) -> Lesson | None:
    reviewed = [
        lesson
        for lesson in context.services.course.lessons
        if context.services.reviews.latest(context.person.id, lesson.id)
    ]
    return reviewed[-1] if reviewed else None


def greet(context: TurnContext) -> Decision:
    """Once in full; afterwards one line and the next step."""
    lesson, services = context.lesson, context.services
    criterion_status = services.reviews.criterion_status(context.person.id, lesson.id)
    if context.person.is_instructor:
        services.learners.greet(context.person.id)
        return Decision(Intent.SOCIAL, _for_instructors(lesson))
    if not services.learners.greet(context.person.id):
        return _again(context, criterion_status)
    required = sum(criterion.required for criterion in lesson.rubric)
    met = sum(rendering.is_met(criterion_status.get(criterion.id)) for criterion in lesson.rubric)
    text = (
        f"Hello, I am the tutor for lesson {lesson.number}, **{lesson.title}**. {lesson.greeting}\n"
        f"It ends in the **{lesson.gate}**: {required} required criteria, {met} met so far. "
        "Ask me anything about the lesson, or hand in your work: I read it, build it where I can, and ask back.\n"
        f"{rendering.next_step(lesson, criterion_status)}"
    )
    return Decision(Intent.SOCIAL, text, actions=(Action("status", "Where am I?"),), citations=())


def _for_instructors(lesson: Lesson) -> str:
    return (
        f"Hello, I tutor *{lesson.title}* and the lessons after it. You are an instructor here. Ask me:\n"
        f"- “who is stuck on the {lesson.gate}?”, “how is the cohort doing?”, “who has handed nothing in?”\n"
        "- “how is NAME doing?”, “what did NAME hand in?”, “compare NAME with NAME”\n"
        "- “who lacks D3?”, “what does my cohort get wrong?”\n"
        "- “what is waiting for my decision?”, then “approve D6 for NAME” or “reject D6 for NAME: the reason”\n"
        "- “waive the gate for NAME: the reason”, “reopen the gate for NAME: the reason”\n"
        "“How did you count?” says where a number comes from. My Home tab shows the cohort and what waits for you."
    )


def _again(context: TurnContext, criterion_status: dict[str, Judgement]) -> Decision:
    low = context.turn.text.lower()
    who = _WHO.search(low) is not None
    about = (
        "I am a program that tutors this lesson: I answer from its material with sources, read and build your files, "
        "and keep the gate. I do not do the work for you."
    )
    thanks = any(word in low for word in ("thank", "thx", "cheers", "great", "awesome", "perfect"))
    hello = _HELLO.search(low) is not None
    greeted = "Hello again." if hello else "I am not sure what you mean." if "?" in low else "All right."
    head = about if who else "You are welcome." if thanks else greeted
    return Decision(Intent.SOCIAL, f"{head}\n{rendering.next_step(context.lesson, criterion_status)}".strip())
