"""What instructors decide: by a button, or by a message in one form. Nothing else in this package moves a gate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import mastery
from agent.conversation.handlers.gate_outcome import ARCHIVE, after_decision, passed_text
from agent.conversation.instructors.answers.phrasing import joined
from agent.conversation.instructors.queries.names import Roster
from agent.conversation.instructors.queries.tokens import tokens
from agent.conversation.instructors.queries.vocabulary import vocabulary
from agent.domain.act import Intent
from agent.domain.gate import CLOSED
from agent.domain.people import Person
from agent.domain.reply import Reply
from agent.domain.turn import Notice
from tools.findings import Verdict

_LEAD = r"^\W*(?:[^\n.!?]{0,60}?[,:;]\s+)?(?:(?:please|pls)\s+)?"  # “I am the instructor,”, “hi there, please”
_VERDICT = re.compile(
    _LEAD + r"(approve|accept|reject|decline)\w*\s+([a-z]\d{1,2})\s+for\s+(.+?)(?:\s*[:,–-]\s+(.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_OVERRIDE = re.compile(_LEAD + r"(waive|re-?open)\b(.*?)\bfor\s+(.+?)(?:\s*[:,–-]\s+(.*))?$", re.IGNORECASE | re.DOTALL)
_VERB = re.compile(_LEAD + r"(approve|accept|reject|decline|waive|re-?open)\b", re.IGNORECASE)
_CRITERION = re.compile(r"\b[a-z]\d{1,2}\b", re.IGNORECASE)
_EXERCISE, _TWIN = re.compile(r"\b(twin|exercise)\b", re.IGNORECASE), re.compile(r"\btwin\b", re.IGNORECASE)
_VERDICTS = {
    "approve": Verdict.MET,
    "accept": Verdict.MET,
    "reject": Verdict.NOT_MET,
    "decline": Verdict.NOT_MET,
    "met": Verdict.MET,
    "partly": Verdict.PARTLY,
    "not-met": Verdict.NOT_MET,
}
_DONE = {Verdict.MET: "Approved", Verdict.PARTLY: "Left as partly met:", Verdict.NOT_MET: "Rejected"}
_OVERRIDES = {"waive": "waiv", "reopen": "reopen"}
MAX_FORMS = 4
FORMS = (
    "“approve D6 for NAME: the reason”, “reject D6 for NAME: the reason”, “waive the gate for NAME: the reason”, "
    "“reopen the gate for NAME: the reason”"
)


@dataclass(frozen=True)
class Ruling:
    """What a message decides, word for word; `about` is what stands between the verb and the name."""

    verb: str
    about: str
    name: str
    reason: str

    @property
    def is_override(self) -> bool:
        return self.verb in ("waive", "reopen")


def read_ruling(text: str) -> Ruling | None:
    """None for whatever has another form, and for a question without a reason."""
    said = text.strip()
    if match := _VERDICT.match(said):
        ruling = Ruling(match[1].lower(), match[2].upper(), match[3], match[4] or "")
    elif match := _OVERRIDE.match(said):
        ruling = Ruling(match[1].lower().replace("-", ""), match[2].strip(), match[3], match[4] or "")
    else:
        return None
    return None if said.endswith("?") and not ruling.reason else ruling


def is_meant(text: str) -> bool:
    """Whether a message sets out to decide, in the right form or not."""
    return _VERB.match(text.strip()) is not None


def pressed(context: TurnContext, button: str, value: str) -> Decision:
    """`decide` comes with a form, which brings the verdict and the reason; without one, the words for it are said."""
    if button in ("uphold", "dismiss"):
        uphold = button == "uphold"
        return mastery.settle(context.services, context.person, value, context.turn.key, uphold=uphold)
    head, _, rest = value.partition(" ")
    if button == "decide" and head not in _VERDICTS:
        example = "Write it as a message: “approve D6 for NAME”, or “reject D6 for NAME: the reason”."
        return Decision(Intent.STAFF, example.replace("D6", value.rpartition(":")[2] or "D6"))
    review_id, _, criterion = (rest if button == "decide" else value).rpartition(":")
    verdict = _VERDICTS[head if button == "decide" else button]
    return _decide(context, review_id, criterion, verdict, context.turn.text.strip() if button == "decide" else "")


def rule(context: TurnContext, ruling: Ruling) -> Decision:
    learner = _exactly(context, ruling.name)
    if learner is None:
        return _nobody(context, ruling)
    return _override(context, ruling, learner) if ruling.is_override else _judge(context, ruling, learner)


def unformed(context: TurnContext, people: Sequence[str], criteria: Sequence[str]) -> Decision:
    """For whoever decides in other words: the form, with the names that were understood."""
    said = context.turn.text.lower()
    verbs = [f"{verb} the gate" for verb, word in _OVERRIDES.items() if word in said]
    wanted = verbs or [f"{verb} {criterion}" for criterion in criteria for verb in ("approve", "reject")]
    found = (context.services.learners.find(identifier) for identifier in people)
    names = [person.name for person in found if person is not None]
    forms = [f"“{verb} for {name}: the reason”" for name in names for verb in wanted][:MAX_FORMS]
    text = "Nothing has changed yet: a decision goes into the record, so I take it in one form only. Write "
    return Decision(Intent.STAFF, f"{text}{joined(forms, 'or') if forms else FORMS}.")


def _judge(context: TurnContext, ruling: Ruling, learner: Person) -> Decision:
    waiting = [
        pending
        for pending in context.services.reviews.pending(None, context.person.workspace)
        if pending.person.id == learner.id and pending.judgement.criterion == ruling.about
    ]
    if not waiting:
        return Decision(Intent.STAFF, f"{ruling.about} of {learner.name} does not wait for a decision.")
    return _decide(context, waiting[-1].review_id, ruling.about, _VERDICTS[ruling.verb], ruling.reason)


def _decide(context: TurnContext, review_id: str, criterion: str, verdict: Verdict, note: str) -> Decision:
    services = context.services
    review = services.reviews.decide(review_id, criterion, verdict, context.person, note)
    learner, lesson = services.learners.find(review.person_id), services.course.lesson(review.lesson_id)
    if learner is None or lesson is None:
        return Decision(Intent.STAFF, "That submission is no longer there.")
    notice = after_decision(services, learner, lesson, review, context.turn.key, decided=criterion)
    state = services.gates.view(learner.id, lesson.id).state.value
    text = f"{_DONE[verdict]} {criterion} for {learner.name}. Their gate: {state}."
    return Decision(Intent.STAFF, text, notices=(notice,))


def _override(context: TurnContext, ruling: Ruling, learner: Person) -> Decision:
    waives = ruling.verb == "waive"
    if criterion := _CRITERION.search(ruling.about):
        return _whole_gate_only(ruling, criterion.group().upper(), learner)
    if not ruling.reason:
        ask = f"Please add the reason after a colon: “{ruling.verb} the gate for {learner.name}: …”."
        return Decision(Intent.STAFF, ask)
    if waives and (_EXERCISE.search(ruling.about) or _TWIN.search(ruling.reason)):
        return _waive_exercise(context, learner, ruling.reason)
    gates, course = context.services.gates, context.services.course
    lesson_id = gates.current(learner.id) if waives else _last_closed(context, learner)
    lesson = course.lesson(lesson_id) if lesson_id else None
    if lesson is None:
        return Decision(Intent.STAFF, f"{learner.name} has no gate that could be {'waived' if waives else 'reopened'}.")
    (gates.waive if waives else gates.reopen)(learner.id, lesson.id, context.person, ruling.reason)
    did = "waived" if waives else "reopened"
    reply = Reply(f"An instructor {did} your {lesson.gate}: {ruling.reason}")
    notice = Notice(f"{context.turn.key}:{did}:{learner.id}", learner.id, reply)
    return Decision(Intent.STAFF, f"The {lesson.gate} of {learner.name} is {did}.", notices=(notice,))


def _whole_gate_only(ruling: Ruling, criterion: str, learner: Person) -> Decision:
    """Who names one criterion does not mean all sixteen."""
    if ruling.verb == "waive":
        other = f"To let {criterion} alone pass, write “approve {criterion} for {learner.name}: the reason”"
    else:
        other = f"To send {criterion} alone back, write “reject {criterion} for {learner.name}: the reason”"
    text = (
        f"Nothing has changed: only a whole gate can be {ruling.verb.removesuffix('e')}ed. {other}, while it waits for "
        f"a decision; for all of it, “{ruling.verb} the gate for {learner.name}: the reason”."
    )
    return Decision(Intent.STAFF, text)


def _waive_exercise(context: TurnContext, learner: Person, reason: str) -> Decision:
    gates, current = context.services.gates, context.services.gates.current(learner.id)
    lesson = context.services.course.lesson(current) if current else None
    if lesson is None or not gates.waive_exercise(learner.id, lesson.id, context.person, reason):
        return Decision(Intent.STAFF, f"No fault-finding exercise waits for {learner.name}.")
    said = f"An instructor waived the fault-finding exercise: {reason}\n\n{passed_text(context.services, lesson)}"
    notice = Notice(f"{context.turn.key}:twin:{learner.id}", learner.id, Reply(said, actions=(ARCHIVE,)))
    return Decision(Intent.STAFF, f"Waived. The {lesson.gate} of {learner.name} is passed.", notices=(notice,))


def _last_closed(context: TurnContext, learner: Person) -> str | None:
    gates, lessons = context.services.gates, context.services.course.lessons
    closed = [lesson.id for lesson in lessons if gates.view(learner.id, lesson.id).state in CLOSED]
    return closed[-1] if closed else None


def _exactly(context: TurnContext, name: str) -> Person | None:
    """By the whole display name, an id or a mention: a decision is no place for a guess."""
    cleaned = re.sub(r"^(the )?(learner|student)?\s*@?", "", name.strip().strip("?.! "), flags=re.IGNORECASE) or name
    learners, here = context.services.learners, context.person.workspace
    return learners.named(name.strip(" ?.!<>@"), here) or learners.named(cleaned.strip(" <>@"), here)


def _nobody(context: TurnContext, ruling: Ruling) -> Decision:
    words = vocabulary()
    roster = Roster(context.services.learners.learners(context.person.workspace), words)
    naming = roster.named(tokens(ruling.name, words.spelling))
    near = naming.people or tuple(person for doubt in naming.doubts for person in doubt.candidates)
    if not near:
        text = f"I know nobody called “{ruling.name.strip()[:60]}”. Mention them, or use their display name."
        return Decision(Intent.STAFF, text)
    names = " or ".join(f"**{person.name}**" for person in near[:3])
    about = ruling.about or "the gate"
    text = (
        f"Nothing has changed: a decision needs the whole name. Do you mean {names}? "
        f"Then write “{ruling.verb} {about} for {near[0].name}: the reason”."
    )
    return Decision(Intent.STAFF, text)
