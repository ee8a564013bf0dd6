"""What instructors ask and decide by message. Learners are refused kindly, whatever they claim to be."""

from __future__ import annotations

import re

from agent.conversation.context import Desk
from agent.conversation.decision import Decision
from agent.conversation.handlers import mastery
from agent.conversation.handlers.gate_outcome import ARCHIVE, after_decision, held_reply, passed_text
from agent.domain.people import Person
from agent.domain.reply import Reply, Table
from agent.domain.turn import Notice
from agent.understanding.intents import Intent
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


def staff_query(desk: Desk) -> Decision:
    if not desk.person.is_instructor:
        return _refuse(desk)
    decision = _answer(desk)
    return _privately(desk, decision) if desk.in_channel else decision


def _refuse(desk: Desk) -> Decision:
    action, said = desk.turn.action, desk.turn.text.strip()
    if (action is not None and action.id != "sheet") or _DECIDE.match(said) or _OVERRIDE.match(said):
        return Decision(Intent.STAFF, NOT_YOURS, declined=True)
    text = "I keep everybody's progress to themselves and the instructors, yours too."
    own = "" if desk.in_channel else " I can show you where you stand yourself: ask “where am I?”."
    return Decision(Intent.STAFF, text + own, declined=True)


def _privately(desk: Desk, decision: Decision) -> Decision:
    reply = Reply(decision.draft, actions=decision.actions, table=decision.table)
    notice = Notice(f"{desk.turn.key}:private", desk.person.id, reply)
    return Decision(Intent.STAFF, "I have sent you that directly.", notices=(notice, *decision.notices))


def _answer(desk: Desk) -> Decision:
    action, text = desk.turn.action, desk.turn.text.strip()
    if action is not None and action.id in ("uphold", "dismiss"):
        uphold = action.id == "uphold"
        return mastery.settle(desk.services, desk.person, action.value, desk.turn.key, uphold=uphold)
    if action is not None and action.id == "sheet":
        learner = desk.services.learners.find(action.value)
        return _of_one(desk, learner) if learner and learner.workspace == desk.person.workspace else _unknown("")
    if action is not None:
        return _decide_pressed(desk, action.id, action.value)
    if match := _DECIDE.match(text):
        return _decide_named(desk, *match.groups())
    if match := _OVERRIDE.match(text):
        return _override(desk, *match.groups())
    if match := _ONE.search(text):
        learner = _find(desk, match.group(1) or match.group(2))
        if learner is not None:
            return _of_one(desk, learner)
    return _of_all(desk, text)


def _of_all(desk: Desk, text: str) -> Decision:
    lesson = _lesson_named(desk, text)
    if _WAITING.search(text):
        return _held(desk, lesson)
    if _STUCK.search(text):
        return _stuck(desk, lesson)
    if _SILENT.search(text):
        return _silent(desk, lesson)
    found = desk.services.progress.overview(lesson.id, desk.person.workspace)
    table = Table(("Learner", "Gate", "Met", "Last attempt"), found.rows[:MAX_ROWS])
    return Decision(Intent.STAFF, _counted(found.rows, f"on the {lesson.gate}", found.query), table=table)


def _silent(desk: Desk, lesson: Lesson) -> Decision:
    found = desk.services.progress.silent(lesson.id, desk.person.workspace)
    text = _counted(found.rows, f"with nothing handed in for the {lesson.gate}", found.query)
    return Decision(Intent.STAFF, text, table=Table(("Learner", "Gate"), found.rows[:MAX_ROWS]))


def _stuck(desk: Desk, lesson: Lesson) -> Decision:
    found = desk.services.progress.stuck(lesson.id, desk.person.workspace)
    table = Table(("Learner", "Criterion", "Since", "Last attempt", "Verdict"), found.rows[:MAX_ROWS])
    return Decision(Intent.STAFF, _counted(found.rows, f"stuck on the {lesson.gate}", found.query), table=table)


def _counted(rows: tuple[tuple[str, ...], ...], what: str, query: str) -> str:
    people = len({row[0] for row in rows})
    head = f"**{people} {'learner' if people == 1 else 'learners'} {what}.**" if rows else f"**Nobody is {what}.**"
    more = f"\nThe first {MAX_ROWS} stand here; the app's Home shows everybody." if people > MAX_ROWS else ""
    return f"{head}{more}\n_How I counted: {query}_"


def _held(desk: Desk, lesson: Lesson) -> Decision:
    waiting = desk.services.reviews.held(lesson.id, desk.person.workspace)
    if not waiting:
        return Decision(Intent.STAFF, f"Nothing of the {lesson.gate} waits for a decision.")
    first = waiting[0]
    of_first = [pending.judgement for pending in waiting if pending.review_id == first.review_id]
    reply = held_reply(first.person.name, lesson, first.review_id, of_first)
    others = len({pending.review_id for pending in waiting}) - 1
    tail = f"\n\n{others} more {'submission waits' if others == 1 else 'submissions wait'} behind it." if others else ""
    return Decision(Intent.STAFF, reply.text + tail, actions=reply.actions)


def _decide_pressed(desk: Desk, verb: str, value: str) -> Decision:
    """`decide` comes with a form, which brings the verdict and the reason; without one, the words for it are said."""
    head, _, rest = value.partition(" ")
    if verb == "decide" and head not in _VERDICTS:
        example = "Write it as a message: “approve D6 for NAME”, or “reject D6 for NAME: the reason”."
        return Decision(Intent.STAFF, example.replace("D6", value.rpartition(":")[2] or "D6"))
    review_id, _, criterion = (rest if verb == "decide" else value).rpartition(":")
    verdict = _VERDICTS[head if verb == "decide" else verb]
    return _decide(desk, review_id, criterion, verdict, desk.turn.text.strip() if verb == "decide" else "")


def _decide_named(desk: Desk, verb: str, criterion: str, name: str, note: str | None) -> Decision:
    learner = _find(desk, name)
    if learner is None:
        return _unknown(name)
    held = [
        pending
        for pending in desk.services.reviews.held(None, desk.person.workspace)
        if pending.person.id == learner.id and pending.judgement.criterion == criterion.upper()
    ]
    if not held:
        return Decision(Intent.STAFF, f"{criterion.upper()} of {learner.name} does not wait for a decision.")
    return _decide(desk, held[-1].review_id, criterion.upper(), _VERDICTS[verb.lower()], note or "")


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


def _decide(desk: Desk, review_id: str, criterion: str, verdict: Verdict, note: str) -> Decision:
    services = desk.services
    review = services.reviews.decide(review_id, criterion, verdict, desk.person, note)
    learner, lesson = services.learners.find(review.person_id), services.course.lesson(review.lesson_id)
    if learner is None or lesson is None:
        return Decision(Intent.STAFF, "That submission is no longer there.")
    notice = after_decision(services, learner, lesson, review, desk.turn.key, decided=criterion)
    state = services.gates.view(learner.id, lesson.id).state.value
    return Decision(
        Intent.STAFF, f"{_DONE[verdict]} {criterion} for {learner.name}. Their gate: {state}.", notices=(notice,)
    )


def _override(desk: Desk, verb: str, name: str, reason: str | None) -> Decision:
    learner = _find(desk, name)
    if learner is None:
        return _unknown(name)
    if not reason:
        return Decision(Intent.STAFF, f"Please add the reason after a colon: “{verb} the gate for {learner.name}: …”.")
    gates, course = desk.services.gates, desk.services.course
    if re.search(r"\btwin\b", desk.turn.text, re.IGNORECASE) and verb.lower() == "waive":
        return _waive_twin(desk, learner, reason)
    waives = verb.lower() == "waive"
    lesson_id = gates.current(learner.id) if waives else _last_closed(desk, learner)
    lesson = course.lesson(lesson_id) if lesson_id else None
    if lesson is None:
        return Decision(Intent.STAFF, f"{learner.name} has no gate that could be {'waived' if waives else 'reopened'}.")
    (gates.waive if waives else gates.reopen)(learner.id, lesson.id, desk.person, reason)
    did = "waived" if waives else "reopened"
    reply = Reply(f"An instructor {did} your {lesson.gate}: {reason}")
    notice = Notice(f"{desk.turn.key}:{did}:{learner.id}", learner.id, reply)
    return Decision(Intent.STAFF, f"The {lesson.gate} of {learner.name} is {did}.", notices=(notice,))


def _waive_twin(desk: Desk, learner: Person, reason: str) -> Decision:
    gates, current = desk.services.gates, desk.services.gates.current(learner.id)
    lesson = desk.services.course.lesson(current) if current else None
    if lesson is None or not gates.waive_twin(learner.id, lesson.id, desk.person, reason):
        return Decision(Intent.STAFF, f"No twin fault waits for {learner.name}.")
    said = f"An instructor waived the twin fault: {reason}\n\n{passed_text(desk.services, lesson)}"
    notice = Notice(f"{desk.turn.key}:twin:{learner.id}", learner.id, Reply(said, actions=(ARCHIVE,)))
    return Decision(Intent.STAFF, f"Waived. The {lesson.gate} of {learner.name} is passed.", notices=(notice,))


def _last_closed(desk: Desk, learner: Person) -> str | None:
    closed = [
        lesson.id
        for lesson in desk.services.course.lessons
        if desk.services.gates.view(learner.id, lesson.id).state.value in ("passed", "waived")
    ]
    return closed[-1] if closed else None


def _of_one(desk: Desk, learner: Person) -> Decision:
    found = desk.services.progress.of(learner.id)
    if not found.rows:
        return Decision(Intent.STAFF, f"**{learner.name}** has handed nothing in yet.")
    table = Table(("Lesson", "Criterion", "Verdict", "Since", "Hint level"), tuple(found.rows))
    return Decision(Intent.STAFF, f"**{learner.name}**\n_How I counted: {found.query}_", table=table)


def _find(desk: Desk, name: str) -> Person | None:
    cleaned = re.sub(r"^(the )?(learner|student)?\s*@?", "", name.strip().strip("?.! "), flags=re.IGNORECASE) or name
    learners, here = desk.services.learners, desk.person.workspace
    return learners.named(name.strip(" ?.!<>@"), here) or learners.named(cleaned.strip(" <>@"), here)


def _unknown(name: str) -> Decision:
    return Decision(
        Intent.STAFF, f"I know nobody called “{name.strip()[:60]}”. Mention them, or use their display name."
    )


def _lesson_named(desk: Desk, text: str) -> Lesson:
    low = text.lower()
    return next(
        (
            lesson
            for lesson in desk.services.course.lessons
            if lesson.gate.lower() in low or lesson.title.lower() in low
        ),
        desk.lesson,
    )
