"""What is asked, by the words of a message: two tables, each read from the top; the first rule that fits decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agent.conversation.instructors.queries.message import StaffMessage
from agent.conversation.instructors.queries.query import Kind, Query


@dataclass(frozen=True)
class Rule:
    when: str
    holds: Callable[[StaffMessage], bool]
    kind: Kind
    part: str = ""
    which: str = ""


def _any(*topics: str) -> Callable[[StaffMessage], bool]:
    return lambda message: message.speaks_of(*topics)


def _denies(*topics: str) -> Callable[[StaffMessage], bool]:
    return lambda message: message.denies(*topics)


def _all(*topics: str) -> Callable[[StaffMessage], bool]:
    return lambda message: all(map(message.speaks_of, topics))


def _is_on_criterion(message: StaffMessage) -> bool:
    return bool(message.scope.criteria and message.which) and not message.speaks_of("stuck", "pending")


def _is_undecided(message: StaffMessage) -> bool:
    return message.speaks_of("pending") and not message.speaks_of("since")


def _is_stuck(message: StaffMessage) -> bool:
    """“what do you need me for” waits for a decision; “who needs me” does not."""
    return message.speaks_of("stuck") and (message.speaks_of("who") or not message.speaks_of("pending"))


def _is_on_talk(message: StaffMessage) -> bool:
    return message.speaks_of("helped") and message.names("talk", "lecture", "recap")


def _is_on_cost(message: StaffMessage) -> bool:
    """What the tutor itself costs; what an image or a build costs is a question like any other."""
    of_tutor = message.speaks_of("machine", "cohort") or message.names("it", "you", "this") or bool(message.people)
    return message.speaks_of("cost") and of_tutor and not message.speaks_of("receipts", "files", "named_file")


def _is_idle(message: StaffMessage) -> bool:
    return message.speaks_of("silent") or message.denies("begin", "work", "files", "named_file")


def _is_news(message: StaffMessage) -> bool:
    return message.speaks_of("recent") and not message.speaks_of("progress", "passed")


def _is_on_builds(message: StaffMessage) -> bool:
    return message.speaks_of("receipts") and message.speaks_of("who", "cohort", "number")


def _is_list(message: StaffMessage) -> bool:
    listed = message.speaks_of("compare") or message.names("names", "name", "list", "table")
    return listed and message.speaks_of("rubric", "open")


def _is_overview(message: StaffMessage) -> bool:
    """Several counts at once."""
    several = sum(map(message.speaks_of, ("work", "passed", "stuck", "begin"))) > 1
    return message.speaks_of("overview") and (several or message.denies("stuck"))


# One learner, or several.
OF_PERSONS: Sequence[Rule] = (
    Rule("what their turns cost", _is_on_cost, Kind.COST),
    Rule("what of theirs waits for a decision", _is_undecided, Kind.PENDING),
    Rule("hints that were given", _any("hints"), Kind.LEARNER, "hints"),
    Rule("attempts", _any("attempts"), Kind.LEARNER, "attempts"),
    Rule("when they were last here", _any("seen"), Kind.LEARNER, "seen"),
    Rule("since when something is open", _any("since"), Kind.LEARNER, "since"),
    Rule("what is quoted as evidence", _any("quotes"), Kind.WORK, "quotes"),
    Rule("builds and inspections", _any("receipts"), Kind.WORK, "receipts"),
    Rule("reviews so far", _any("reviews"), Kind.WORK, "reviews"),
    Rule("the whole course of things", _any("history"), Kind.LEARNER, "history"),
    Rule("a file", _any("files", "named_file"), Kind.WORK, "files"),
    Rule("what was handed in", _any("work"), Kind.WORK),
    Rule("whether they passed", _any("passed"), Kind.LEARNER, "passed"),
    Rule("what is open", _any("open", "stuck", "wrong"), Kind.LEARNER, "open"),
    Rule("otherwise how they are doing", lambda message: True, Kind.LEARNER),  # noqa: ARG005 - every rule has this shape
)

# Nobody is named.
OF_COHORT: Sequence[Rule] = (
    Rule("what the language model costs", _is_on_cost, Kind.COST),
    Rule("whether a talk helped", _is_on_talk, Kind.MISCONCEPTIONS, "helped"),
    Rule("who has a criterion, or lacks it", _is_on_criterion, Kind.CRITERION),
    Rule("what they get wrong", _any("wrong"), Kind.MISCONCEPTIONS),
    Rule("several counts at once", _is_overview, Kind.COHORT),
    Rule("who is stuck", _is_stuck, Kind.STUCK),
    Rule("what waits for a decision", _any("pending"), Kind.PENDING),
    Rule("one criterion, or a few", lambda message: bool(message.scope.criteria), Kind.CRITERION),
    Rule("every criterion", _any("criteria"), Kind.CRITERIA),
    Rule("who was not heard from", _denies("heard"), Kind.IDLE, "heard"),
    Rule("who did nothing", _is_idle, Kind.IDLE),
    Rule("how many reviews it took to pass", _all("passed", "attempts"), Kind.PASSED),
    Rule("who got most hints, or tried most", _any("hints", "attempts"), Kind.STUCK),
    Rule("who is close to passing", _any("close"), Kind.COHORT, which="close"),
    Rule("who had a build that ran", _is_on_builds, Kind.CRITERION, "builds"),
    Rule("what came in of late", _is_news, Kind.RECENT),
    Rule("an overview", _any("overview"), Kind.COHORT),
    Rule("who has not passed", _denies("passed"), Kind.COHORT, which="open"),
    Rule("who passed", _any("passed"), Kind.PASSED),
    Rule("who handed something in", _all("who", "work"), Kind.COHORT, which="begun"),
    Rule("everybody", _any("cohort", "progress"), Kind.COHORT),
    Rule("what happened within some days", lambda message: bool(message.days), Kind.RECENT),
    Rule("a list of names", _is_list, Kind.COHORT),
    Rule("what is open", _any("open", "rubric"), Kind.CRITERIA),
)


def of_persons(message: StaffMessage, people: tuple[str, ...]) -> Query:
    rule = next(rule for rule in OF_PERSONS if rule.holds(message))
    kind = Kind.COMPARISON if rule.kind is Kind.LEARNER and len(people) > 1 else rule.kind
    which = "whether" if message.asks_whether and kind is not Kind.PENDING else ""
    return _scoped(message, Query(kind, people, part=rule.part, which=which))


def of_cohort(message: StaffMessage) -> Query | None:
    rule = next((rule for rule in OF_COHORT if rule.holds(message)), None)
    return scoped(message, rule.kind, rule.part, rule.which) if rule else None


def scoped(message: StaffMessage, kind: Kind, part: str = "", which: str = "") -> Query:
    if kind is Kind.CRITERION:
        which = message.which
    if kind is Kind.MISCONCEPTIONS and message.speaks_of("since"):
        part = part or "since"
    return _scoped(message, Query(kind, part=part, which=which))


def _scoped(message: StaffMessage, query: Query) -> Query:
    """With what the message says of criteria, lesson, file and time."""
    scope = message.scope
    return replace(query, criteria=scope.criteria, lesson=scope.lesson, file=scope.file, days=message.days)
