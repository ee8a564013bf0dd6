"""From a message to a query: what is asked for, about whom, on which criterion, or what is in doubt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.conversation.instructors.queries.following import following
from agent.conversation.instructors.queries.message import StaffMessage
from agent.conversation.instructors.queries.names import Doubt
from agent.conversation.instructors.queries.query import Kind, Query
from agent.conversation.instructors.queries.rules import of_cohort, of_persons, scoped
from agent.understanding.acts import Act, Reading

_BY_ACT = {Act.STAFF_MANY: Kind.COHORT, Act.STAFF_PENDING: Kind.PENDING}
_OF_SOMEBODY = "files named_file quotes reviews receipts history".split()  # whose, is asked back
_VAGUE = frozenset({Kind.COHORT, Kind.PASSED, Kind.CRITERIA})  # what a question about somebody unknown looks like


@dataclass(frozen=True)
class Understood:
    """`query` is None where nothing was understood; `doubts` stand where a name was not."""

    query: Query | None
    doubts: tuple[Doubt, ...] = ()
    asks_how: bool = False  # how the figures of the query are counted


def understand(message: StaffMessage, reading: Reading, last: Query | None) -> Understood:
    if message.asks_how:
        own = of_persons(message, message.people) if message.people else of_cohort(message)
        return Understood(own or last, asks_how=True)
    continued = following(message, last) if last else None
    if continued is not None:
        return Understood(continued)
    if message.people and not message.leaves_out:
        return Understood(of_persons(message, message.people), message.doubts)
    query = of_cohort(message)
    if not _is_foreign(message, reading) and (message.doubts or _may_be_name(message, query)):
        return _in_doubt(message)
    return Understood(query or _by_act(message, reading))


def _by_act(message: StaffMessage, reading: Reading) -> Query | None:
    """Where the words alone say too little."""
    kind = _BY_ACT.get(reading.act)
    if message.speaks_of(*_OF_SOMEBODY) and not (kind and reading.sure):
        return of_persons(message, ())
    return scoped(message, kind) if kind and (message.is_readable or reading.sure) else None


def _is_foreign(message: StaffMessage, reading: Reading) -> bool:
    """The act was read where the words were not: what looks like a name may be a word of another language."""
    certain = any(doubt.is_known or doubt.word.startswith("<@") for doubt in message.doubts)
    return reading.act in _BY_ACT and reading.sure and not message.is_readable and not certain


def _may_be_name(message: StaffMessage, query: Query | None) -> bool:
    """“how is marek doing” looks like a question about everybody, but for a word that nobody knows."""
    of_all = message.speaks_of("cohort", "overview", "who")
    return bool(message.strange) and not of_all and (query is None or query.kind in _VAGUE)


def _in_doubt(message: StaffMessage) -> Understood:
    """What is kept lets the next message say no more than the name."""
    doubts = message.doubts or message.strange
    shown = tuple(person.id for doubt in doubts for person in doubt.candidates)
    return Understood(replace(of_persons(message, ()), shown=shown), doubts)
