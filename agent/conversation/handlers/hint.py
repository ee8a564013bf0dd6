"""Help with a learner's own open criterion: a place in their file, an earned hint, one question."""

from __future__ import annotations

import re

from agent.conversation import rendering
from agent.conversation.context import Desk
from agent.conversation.decision import Decision
from agent.conversation.handlers import experiments
from agent.domain.policy import STUCK, Step, Stuck, step
from agent.domain.reply import Action
from agent.domain.verdicts import Judgement
from agent.grading.assessment import first_finding, place
from agent.learners.mastery import Observed
from agent.understanding.intents import Intent
from agent.understanding.topics import criterion_of, named_artefact, named_criterion
from knowledge.course.pack import Criterion, Question
from tools.findings import Finding, Verdict

SUBMIT = Action("submit", "Submit for the gate")
_EARN = {
    1: "Change something and send the file again, or tell me what you expect to happen, and I can say more.",
    2: "Your next attempt earns the next hint.",
    3: "One more attempt earns the last hint that I give.",
    4: "That is the last hint that I give for this criterion; the step itself is yours.",
}


def guide(desk: Desk, criterion: str = "") -> Decision:
    """The level of the hint comes from what the learner tried, never from how they ask."""
    services, person, lesson = desk.services, desk.person, desk.lesson
    standing = desk.standing()
    asked = named_criterion(desk.turn.text, lesson)
    if asked is not None and not criterion and rendering.is_met(standing.get(asked.id)):
        return _met(desk, asked, standing)
    target = lesson.criterion(criterion) or _target(desk, standing)
    judgement = standing.get(target.id) if target else None
    question = _unasked_question(desk, target) if target else None
    chosen = step(
        STUCK,
        Stuck(
            open=target is not None,
            held=judgement is not None and judgement.held,
            earned=target is not None and services.hints.is_earned(person.id, lesson.id, target.id),
            questions_left=question is not None,
            experiments_left=target is not None and experiments.about(desk, target) is not None,
        ),
    )
    if target is None or chosen is Step.SUBMIT:
        return _nothing_open(desk, standing)
    if chosen is Step.WAIT:
        return _waits(target, judgement)
    if chosen is Step.HINT:
        return _hint(desk, target, judgement)
    return _no_new_hint(desk, target, judgement, question)


def _target(desk: Desk, standing: dict[str, Judgement]) -> Criterion | None:
    asked = named_criterion(desk.turn.text, desk.lesson) or _at_line(desk)
    asked = asked or _of_artefact(desk, standing) or criterion_of(desk.turn.text, desk.lesson, desk.services.embed)
    if asked is not None and (asked.id not in standing or standing[asked.id].verdict is not Verdict.MET):
        return asked
    return rendering.next_open(desk.lesson, standing)


def _of_artefact(desk: Desk, standing: dict[str, Judgement]) -> Criterion | None:
    """The next open criterion of the file that they name, where they name one."""
    artefact = named_artefact(desk.turn.text)
    return rendering.next_open(desk.lesson, standing, artefact) if artefact else None


_LINE = re.compile(r"\b(?:line|zeile)\s+(\d{1,4})\b", re.IGNORECASE)


def _at_line(desk: Desk) -> Criterion | None:
    """The criterion that a remark on the line in question belongs to."""
    finding = _finding_at(desk, "")
    return next(
        (criterion for criterion in desk.lesson.rubric if finding and criterion.aspect == finding.criterion), None
    )


def _finding_at(desk: Desk, aspect: str) -> Finding | None:
    match = _LINE.search(desk.turn.text)
    upload = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    if match is None or not len(upload):
        return None
    line, low = int(match[1]), desk.turn.text.lower()
    found = [
        finding
        for finding in desk.services.assessor.inspect(upload).findings
        if finding.effect is not None and finding.line <= line <= finding.end_line and aspect in ("", finding.criterion)
    ]
    return next((match_found for match_found in found if match_found.file.lower() in low), found[0] if found else None)


def _hint(desk: Desk, target: Criterion, judgement: Judgement | None) -> Decision:
    level = desk.services.hints.give(desk.person.id, desk.lesson.id, target.id)
    ladder = desk.lesson.hints[target.id]
    shown = ladder[min(level, len(ladder)) - 1]
    desk.note(target.id, Observed.HINTED, f"hint {level} of {len(ladder)}")
    asks = shown.rstrip().endswith("?")
    lines = [
        f"**{target.id} {target.title}**, hint {level} of {len(ladder)}.",
        _where(desk, target, judgement),
        "" if asks else shown,
        _EARN.get(level, ""),
    ]
    return Decision(
        Intent.STUCK,
        "\n".join(line for line in lines if line),
        closing=shown if asks else _question(desk, target, judgement),
        hint_level=level,
        actions=(SUBMIT,) if _handed_in(desk) else (),
        may_reword=True,
    )


def _no_new_hint(desk: Desk, target: Criterion, judgement: Judgement | None, question: Question | None) -> Decision:
    """No attempt since the last hint: the same level from another side, and at the end no more questions."""
    level = desk.services.hints.level(desk.person.id, desk.lesson.id, target.id)
    head = f"**{target.id} {target.title}**: I stay at hint {level} until you have tried something."
    where = _where(desk, target, judgement)
    if question is not None:
        text = f"{head}\n{where}\nLet us come at it from another side; your answer counts as an attempt."
        return Decision(
            Intent.STUCK, text, closing=question.text, question_asked=question.id, hint_level=level, may_reword=True
        )
    belief = experiments.about(desk, target)
    if belief is not None:
        lead = f"{head}\n{where}\nHere is an experiment about it; a prediction counts as an attempt."
        return experiments.propose(belief, lead, Intent.STUCK, level)
    rest = (
        "What counts: an edit at that place, a build, or your own words for what happens there now. "
        "Nothing else moves the level, also not what somebody allowed; an instructor can decide for you in here."
    )
    return Decision(Intent.STUCK, f"{head}\n{where}\n{rest}", hint_level=level, actions=_rest_actions(desk))


def _rest_actions(desk: Desk) -> tuple[Action, ...]:
    return (Action("status", "Where am I?"), *((SUBMIT,) if _handed_in(desk) else ()))


def _unasked_question(desk: Desk, target: Criterion) -> Question | None:
    asked = desk.services.asked.already_asked(desk.person.id, desk.lesson.id)
    about = [
        question for question in desk.lesson.questions if question.criterion == target.id and question.id not in asked
    ]
    return about[0] if about else None


def _where(desk: Desk, target: Criterion, judgement: Judgement | None) -> str:
    """The concrete place in the newest version that the hint speaks of."""
    upload = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    if not len(upload) or judgement is None or judgement.verdict is Verdict.NOT_CHECKED:
        name = rendering.ARTEFACT_NAMES.get(target.artefact, target.artefact)
        return f"I have not seen {name} yet, so this is about the idea. {target.why}"
    if target.judged_by == "inspection":
        finding = _finding(desk, target)
        return f"In your newest version: {place(finding)}. {finding.message}" if finding else ""
    if judgement.spans:
        return f"In your newest version you write: {rendering.evidence(judgement, upload)}."
    return judgement.reason or f"Your newest version says nothing yet that shows it. {target.why}"


def _question(desk: Desk, target: Criterion, judgement: Judgement | None) -> str:
    if target.judged_by == "inspection":
        finding = _finding(desk, target)
        return finding.question if finding else ""
    return judgement.missing if judgement is not None and judgement.missing.endswith("?") else ""


def _finding(desk: Desk, target: Criterion) -> Finding | None:
    upload = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    if not len(upload):
        return None
    return _finding_at(desk, target.aspect) or first_finding(desk.services.assessor.inspect(upload), target.aspect)


def _handed_in(desk: Desk) -> bool:
    return len(desk.services.submissions.workspace(desk.person.id, desk.lesson.id)) > 0


def _nothing_open(desk: Desk, standing: dict[str, Judgement]) -> Decision:
    waiting = [one for one, judgement in standing.items() if judgement.held]
    if waiting:
        text = f"Nothing is open on your side: {rendering.named(desk.lesson, waiting)} waits for an instructor."
    else:
        text = f"Every criterion of the {desk.lesson.gate} is met. Submit when you are ready."
    return Decision(Intent.STUCK, text, actions=(Action("submit", "Submit for the gate", style="primary"),))


def _met(desk: Desk, criterion: Criterion, standing: dict[str, Judgement]) -> Decision:
    text = f"**{criterion.id} {criterion.title}** is met in your newest version; nothing holds it back."
    return Decision(Intent.STUCK, f"{text}\n{rendering.next_step(desk.lesson, standing)}".strip())


def _waits(target: Criterion, judgement: Judgement | None) -> Decision:
    reason = judgement.reason if judgement else ""
    text = f"**{target.id} {target.title}** waits for an instructor. {reason} You need not change anything for it."
    return Decision(Intent.STUCK, " ".join(text.split()))
