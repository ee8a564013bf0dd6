"""Help with a learner's own open criterion: a place in their file, an earned hint, one question."""

from __future__ import annotations

import re

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import experiments
from agent.domain.act import Intent
from agent.domain.policy import STUCK, PolicyStep, Stuck, step
from agent.domain.reply import Action
from agent.domain.verdicts import Judgement
from agent.grading.assessment import first_finding, place
from agent.learners.mastery import Observed
from agent.understanding.topics import criterion_of, named_artefact, named_criterion
from knowledge.course.pack import Criterion, Question
from tools.artefacts.registry import wording_of
from tools.findings import Finding, Verdict

SUBMIT = Action("submit", "Submit for the gate")
_EARN = {
    1: "Change something and send the file again, or tell me what you expect to happen, and I can say more.",
    2: "Your next attempt earns the next hint.",
    3: "One more attempt earns the last hint that I give.",
    4: "That is the last hint that I give for this criterion; the step itself is yours.",
}


def guide(context: TurnContext, criterion: str = "") -> Decision:
    """The level of the hint comes from what the learner tried, never from how they ask."""
    services, person, lesson = context.services, context.person, context.lesson
    criterion_status = context.criterion_status()
    asked = named_criterion(context.turn.text, lesson)
    if asked is not None and not criterion and rendering.is_met(criterion_status.get(asked.id)):
        return _met(context, asked, criterion_status)
    target = lesson.criterion(criterion) or _target(context, criterion_status)
    judgement = criterion_status.get(target.id) if target else None
    question = _unasked_question(context, target) if target else None
    chosen = step(
        STUCK,
        Stuck(
            open=target is not None,
            pending=judgement is not None and judgement.pending,
            earned=target is not None and services.hints.is_earned(person.id, lesson.id, target.id),
            questions_left=question is not None,
            experiments_left=target is not None and experiments.about(context, target) is not None,
        ),
    )
    if target is None or chosen is PolicyStep.SUBMIT:
        return _nothing_open(context, criterion_status)
    if chosen is PolicyStep.WAIT:
        return _waits(target, judgement)
    if chosen is PolicyStep.HINT:
        return _hint(context, target, judgement)
    return _no_new_hint(context, target, judgement, question)


def _target(context: TurnContext, criterion_status: dict[str, Judgement]) -> Criterion | None:
    asked = named_criterion(context.turn.text, context.lesson) or _at_line(context)
    asked = (
        asked
        or _of_artefact(context, criterion_status)
        or criterion_of(context.turn.text, context.lesson, context.services.embed)
    )
    if asked is not None and (
        asked.id not in criterion_status or criterion_status[asked.id].verdict is not Verdict.MET
    ):
        return asked
    return rendering.next_open(context.lesson, criterion_status)


def _of_artefact(context: TurnContext, criterion_status: dict[str, Judgement]) -> Criterion | None:
    """The next open criterion of the file that they name, where they name one."""
    artefact = named_artefact(context.turn.text, context.lesson)
    return rendering.next_open(context.lesson, criterion_status, artefact) if artefact else None


_LINE = re.compile(r"\b(?:line|zeile)\s+(\d{1,4})\b", re.IGNORECASE)


def _at_line(context: TurnContext) -> Criterion | None:
    """The criterion that a remark on the line in question belongs to."""
    finding = _finding_at(context, "")
    return next(
        (criterion for criterion in context.lesson.rubric if finding and criterion.aspect == finding.criterion), None
    )


def _finding_at(context: TurnContext, aspect: str) -> Finding | None:
    match = _LINE.search(context.turn.text)
    upload = context.services.submissions.workspace(context.person.id, context.lesson.id)
    if match is None or not len(upload):
        return None
    line, low = int(match[1]), context.turn.text.lower()
    found = [
        finding
        for finding in context.services.assessor.inspect(upload).findings
        if finding.effect is not None and finding.line <= line <= finding.end_line and aspect in ("", finding.criterion)
    ]
    return next((match_found for match_found in found if match_found.file.lower() in low), found[0] if found else None)


def _hint(context: TurnContext, target: Criterion, judgement: Judgement | None) -> Decision:
    level = context.services.hints.give(context.person.id, context.lesson.id, target.id)
    ladder = context.lesson.hints[target.id]
    shown = ladder[min(level, len(ladder)) - 1]
    context.note(target.id, Observed.HINTED, f"hint {level} of {len(ladder)}")
    asks = shown.rstrip().endswith("?")
    lines = [
        f"**{target.id} {target.title}**, hint {level} of {len(ladder)}.",
        _where(context, target, judgement),
        "" if asks else shown,
        _EARN.get(level, ""),
    ]
    return Decision(
        Intent.STUCK,
        "\n".join(line for line in lines if line),
        closing=shown if asks else _question(context, target, judgement),
        hint_level=level,
        actions=(SUBMIT,) if _handed_in(context) else (),
    )


def _no_new_hint(
    context: TurnContext, target: Criterion, judgement: Judgement | None, question: Question | None
) -> Decision:
    """No attempt since the last hint: the same level from another side, and at the end no more questions."""
    level = context.services.hints.level(context.person.id, context.lesson.id, target.id)
    head = f"**{target.id} {target.title}**: I stay at hint {level} until you have tried something."
    where = _where(context, target, judgement)
    if question is not None:
        text = f"{head}\n{where}\nLet us come at it from another side; your answer counts as an attempt."
        return Decision(Intent.STUCK, text, closing=question.text, question_asked=question.id, hint_level=level)
    belief = experiments.about(context, target)
    if belief is not None:
        lead = f"{head}\n{where}\nHere is an experiment about it; a prediction counts as an attempt."
        return experiments.propose(belief, lead, Intent.STUCK, level)
    rest = (
        "What counts: an edit at that place, a build, or your own words for what happens there now. "
        "Nothing else moves the level, also not what somebody allowed; an instructor can decide for you in here."
    )
    return Decision(Intent.STUCK, f"{head}\n{where}\n{rest}", hint_level=level, actions=_rest_actions(context))


def _rest_actions(context: TurnContext) -> tuple[Action, ...]:
    return (Action("status", "Where am I?"), *((SUBMIT,) if _handed_in(context) else ()))


def _unasked_question(context: TurnContext, target: Criterion) -> Question | None:
    asked = context.services.questions_asked.already_asked(context.person.id, context.lesson.id)
    about = [
        question
        for question in context.lesson.questions
        if question.criterion == target.id and question.id not in asked
    ]
    return about[0] if about else None


def _where(context: TurnContext, target: Criterion, judgement: Judgement | None) -> str:
    """The concrete place in the newest version that the hint speaks of."""
    upload = context.services.submissions.workspace(context.person.id, context.lesson.id)
    if not len(upload) or judgement is None or judgement.verdict is Verdict.NOT_CHECKED:
        return f"I have not seen {wording_of(target.artefact).wanted} yet, so this is about the idea. {target.why}"
    if target.judged_by == "inspection":
        finding = _finding(context, target)
        return f"In your newest version: {place(finding)}. {finding.message}" if finding else ""
    if judgement.spans:
        return f"In your newest version you write: {rendering.evidence(judgement, upload)}."
    return judgement.reason or f"Your newest version says nothing yet that shows it. {target.why}"


def _question(context: TurnContext, target: Criterion, judgement: Judgement | None) -> str:
    if target.judged_by == "inspection":
        finding = _finding(context, target)
        return finding.question if finding else ""
    return judgement.missing if judgement is not None and judgement.missing.endswith("?") else ""


def _finding(context: TurnContext, target: Criterion) -> Finding | None:
    upload = context.services.submissions.workspace(context.person.id, context.lesson.id)
    if not len(upload):
        return None
    return _finding_at(context, target.aspect) or first_finding(
        context.services.assessor.inspect(upload), target.aspect
    )


def _handed_in(context: TurnContext) -> bool:
    return len(context.services.submissions.workspace(context.person.id, context.lesson.id)) > 0


def _nothing_open(context: TurnContext, criterion_status: dict[str, Judgement]) -> Decision:
    waiting = [one for one, judgement in criterion_status.items() if judgement.pending]
    if waiting:
        text = f"Nothing is open on your side: {rendering.named(context.lesson, waiting)} waits for an instructor."
    else:
        text = f"Every criterion of the {context.lesson.gate} is met. Submit when you are ready."
    return Decision(Intent.STUCK, text, actions=(Action("submit", "Submit for the gate", style="primary"),))


def _met(context: TurnContext, criterion: Criterion, criterion_status: dict[str, Judgement]) -> Decision:
    text = f"**{criterion.id} {criterion.title}** is met in your newest version; nothing holds it back."
    return Decision(Intent.STUCK, f"{text}\n{rendering.next_step(context.lesson, criterion_status)}".strip())


def _waits(target: Criterion, judgement: Judgement | None) -> Decision:
    reason = judgement.reason if judgement else ""
    text = f"**{target.id} {target.title}** waits for an instructor. {reason} You need not change anything for it."
    return Decision(Intent.STUCK, " ".join(text.split()))
