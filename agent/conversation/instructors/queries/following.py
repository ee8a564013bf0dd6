"""What only means something after the last query: “next”, “the others?”, “and P4?”, “what about Kai?”, “his files”."""

from __future__ import annotations

from dataclasses import replace

from agent.conversation.instructors.queries.message import StaffMessage
from agent.conversation.instructors.queries.query import OF_PERSONS, Kind, Query
from agent.conversation.instructors.queries.rules import of_persons

FEW = 4  # words of a message that says nothing by itself
_TAKES_CRITERIA = frozenset({Kind.CRITERION, Kind.STUCK, Kind.MISCONCEPTIONS, *OF_PERSONS})
_SIDES = "hints attempts seen since quotes receipts reviews files named_file work history open passed".split()
_OF_ALL = ("cohort", "pending", "wrong", "criteria", "silent", "recent", "overview")
_OTHER_HALF = {"has": "lacks", "lacks": "has", "open": "closed", "closed": "open", "begun": "rest", "rest": ""}


def following(message: StaffMessage, last: Query) -> Query | None:
    """None for a message that stands by itself."""
    if message.is_bare and message.people:
        return _of_others(message, message.people, last)
    if message.people or message.doubts:
        return None
    if message.is_bare and (chosen := message.chosen(last.shown)):
        return _of_others(message, chosen, last)
    if message.is_only("other"):
        return _other_half(last)
    if message.is_only("more"):
        return replace(last, page=last.page + 1)
    if message.is_only("yes") and last.kind is Kind.LEARNER:
        return replace(last, kind=Kind.WORK, part="", which="", page=0)
    if message.is_bare and message.is_all_known and (message.scope.criteria or message.scope.lesson):
        return _of_other_criteria(message, last)
    if _leans_on_people(message, last):
        return _carry(last, of_persons(message, last.people))
    return _of_same_list(message, last)


def _of_others(message: StaffMessage, people: tuple[str, ...], last: Query) -> Query:
    if last.kind is Kind.COST:
        return replace(last, people=people, page=0)
    if message.speaks_of("too") and last.kind in OF_PERSONS:
        people = tuple(dict.fromkeys((*last.people, *people)))
    kind = Kind.LEARNER if len(people) == 1 else Kind.COMPARISON
    criteria = message.scope.criteria or last.criteria
    if last.kind not in OF_PERSONS:
        return Query(kind, people, criteria if last.kind in _TAKES_CRITERIA else (), last.lesson)
    kind = last.kind if last.kind is Kind.WORK else kind
    return replace(last, kind=kind, people=people, criteria=criteria, page=0, shown=())


def _of_other_criteria(message: StaffMessage, last: Query) -> Query:
    scope = message.scope
    if not scope.criteria:
        return replace(last, lesson=scope.lesson, criteria=(), page=0)
    kind = last.kind if last.kind in _TAKES_CRITERIA else Kind.CRITERION
    which = message.which or (last.which if last.kind is kind else "")
    return replace(last, kind=kind, criteria=scope.criteria, lesson=scope.lesson, which=which, page=0)


def _other_half(last: Query) -> Query:
    """The others of a list: who has it after who lacks it, the rest of the cohort after one learner."""
    if last.kind in OF_PERSONS:
        return Query(Kind.COHORT, lesson=last.lesson)
    if last.kind in (Kind.PASSED, Kind.IDLE):
        return replace(last, kind=Kind.COHORT, which="open" if last.kind is Kind.PASSED else "begun", part="", page=0)
    if last.kind is Kind.CRITERION and " " in last.which:
        return replace(last, which="", page=0)
    first = {Kind.CRITERION: "has", Kind.STUCK: "rest"}.get(last.kind, "")
    return replace(last, which=_OTHER_HALF.get(last.which, first), part="", page=0)


def _leans_on_people(message: StaffMessage, last: Query) -> bool:
    """A pronoun, or a side of a learner that is asked for without saying whose."""
    if last.kind not in OF_PERSONS or not last.people:
        return False
    if message.speaks_of("who"):
        return False
    return message.speaks_of("he") or (message.speaks_of(*_SIDES) and not message.speaks_of(*_OF_ALL))


def _carry(last: Query, query: Query) -> Query:
    """What was said of criteria, lesson and file before still holds where the new message is silent on it."""
    return replace(query, criteria=query.criteria or last.criteria, lesson=query.lesson or last.lesson)


def _of_same_list(message: StaffMessage, last: Query) -> Query | None:
    """“on what?”, “since when?”, “and who has it?”, “did it help?”"""
    if last.kind is Kind.MISCONCEPTIONS and message.speaks_of("helped") and not message.speaks_of("stuck"):
        return replace(last, part="helped", page=0)
    if last.kind is Kind.CRITERION and last.criteria and message.is_only("who", "has", "not", "passed"):
        return replace(last, which=message.which or "has", page=0)
    if last.kind is Kind.PASSED and message.is_only("who", "not", "passed") and message.speaks_of("not"):
        return replace(last, kind=Kind.COHORT, which="open", page=0)
    if message.is_only("since"):
        return replace(last, part="since", page=0)
    asks = message.names("what", "which", "whom", "where", "why") or message.topics.keys() - {"yes"}
    if asks and message.is_bare and message.is_all_known and len(message.tokens) <= FEW:
        return replace(last, part="what" if message.names("what", "which") else last.part, page=0)
    return None
