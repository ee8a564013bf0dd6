"""What the cohort gets wrong and since when, five minutes to say about it, and whether that helped; nobody is named."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.conversation.instructors.answers.lookup import Answer, Lookup, named
from agent.conversation.instructors.answers.phrasing import ago, counted, lasting, on
from agent.conversation.instructors.queries.tokens import words_of
from agent.learners.misconceptions import SMALLEST_GROUP, SharedBelief, SharedFault, shared_beliefs, shared_faults
from knowledge.course.pack import Lesson, Misconception
from tools.artefacts.registry import is_prose, wording_of
from tools.credentials import masked
from tools.sandbox.experiments.experiment import recorded

MAX_QUOTES, MAX_QUOTE, MAX_FILE_LINES = 2, 160, 14
FEWER = f"fewer than {SMALLEST_GROUP} people"
COUNTED = (
    "What learners said or predicted that came near a misconception of the lesson, each person once, and the faults in "
    f"the newest files of those whose gate is open. A misconception belongs to the criteria that its section is read "
    f"for. What {FEWER} share is left out."
)
_COLUMNS = ("Criterion", "What goes wrong", "People", "For")
_ADDRESS = re.compile(r"<@[^>]*>|https?://\S+|\S+@\S+\.\S+|@\w+")


def of(lookup: Lookup) -> Answer:
    beliefs = [one for one in shared_beliefs(lookup.lesson, lookup.observations) if _is_wanted(lookup, one)]
    if lookup.query.part == "helped":
        return _helped(lookup, beliefs)
    faults = [one for one in _faults(lookup) if _is_of_criteria(lookup, one)]
    found: list[SharedBelief | SharedFault] = [*beliefs, *faults]
    shown = [shared for shared in found if shared.size >= SMALLEST_GROUP]
    left_out = len(found) - len(shown)
    if not shown:
        return _nothing(lookup, left_out)
    shown.sort(key=lambda one: -one.size)
    rows = tuple(_row(lookup, one) for one in shown)
    if lookup.query.part == "since":
        return Answer(_since(lookup, shown), COUNTED, _COLUMNS, rows)
    topic = _topic(lookup.lesson, shown)
    parts = [
        _head(lookup, shown[0]),
        *_quotes(lookup, shown),
        _left_out(left_out),
        talk(lookup.lesson, topic) if topic else "",
    ]
    text = "\n\n".join(part for part in parts if part)
    return Answer(text, COUNTED, _COLUMNS, rows, talk=topic.id if topic else "")


def _since(lookup: Lookup, shown: Sequence[SharedBelief | SharedFault]) -> str:
    first = min(shown, key=lambda shared: shared.since or lookup.now)
    since = f"{on(first.since)} UTC, {ago(first.since, lookup.now)}" if first.since else "the beginning"
    what = f"“{first.misconception.belief}”" if isinstance(first, SharedBelief) else named(first.criterion)
    return f"The oldest is {what}, since {since}. “For” says it of each:"


def _is_wanted(lookup: Lookup, belief: SharedBelief) -> bool:
    return not _criteria(lookup) or any(criterion.id in _criteria(lookup) for criterion in belief.criteria)


def _is_of_criteria(lookup: Lookup, fault: SharedFault) -> bool:
    return not _criteria(lookup) or fault.criterion.id in _criteria(lookup)


def _criteria(lookup: Lookup) -> set[str]:
    """Those that are named, or all of an artefact that is; empty for no limit."""
    if lookup.query.criteria or not lookup.query.file:
        return set(lookup.query.criteria)
    return {criterion.id for criterion in lookup.lesson.rubric if criterion.artefact == lookup.query.file}


def _faults(lookup: Lookup) -> list[SharedFault]:
    receipts = (judgement.receipt for one in lookup.cohort for judgement in one.history.criterion_status.values())
    digests = {receipt.digest for receipt in receipts if receipt and receipt.kind == "inspection"}
    return shared_faults(lookup.lesson, lookup.cohort, lookup.services.receipts.inspections(digests))


def _row(lookup: Lookup, shared: SharedBelief | SharedFault) -> tuple[str, ...]:
    since = lasting(shared.since, lookup.now) if shared.since else "–"
    if isinstance(shared, SharedBelief):
        ids = ", ".join(criterion.id for criterion in shared.criteria) or "–"
        return (ids, f"They think: {shared.misconception.belief}", str(shared.size), since)
    what = f"In their files: {shared.rule.replace('-', ' ')}" if shared.rule else _unshown(shared)
    return (named(shared.criterion), what, str(shared.size), since)


def _unshown(fault: SharedFault) -> str:
    artefact = fault.criterion.artefact
    return f"The {wording_of(artefact).bare} does not show it" if is_prose(artefact) else "Not shown by the files"


def _head(lookup: Lookup, first: SharedBelief | SharedFault) -> str:
    total = counted(len(lookup.cohort), "learner")
    if isinstance(first, SharedBelief):
        since = ago(first.since, lookup.now)
        return f"Most of all: **{first.misconception.belief}** {first.size} of {total} think so, the first {since}."
    what = first.rule.replace("-", " ") or "not shown yet"
    return f"Most of all **{named(first.criterion)}**: {what}, for {first.size} of {total}."


def _quotes(lookup: Lookup, shown: Sequence[SharedBelief | SharedFault]) -> Iterator[str]:
    """Nameless, and only of groups that are large enough."""
    belief = next((one for one in shown if isinstance(one, SharedBelief)), None)
    if belief is not None:
        names = {word for learner in lookup.cohort for word in words_of(learner.person.name) if len(word) > 2}
        said = dict.fromkeys(_nameless(text, names) for text in belief.said)
        yield "\n".join(f"> “{text}”" for text in list(said)[:MAX_QUOTES])


def _nameless(text: str, names: set[str]) -> str:
    plain = masked(_ADDRESS.sub("…", text))
    words = [("…" if set(words_of(word)) & names else word) for word in plain.split()]
    said = " ".join(words)
    return said if len(said) <= MAX_QUOTE else said[: MAX_QUOTE - 1].rstrip() + "…"


def _left_out(number: int) -> str:
    if not number:
        return ""
    return f"I leave out {counted(number, 'more thing')} that {FEWER} share."


def _nothing(lookup: Lookup, left_out: int) -> Answer:
    total = counted(len(lookup.cohort), "learner")
    text = f"Nothing that {SMALLEST_GROUP} people or more share, of {total}. {_left_out(left_out)} "
    return Answer(f"{text.strip()} “Which criterion is the hardest?” shows where they are.", COUNTED)


def _topic(lesson: Lesson, shown: Sequence[SharedBelief | SharedFault]) -> Misconception | None:
    """The commonest belief; else what the lesson says of the commonest fault's section."""
    for one in shown:
        if isinstance(one, SharedBelief):
            return one.misconception
    sections = [section for one in shown if isinstance(one, SharedFault) for section in one.criterion.sections]
    return next((found for section in sections for found in lesson.misconceptions if found.section == section), None)


def talk(lesson: Lesson, topic: Misconception) -> str:
    """Five minutes, from the pack: a prediction, the experiment, what is the case, a question."""
    section = lesson.section(topic.section)
    steps = [*_experiment(topic), f"Say: {topic.reality}", f"Ask: {topic.question}"]
    if section:
        steps.append(f"They can read on in “{section.title}”.")
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    return f"**Five minutes on “{topic.belief}”**\n{numbered}"


def _experiment(topic: Misconception) -> Iterator[str]:
    if topic.experiment is None:
        yield f"Let them vote: “{topic.belief}” True or false?"
        return
    choices = zip(string.ascii_lowercase, topic.experiment.choices, strict=False)
    options = " ".join(f"({letter}) {choice.text}" for letter, choice in choices)
    yield f"Let them predict: {topic.experiment.predict} {options}"
    file = next((text for step in topic.experiment.steps for text in step.files.values()), "").strip().splitlines()
    shown = "\n".join(file[:MAX_FILE_LINES])
    result = " ".join(" ".join(line.split()) for line in recorded(topic.experiment).lines[:3])
    yield f"Show the file and what it gave:\n```\n{shown}\n```\n{result}"


def _helped(lookup: Lookup, beliefs: Sequence[SharedBelief]) -> Answer:
    """Since the talk that was proposed here, where one was; else since they first thought so."""
    told = _told(lookup.query.told)
    about = next((one for one in beliefs if one.misconception.id == lookup.query.talk), None) or next(
        iter(beliefs), None
    )
    if about is None or about.size < SMALLEST_GROUP:
        return Answer(f"I can't tell: what {FEWER} think says nothing that I may show.", COUNTED)
    before = {person for person, at in about.holders.items() if told is None or at <= told}
    if len(before) < SMALLEST_GROUP:
        return Answer(f"I can't tell yet: before the talk {FEWER} had said so.", COUNTED)
    return Answer(" ".join(_effect(lookup, about, before, told)), COUNTED, talk=lookup.query.talk)


def _effect(lookup: Lookup, about: SharedBelief, before: set[str], told: datetime | None) -> Iterator[str]:
    better = {person for person, at in about.relearned.items() if person in before and (told is None or at > told)}
    since = f"since I proposed the talk ({on(told)} UTC, {ago(told, lookup.now)})" if told else "since they said so"
    shown = f"{_share(len(better), len(before))} {'have' if better else 'has'} shown that they know better {since}"
    yield f"On “{about.misconception.belief}”: of the {len(before)} who thought so, {shown}."
    if about.criteria:
        criterion = about.criteria[0]
        met = {learner.person.id for learner in lookup.cohort if not learner.lacks(criterion.id)} & before
        share = _share(len(met), len(before)).capitalize()
        yield f"{share} of them {'meet' if met else 'meets'} {named(criterion)} now."
    if told:
        fresh = about.size - len(before)
        new = str(fresh) if fresh >= SMALLEST_GROUP else "A few" if fresh else "Nobody"
        yield f"{new} said it for the first time after that."


def _told(when: str) -> datetime | None:
    try:
        return datetime.fromisoformat(when)
    except ValueError:
        return None


def _share(part: int, whole: int) -> str:
    """A number only where neither it nor the rest is a small group."""
    if part in (0, whole):
        return "all" if part else "none"
    if part >= SMALLEST_GROUP and whole - part >= SMALLEST_GROUP:
        return str(part)
    return "a few" if 3 * part < whole else "about half" if 3 * part < 2 * whole else "most"
