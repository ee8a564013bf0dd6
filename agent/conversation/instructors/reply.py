"""An instructor's message, answered: a decision in its one form, a question by its kind, a doubt by a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.instructors import decisions
from agent.conversation.instructors.answers import cohort, cost, criteria, learner, misconceptions, pending, stuck, work
from agent.conversation.instructors.answers.lookup import Answer, Lookup
from agent.conversation.instructors.answers.phrasing import joined, on
from agent.conversation.instructors.queries.following import following
from agent.conversation.instructors.queries.message import Reader, StaffMessage
from agent.conversation.instructors.queries.names import Doubt
from agent.conversation.instructors.queries.query import OF_PERSONS, Kind, Query
from agent.conversation.instructors.queries.rules import of_cohort, of_persons
from agent.conversation.instructors.queries.scope import Scopes
from agent.conversation.instructors.queries.understanding import Understood, understand
from agent.conversation.instructors.queries.vocabulary import vocabulary
from agent.domain.act import Intent
from agent.domain.reply import Reply, Table
from agent.domain.turn import Notice
from agent.understanding.acts import Act, Reading

MAX_ROWS = 30  # of a table in a message
NOT_YOURS = (
    "That is for an instructor to decide, and who is one stands in my settings, not in a message. Nothing has changed."
)
Memory = dict[str, str]
T = TypeVar("T")

ANSWERS: Mapping[Kind, Callable[[Lookup], Answer]] = {
    Kind.LEARNER: learner.one,
    Kind.COMPARISON: learner.several,
    Kind.WORK: work.of,
    Kind.COHORT: cohort.overview,
    Kind.CRITERION: criteria.chosen,
    Kind.CRITERIA: criteria.every,
    Kind.STUCK: stuck.of,
    Kind.IDLE: cohort.idle,
    Kind.PASSED: cohort.passed,
    Kind.PENDING: pending.of,
    Kind.RECENT: cohort.recent,
    Kind.MISCONCEPTIONS: misconceptions.of,
    Kind.COST: cost.of,
}


def answer(context: TurnContext, reading: Reading, query: Mapping[str, str]) -> tuple[Decision, Memory]:
    """`query` is what the last call in this conversation gave to remember; empty at its beginning."""
    if not context.person.is_instructor:
        return refused(context), {}
    decision, memory = _answered(context, reading, query)
    return (_privately(context, decision) if context.in_channel else decision), memory


def names_a_learner(context: TurnContext) -> bool:
    """Whether an instructor's message names somebody, whatever else it seems to do."""
    return context.person.is_instructor and _read(context, None).sure


def asks_for_cost(context: TurnContext) -> bool:
    """Whether an instructor wants to know what the tutor itself costs; the acts know no such question."""
    if not context.person.is_instructor:
        return False
    message = _read(context, None)
    query = of_persons(message, message.people) if message.people else of_cohort(message)
    return query is not None and query.kind is Kind.COST


def is_for_instructors(context: TurnContext) -> bool:
    """Whether somebody who is no instructor gives an instructor's order, or asks for what is another learner's."""
    if context.person.is_instructor:
        return False
    if decisions.read_ruling(context.turn.text) is not None:
        return True
    message = _read(context, None)
    others = message.sure and any(person != context.person.id for person in message.people)
    return others and (decisions.is_meant(context.turn.text) or not message.is_bare)


def continues(context: TurnContext, query: Mapping[str, str]) -> bool:
    """Whether a message only makes sense after the last query: “next”, “and P4?”, “since when?”."""
    last = Query.recalled(query)
    if last is None or not context.person.is_instructor:
        return False
    message = _read(context, last)
    return message.asks_how or (message.is_readable and following(message, last) is not None)


def _answered(context: TurnContext, reading: Reading, query: Mapping[str, str]) -> tuple[Decision, Memory]:
    action, text = context.turn.action, context.turn.text.strip()
    if action is not None and action.id == "sheet":
        return _sheet(context, action.value)
    if action is not None:
        return decisions.pressed(context, action.id, action.value), dict(query)
    ruling = decisions.read_ruling(text)
    if ruling is not None:
        return decisions.rule(context, ruling), dict(query)
    last = Query.recalled(query)
    if decisions.is_meant(text) or reading.act is Act.STAFF_DECIDE:
        message = _read(context, last)
        return decisions.unformed(context, message.people, message.scope.criteria), dict(query)
    understood = understand(_read(context, last), reading, last)
    if understood.doubts and not (understood.query and understood.query.people):
        return _in_doubt(understood)
    if understood.query is None:
        return _unclear(), dict(query)
    if last is not None:
        kept = replace(understood.query, talk=last.talk, told=last.told, offered=last.offered)
        understood = replace(understood, query=kept)
    return _found(context, understood)


def _sheet(context: TurnContext, identifier: str) -> tuple[Decision, Memory]:
    person = context.services.learners.find(identifier)
    if person is None or person.workspace != context.person.workspace:
        return Decision(Intent.STAFF, "That learner is no longer there."), {}
    return _found(context, Understood(Query(Kind.LEARNER, (person.id,), part="open")))


def _read(context: TurnContext, last: Query | None) -> StaffMessage:
    people = context.services.learners.learners(context.person.workspace)
    reader = Reader(people, Scopes(context.services.course, vocabulary()), vocabulary())
    return reader.read(context.turn.text, last.shown if last else ())


def _found(context: TurnContext, understood: Understood) -> tuple[Decision, Memory]:
    query = understood.query
    assert query is not None  # noqa: S101 - callers have looked
    lookup = Lookup(context, query)
    if query.kind in OF_PERSONS:
        if not lookup.learners:
            return _whose(query)
        query = _fitting(query, len(lookup.learners))
        lookup = Lookup(context, query)
    found = ANSWERS[query.kind](lookup)
    if understood.asks_how:
        return Decision(Intent.STAFF, f"{found.counted} As of {on(lookup.now)} UTC."), query.remembered()
    kept = replace(query, shown=_page(found.people, query), offered="yes" if found.offers else query.offered)
    if found.talk and query.part != "helped":
        kept = replace(kept, talk=found.talk, told=lookup.now.isoformat())
    return _decision(found, query, understood.doubts), kept.remembered()


def _decision(found: Answer, query: Query, doubts: tuple[Doubt, ...]) -> Decision:
    unknown = f" I know nobody called {joined([f'“{doubt.word}”' for doubt in doubts])}." if doubts else ""
    rows, text = _page(found.rows, query), found.text + unknown
    start = _start(query)
    if found.rows and not rows:
        return Decision(Intent.STAFF, f"That was all: {len(found.rows)} rows.")
    if start:
        text = f"Rows {start + 1} to {start + len(rows)} of {len(found.rows)}."
    left = len(found.rows) - start - len(rows)
    if left > 0:
        text += f"\n“next” shows {'the last one' if left == 1 else f'the next {min(left, MAX_ROWS)} of {left} more'}."
    table = Table(found.columns, rows) if rows else None
    attached = tuple(found.attached.items())
    return Decision(Intent.STAFF, text, table=table, actions=found.actions, attached=attached)


def _start(query: Query) -> int:
    """What waits for a decision is turned by submissions, not by rows."""
    return 0 if query.kind is Kind.PENDING else query.page * MAX_ROWS


def _page(rows: tuple[T, ...], query: Query) -> tuple[T, ...]:
    return rows[_start(query) : _start(query) + MAX_ROWS]


def _fitting(query: Query, people: int) -> Query:
    if query.kind is Kind.LEARNER and people > 1:
        return replace(query, kind=Kind.COMPARISON)
    return replace(query, kind=Kind.LEARNER) if query.kind is Kind.COMPARISON and people == 1 else query


def _in_doubt(understood: Understood) -> tuple[Decision, Memory]:
    """What was understood, and between whom; the next message may say no more than the name."""
    query, doubt = understood.query, understood.doubts[0]
    wanted = _wanted(query) if query else "about somebody"
    names = [f"**{person.name}**" for person in doubt.candidates]
    if doubt.is_known:
        text = f"Which {doubt.word} do you mean: {joined(names, 'or')}?"
    elif names:
        text = f"You ask {wanted}, but I know nobody called “{doubt.word}”. Do you mean {joined(names, 'or')}?"
    else:
        text = (
            f"You ask {wanted}, but I know nobody called “{doubt.word}”. I know those who have written to me or opened "
            "my page; “how is everybody doing?” lists them."
        )
    return Decision(Intent.STAFF, text, declined=not names), query.remembered() if query else {}


def _whose(query: Query) -> tuple[Decision, Memory]:
    text = f"You ask {_wanted(query)}, but not whose. Name a learner, or several."
    return Decision(Intent.STAFF, text), query.remembered()


def _wanted(query: Query) -> str:
    return _WANTED.get(query.part) or ("what was handed in" if query.kind is Kind.WORK else "how somebody is doing")


_WANTED = {
    "hints": "about hints",
    "attempts": "about attempts",
    "seen": "when somebody was here",
    "since": "since when something is open",
    "quotes": "for quoted evidence",
    "receipts": "about builds",
    "reviews": "about reviews",
    "files": "for files",
    "history": "for somebody's history",
    "passed": "whether somebody passed",
    "open": "what is open",
}


def _unclear() -> Decision:
    text = (
        "That is about your learners, but I'm not sure what you want to know. I can tell you how somebody is doing, "
        "what they handed in, who is stuck, who hasn't begun, who lacks a criterion, what waits for you, what your "
        "cohort gets wrong, and what I cost. Try “who is stuck?” or a name."
    )
    return Decision(Intent.STAFF, text)


def refused(context: TurnContext) -> Decision:
    """What only instructors see or decide, said to anybody else."""
    action, said = context.turn.action, context.turn.text
    if (action is not None and action.id != "sheet") or decisions.is_meant(said) or decisions.read_ruling(said):
        return Decision(Intent.STAFF, NOT_YOURS, declined=True)
    text = "I keep everybody's progress to themselves and the instructors, yours too."
    own = "" if context.in_channel else " I can show you where you stand yourself: ask “where am I?”."
    return Decision(Intent.STAFF, text + own, declined=True)


def _privately(context: TurnContext, decision: Decision) -> Decision:
    reply = Reply(decision.draft, actions=decision.actions, table=decision.table)
    notice = Notice(f"{context.turn.key}:private", context.person.id, reply)
    return Decision(Intent.STAFF, "I have sent you that directly.", notices=(notice, *decision.notices))
