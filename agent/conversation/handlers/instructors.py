"""What instructors ask and decide by message. Learners are refused kindly, whatever they claim to be."""

from __future__ import annotations

import re

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers import mastery
from agent.conversation.handlers.gate_outcome import ARCHIVE, after_decision, passed_text, pending_reply
from agent.domain.act import Intent
from agent.domain.people import Person
from agent.domain.reply import Reply, Table
from agent.domain.turn import Notice
from knowledge.course.pack import Lesson
from tools.findings import Verdict

_LEAD = r"^\W*(?:[^\n.!?]{0,60}?[,:;]\s+)?(?:(?:please|pls)\s+)?"  # “I am the instructor,”, “hi there, please”
_DECIDE = re.compile(
    _LEAD + r"(approve|accept|reject|decline)\w*\s+([a-z]\d{1,2})\s+for\s+(.+?)(?:\s*[:,–-]\s+(.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_OVERRIDE = re.compile(_LEAD + r"(waive|re-?open)\b.*?\bfor\s+(.+?)(?:\s*[:,–-]\s+(.*))?$", re.IGNORECASE | re.DOTALL)
_ONE = re.compile(
    r"(?:progress|standing|status|results?)\s+(?:of|for|on)\s+(.+?)\W*$|"
    r"how (?:is|are)\s+(.+?)\s+(?:doing|getting|coming|progressing)",
    re.IGNORECASE,
)
NOT_YOURS = (
    "That is for an instructor to decide, and who is one stands in my settings, not in a message. Nothing has changed."
)
MAX_ROWS = 30  # of a table in a message
_STUCK = re.compile(r"\b(stuck|struggl|block|fail|behind|help)", re.IGNORECASE)
_SILENT = re.compile(
    r"\b(not|n't|nothing|nobody|no one|never|yet to|without)\b.*\b(hand|submit|sent|upload|start|file)", re.IGNORECASE
)
_WAITING = re.compile(r"\b(held|wait\w*|decision|decide|approve)\b", re.IGNORECASE)


def staff_query(context: TurnContext) -> Decision:
    if not context.person.is_instructor:
        return _refuse(context)
    decision = _answer(context)
    return _privately(context, decision) if context.in_channel else decision


def _refuse(context: TurnContext) -> Decision:
    action, said = context.turn.action, context.turn.text.strip()
    if (action is not None and action.id != "sheet") or _DECIDE.match(said) or _OVERRIDE.match(said):
        return Decision(Intent.STAFF, NOT_YOURS, declined=True)
    text = "I keep everybody's progress to themselves and the instructors, yours too."
    own = "" if context.in_channel else " I can show you where you stand yourself: ask “where am I?”."
    return Decision(Intent.STAFF, text + own, declined=True)


def _privately(context: TurnContext, decision: Decision) -> Decision:
    reply = Reply(decision.draft, actions=decision.actions, table=decision.table)
    notice = Notice(f"{context.turn.key}:private", context.person.id, reply)
    return Decision(Intent.STAFF, "I have sent you that directly.", notices=(notice, *decision.notices))


def _answer(context: TurnContext) -> Decision:
    action, text = context.turn.action, context.turn.text.strip()
    if action is not None and action.id in ("uphold", "dismiss"):
        uphold = action.id == "uphold"
        return mastery.settle(context.services, context.person, action.value, context.turn.key, uphold=uphold)
    if action is not None and action.id == "sheet":
        learner = context.services.learners.find(action.value)
        return _of_one(context, learner) if learner and learner.workspace == context.person.workspace else _unknown("")
    if action is not None:
        return _decide_pressed(context, action.id, action.value)
    if match := _DECIDE.match(text):
        return _decide_named(context, *match.groups())
    if match := _OVERRIDE.match(text):
        return _override(context, *match.groups())
    if match := _ONE.search(text):
        learner = _find(context, match.group(1) or match.group(2))
        if learner is not None:
            return _of_one(context, learner)
    return _of_all(context, text)


def _of_all(context: TurnContext, text: str) -> Decision:
    lesson = _lesson_named(context, text)
    if _WAITING.search(text):
        return _held(context, lesson)
    if _STUCK.search(text):
        return _stuck(context, lesson)
    if _SILENT.search(text):
        return _silent(context, lesson)
    found = context.services.progress.overview(lesson.id, context.person.workspace)
    table = Table(("Learner", "Gate", "Met", "Last attempt"), found.rows[:MAX_ROWS])
    return Decision(Intent.STAFF, _counted(found.rows, f"on the {lesson.gate}", found.query), table=table)


def _silent(context: TurnContext, lesson: Lesson) -> Decision:
    found = context.services.progress.silent(lesson.id, context.person.workspace)
    text = _counted(found.rows, f"with nothing handed in for the {lesson.gate}", found.query)
    return Decision(Intent.STAFF, text, table=Table(("Learner", "Gate"), found.rows[:MAX_ROWS]))


def _stuck(context: TurnContext, lesson: Lesson) -> Decision:
    found = context.services.progress.stuck(lesson.id, context.person.workspace)
    table = Table(("Learner", "Criterion", "Since", "Last attempt", "Verdict"), found.rows[:MAX_ROWS])
    return Decision(Intent.STAFF, _counted(found.rows, f"stuck on the {lesson.gate}", found.query), table=table)


def _counted(rows: tuple[tuple[str, ...], ...], what: str, query: str) -> str:
    people = len({row[0] for row in rows})
    head = f"**{people} {'learner' if people == 1 else 'learners'} {what}.**" if rows else f"**Nobody is {what}.**"
    more = f"\nThe first {MAX_ROWS} stand here; the app's Home shows everybody." if people > MAX_ROWS else ""
    return f"{head}{more}\n_How I counted: {query}_"


def _held(context: TurnContext, lesson: Lesson) -> Decision:
    waiting = context.services.reviews.pending(lesson.id, context.person.workspace)
    if not waiting:
        return Decision(Intent.STAFF, f"Nothing of the {lesson.gate} waits for a decision.")
    first = waiting[0]
    of_first = [pending.judgement for pending in waiting if pending.review_id == first.review_id]
    reply = pending_reply(first.person.name, lesson, first.review_id, of_first)
    others = len({pending.review_id for pending in waiting}) - 1
    tail = f"\n\n{others} more {'submission waits' if others == 1 else 'submissions wait'} behind it." if others else ""
    return Decision(Intent.STAFF, reply.text + tail, actions=reply.actions)


def _decide_pressed(context: TurnContext, verb: str, value: str) -> Decision:
    """`decide` comes with a form, which brings the verdict and the reason; without one, the words for it are said."""
    head, _, rest = value.partition(" ")
    if verb == "decide" and head not in _VERDICTS:
        example = "Write it as a message: “approve D6 for NAME”, or “reject D6 for NAME: the reason”."
        return Decision(Intent.STAFF, example.replace("D6", value.rpartition(":")[2] or "D6"))
    review_id, _, criterion = (rest if verb == "decide" else value).rpartition(":")
    verdict = _VERDICTS[head if verb == "decide" else verb]
    return _decide(context, review_id, criterion, verdict, context.turn.text.strip() if verb == "decide" else "")


def _decide_named(context: TurnContext, verb: str, criterion: str, name: str, note: str | None) -> Decision:
    learner = _find(context, name)
    if learner is None:
        return _unknown(name)
    waiting = [
        pending
        for pending in context.services.reviews.pending(None, context.person.workspace)
        if pending.person.id == learner.id and pending.judgement.criterion == criterion.upper()
    ]
    if not waiting:
        return Decision(Intent.STAFF, f"{criterion.upper()} of {learner.name} does not wait for a decision.")
    return _decide(context, waiting[-1].review_id, criterion.upper(), _VERDICTS[verb.lower()], note or "")


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


def _decide(context: TurnContext, review_id: str, criterion: str, verdict: Verdict, note: str) -> Decision:
    services = context.services
    review = services.reviews.decide(review_id, criterion, verdict, context.person, note)
    learner, lesson = services.learners.find(review.person_id), services.course.lesson(review.lesson_id)
    if learner is None or lesson is None:
        return Decision(Intent.STAFF, "That submission is no longer there.")
    notice = after_decision(services, learner, lesson, review, context.turn.key, decided=criterion)
    state = services.gates.view(learner.id, lesson.id).state.value
    return Decision(
        Intent.STAFF, f"{_DONE[verdict]} {criterion} for {learner.name}. Their gate: {state}.", notices=(notice,)
    )


def _override(context: TurnContext, verb: str, name: str, reason: str | None) -> Decision:
    learner = _find(context, name)
    if learner is None:
        return _unknown(name)
    if not reason:
        return Decision(Intent.STAFF, f"Please add the reason after a colon: “{verb} the gate for {learner.name}: …”.")
    gates, course = context.services.gates, context.services.course
    if re.search(r"\btwin\b", context.turn.text, re.IGNORECASE) and verb.lower() == "waive":
        return _waive_exercise(context, learner, reason)
    waives = verb.lower() == "waive"
    lesson_id = gates.current(learner.id) if waives else _last_closed(context, learner)
    lesson = course.lesson(lesson_id) if lesson_id else None
    if lesson is None:
        return Decision(Intent.STAFF, f"{learner.name} has no gate that could be {'waived' if waives else 'reopened'}.")
    (gates.waive if waives else gates.reopen)(learner.id, lesson.id, context.person, reason)
    did = "waived" if waives else "reopened"
    reply = Reply(f"An instructor {did} your {lesson.gate}: {reason}")
    notice = Notice(f"{context.turn.key}:{did}:{learner.id}", learner.id, reply)
    return Decision(Intent.STAFF, f"The {lesson.gate} of {learner.name} is {did}.", notices=(notice,))


def _waive_exercise(context: TurnContext, learner: Person, reason: str) -> Decision:
    gates, current = context.services.gates, context.services.gates.current(learner.id)
    lesson = context.services.course.lesson(current) if current else None
    if lesson is None or not gates.waive_exercise(learner.id, lesson.id, context.person, reason):
        return Decision(Intent.STAFF, f"No fault-finding exercise waits for {learner.name}.")
    said = f"An instructor waived the fault-finding exercise: {reason}\n\n{passed_text(context.services, lesson)}"
    notice = Notice(f"{context.turn.key}:twin:{learner.id}", learner.id, Reply(said, actions=(ARCHIVE,)))
    return Decision(Intent.STAFF, f"Waived. The {lesson.gate} of {learner.name} is passed.", notices=(notice,))


def _last_closed(context: TurnContext, learner: Person) -> str | None:
    closed = [
        lesson.id
        for lesson in context.services.course.lessons
        if context.services.gates.view(learner.id, lesson.id).state.value in ("passed", "waived")
    ]
    return closed[-1] if closed else None


def _of_one(context: TurnContext, learner: Person) -> Decision:
    found = context.services.progress.of(learner.id)
    if not found.rows:
        return Decision(Intent.STAFF, f"**{learner.name}** has handed nothing in yet.")
    table = Table(("Lesson", "Criterion", "Verdict", "Since", "Hint level"), tuple(found.rows))
    return Decision(Intent.STAFF, f"**{learner.name}**\n_How I counted: {found.query}_", table=table)


def _find(context: TurnContext, name: str) -> Person | None:
    cleaned = re.sub(r"^(the )?(learner|student)?\s*@?", "", name.strip().strip("?.! "), flags=re.IGNORECASE) or name
    learners, here = context.services.learners, context.person.workspace
    return learners.named(name.strip(" ?.!<>@"), here) or learners.named(cleaned.strip(" <>@"), here)


def _unknown(name: str) -> Decision:
    return Decision(
        Intent.STAFF, f"I know nobody called “{name.strip()[:60]}”. Mention them, or use their display name."
    )


def _lesson_named(context: TurnContext, text: str) -> Lesson:
    low = text.lower()
    return next(
        (
            lesson
            for lesson in context.services.course.lessons
            if lesson.gate.lower() in low or lesson.title.lower() in low
        ),
        context.lesson,
    )
