"""Questions about the course itself: its gate, what a criterion asks for, what is handed in, how long it takes."""

from __future__ import annotations

import re

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.understanding.intents import Intent
from knowledge.course.pack import Criterion, Lesson

_ASKS = (Intent.QUESTION, Intent.STUCK, Intent.STATUS, Intent.SUBMIT, Intent.OUT_OF_SCOPE)
_WHAT = r"^\W*(?:(?:so|ok|okay|hey|hi|and|but|sorry|please)\W+)*"
_GATE = re.compile(
    _WHAT + r"(?:(?:what(?:'?s| is| are)?|how does|explain|tell me about)\b.{0,20}\b(?:the |this )?\w*\s?gates?\b"
    r"(?!.{0,20}\b(?:status|missing|left|open)\b)|"
    r"how (?:do|can) (?:i|we|you) (?:pass|get through)(?: it| the \w*\s?gate)?\W*$)",
    re.IGNORECASE,
)
_HAND_IN = re.compile(
    _WHAT
    + r"(?:what|which)\b.{0,30}\b(?:(?:to|i|we) (?:hand in|submit|deliver|turn in|upload|give you)|deliverables?)\b",
    re.IGNORECASE,
)
_CRITERION = re.compile(
    _WHAT + r"(?:(?:what(?:'?s| is| does| do| must| should| has)?|explain|describe|tell me about|meaning of)\b)"
    r"(?:\s+(?:the|a|criterion|meaning|of|about|to|be|in|is|by|meant|by))*\s+(?P<id>[a-z]\d{1,2})"
    r"(?:\s+(?:mean|means|ask|asks|want|wants|need|needs|contain|say|include|require|requires|cover|look|like|about|for|of|"
    r"me|exactly|criterion|again))*\W*$",
    re.IGNORECASE,
)
_LESSON = re.compile(
    r"\bhow (?:long|much time)\b.{0,30}\b(?:lesson|course|gate|this|it)\b|"
    r"\bwhat(?:'?s| is)? (?:this|the) (?:lesson|course|week)(?: is)? (?:about|for)\b|"
    r"\bwhat (?:will|do|should) (?:i|we) learn\b|"
    r"\b(?:objective|goal)s? of (?:this|the) (?:lesson|course)\b",
    re.IGNORECASE,
)


def about(context: TurnContext, intent: Intent) -> Decision | None:
    """None where the message asks for something else; what is said comes from the course pack alone."""
    text = context.turn.text
    if intent not in _ASKS or context.turn.action is not None or context.turn.files:
        return None
    named = _CRITERION.match(text)
    criterion = context.lesson.criterion(named["id"].upper()) if named else None
    if criterion is not None:
        return _said(context, _criterion(context, criterion))
    if _LESSON.search(text):
        return _said(context, _lesson(context.lesson))
    if _HAND_IN.match(text) or _GATE.match(text):
        return _said(context, _gate(context.lesson))
    return None


def _said(context: TurnContext, text: str) -> Decision:
    onward = rendering.next_step(context.lesson, context.criterion_status()) if context.is_tutored else ""
    return Decision(Intent.QUESTION, f"{text}\n\n{onward}".strip())


def _lesson(lesson: Lesson) -> str:
    return (
        f"**{lesson.title}** takes about {lesson.minutes} minutes to read, and the time that your own stack takes.\n"
        f"What you can do afterwards: {lesson.objective}\nIt ends in the {lesson.gate}."
    )


def _gate(lesson: Lesson) -> str:
    required = [criterion for criterion in lesson.rubric if criterion.required]
    optional = rendering.named(lesson, (criterion.id for criterion in lesson.rubric if not criterion.required))
    rest = f" {optional} may stay open; what was met once must not be lost." if optional else ""
    files = f"{lesson.deliverable[:1].lower()}{lesson.deliverable[1:]}"
    return (
        f"The **{lesson.gate}** is how this lesson ends. You hand in {files}\n"
        f"It passes when each of {len(required)} required criteria is met in your newest version.{rest}\n"
        f"{_titles(lesson)}\nAsk “what does {lesson.rubric[0].id} mean?” for one of them."
    )


def _titles(lesson: Lesson) -> str:
    return " · ".join(f"{criterion.id} {criterion.title}" for criterion in lesson.rubric)


def _criterion(context: TurnContext, criterion: Criterion) -> str:
    need = "required" if criterion.required else "not required"
    partly = f"\nPartly: {criterion.partly_when}" if criterion.partly_when else ""
    sections = [
        section.title for other_section in criterion.sections if (section := context.lesson.section(other_section))
    ]
    read = f"\nIn the lesson: {', '.join(f'“{title}”' for title in sections)}." if sections else ""
    return (
        f"**{criterion.id} {criterion.title}** ({need}). Met when: {criterion.met_when}{partly}\n"
        f"Why: {criterion.why}{read}{_now(context, criterion)}"
    )


def _now(context: TurnContext, criterion: Criterion) -> str:
    judgement = None if context.in_channel else context.criterion_status().get(criterion.id)
    return f"\nYours: {rendering.mark(judgement)} {rendering.verdict(judgement)}." if judgement else ""
