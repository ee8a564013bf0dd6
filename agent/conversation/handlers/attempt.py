"""An idea of the learner's for one of their findings: heard in their own words, or tried where it is a line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.conversation.decision import Decision
from agent.conversation.handlers.tried_line import OF_IMAGES, is_line, mends
from agent.conversation.tools.findings import line_of, names_its_thing
from agent.conversation.view import View, key_of
from agent.domain.act import Intent
from agent.understanding.acts import Act
from knowledge.retrieval.lexical import words
from knowledge.retrieval.question_form import QuestionForm, asking_parts, asks_outright, form_of, orders, without_leads
from tools.credentials import masked
from tools.findings import Finding
from tools.inspection.expected_answers import ExpectedAnswer, expected_answers

# Chosen on messages of our own; none of them is a case.
UNSURE = {"does": 0.0, "sees": 0.06, "not_yet": 0.1}  # what is needed more for each kind
NAMED = 0.08  # what naming a thing of the finding's line counts for
NEAR = 0.52  # nearness from which words are an idea for the finding that is spoken of
UNASKED = 0.62  # the same for a finding that nobody named
DOUBT = 0.06  # by how much a right idea must be nearer than one that isn't yet: what is wrong is never confirmed
ASKING = 0.07  # what a yes-or-no question needs more: it may want to know something else
SHORT = 2  # content words; what says less means something only to the question that was just asked
LONGEST_SHOWN = 90  # characters of their own words that are said back
ORDERED = 0.4  # probability from which an order, a wish or a report is taken for one
_NO_IDEAS = frozenset({Act.WANT_WORK, Act.WANT_HINT, Act.REPORT, Act.STATUS, Act.HAND_IN})
_IDEAS = frozenset({QuestionForm.NONE, QuestionForm.YES_NO, QuestionForm.CHOICE})


@dataclass(frozen=True)
class _Way:
    """One way of answering: `kind` is sees, does or not_yet, `says` what is said to the last."""

    finding: Finding
    text: str
    kind: str
    says: str = ""


@dataclass(frozen=True)
class Heard:
    """What was heard best, in the learner's own words."""

    way: _Way
    theirs: str


def assessed(view: View) -> Decision | None:
    """None where the message is no idea for a finding."""
    if not view.findings or form_of(view.text) not in _IDEAS or not _may_be_idea(view):
        return None
    spoken_of = _spoken_of(view)
    tried = [*spoken_of, *_blocking(view)]
    if is_line(view, tried):  # code tells whether a line mends it; words could only tell that it looks alike
        mended = mends(view, tried)
        return _right(view, mended, view.text) if mended else None
    heard = _heard(view, spoken_of)
    if heard is None:
        return None
    if heard.way.kind == "does":
        return _right(view, heard.way.finding, heard.theirs)
    if heard.way.kind == "not_yet":
        return _decided(view, heard.way.finding, heard.way.says)
    then = expected_answers()[heard.way.finding.rule].then
    _count(view, heard.way.finding)
    return _decided(view, heard.way.finding, f"Right: “{heard.theirs}”.", then)


def _may_be_idea(view: View) -> bool:
    """Whoever orders, wishes or reports has no idea to be marked; an either-or wants to hear which."""
    reading = view.reading
    if any(form_of(part) not in _IDEAS or form_of(part) is QuestionForm.CHOICE for part in asking_parts(view.text)):
        return False
    return not (reading.act in _NO_IDEAS and reading.may_be(reading.act, ORDERED))


def _right(view: View, finding: Finding, theirs: str) -> Decision:
    _count(view, finding)
    shown = f"“{theirs}”" if len(theirs) <= LONGEST_SHOWN and "\n" not in theirs else "that does it"
    place = f"`{finding.file}` line {finding.line}"
    return _decided(view, finding, f"Yes, that's it: {shown}. Change {place} and send me the file again.")


def _count(view: View, finding: Finding) -> None:
    """An answer with a point in it is an attempt, once for each rule."""
    criterion = _criterion(view, finding)
    if criterion:
        context = view.context
        context.services.hints.attempt(context.person.id, context.lesson.id, criterion, f"said:{finding.rule}")


def _decided(view: View, finding: Finding, text: str, closing: str = "") -> Decision:
    dialogue = view.dialogue.with_changes(
        finding=key_of(finding), criterion=_criterion(view, finding), card="", choices=()
    )
    return Decision(Intent.ANSWER, text, closing=closing, of_engine=True, topic=finding.rule, dialogue=dialogue)


def _criterion(view: View, finding: Finding) -> str:
    return next((one.id for one in view.context.lesson.rubric if one.aspect == finding.criterion), "")


def _blocking(view: View) -> list[Finding]:
    return [finding for finding in view.findings if finding.effect is not None]


def _spoken_of(view: View) -> list[Finding]:
    """The findings that the message points at, else the one that was spoken of last."""
    references, listed = view.references, view.dialogue.listed
    numbered = listed.ids[references.number - 1] if listed and 0 < references.number <= len(listed.ids) else ""
    pointed = [
        finding
        for finding in view.findings
        if finding.line <= references.line <= max(finding.line, finding.end_line)
        or key_of(finding) == numbered
        or (references.criterion and finding.criterion == references.criterion)
    ]
    return pointed or [finding for finding in view.findings if key_of(finding) == view.dialogue.finding]


def _heard(view: View, spoken_of: Sequence[Finding]) -> Heard | None:
    ways = list(_ways(view, spoken_of))
    clauses, scores = view.context.services.explanations.likeness(view.text[:600], [way.text for way in ways])
    if not scores.size:
        return None
    near = {key_of(finding) for finding in spoken_of}
    asking = ASKING if asks_outright(view.text) else 0.0
    named = {key_of(finding) for finding in _blocking(view) if names_its_thing(finding, view) >= 1}
    needed = np.array([_needed(way, near, named) + asking for way in ways])
    scores[_too_long(clauses, ways)] = 0.0
    scores[[len(clauses) > 1 and _says_little(clause) for clause in clauses]] = 0.0
    surplus = scores - needed + [DOUBT * (way.kind == "not_yet") for way in ways]
    clause, column = (int(place) for place in np.unravel_index(int(np.argmax(surplus)), surplus.shape))
    asks_beside = asks_outright(view.text) and not asks_outright(clauses[clause])
    if scores[clause, column] < needed[column] or asks_beside:
        return None
    return Heard(ways[column], masked(without_leads(clauses[clause]).strip(" ?.!,")))


def _needed(way: _Way, near: Collection[str], named: Collection[str]) -> float:
    """A finding that nobody named is seldom meant by what only describes or misses it."""
    key = key_of(way.finding)
    return (NEAR if key in near else UNASKED + UNSURE[way.kind]) - NAMED * (key in named)


def _says_little(clause: str) -> bool:
    """“its in compose” is no idea by itself, as a part of a longer message; nor is what we are told to do."""
    return len(words(clause)) < SHORT or orders(clause)


def _too_long(clauses: Sequence[str], ways: Sequence[_Way]) -> NDArray[np.bool_]:
    """A way of one word is not meant by a clause that says much else beside it."""
    said = np.array([len(words(clause)) for clause in clauses])[:, None]
    of_ways = np.array([len(words(way.text)) for way in ways])[None, :]
    return (of_ways < SHORT) & (said > SHORT)


def _ways(view: View, spoken_of: Sequence[Finding]) -> list[_Way]:
    """Of each rule once; what is said in a word or two only of the finding that is spoken of."""
    once = {finding.rule: finding for finding in reversed([*spoken_of, *_blocking(view)])}
    near = {finding.rule for finding in spoken_of}
    found = [
        way
        for rule, finding in once.items()
        if (expected := expected_answers().get(rule)) is not None and not _of_other_image(view, finding)
        for way in _of(finding, expected)
        if way.kind == "does" or not asks_outright(view.text)  # what is asked outright wants an answer, not a mark
    ]
    return [way for way in found if way.finding.rule in near or len(words(way.text)) >= SHORT]


def _of_other_image(view: View, finding: Finding) -> bool:
    """“python:3.12” is no idea for the line of `redis`."""
    named = [word.partition(":")[0].strip("`\"'(").lower() for word in view.text.split() if ":" in word.strip(":")]
    stands = line_of(finding, view.upload).lower()
    return finding.criterion in OF_IMAGES and bool(named) and not any(name in stands for name in named if name)


def _of(finding: Finding, expected: ExpectedAnswer) -> list[_Way]:
    return [
        *(_Way(finding, text, "does") for text in expected.does),
        *(_Way(finding, text, "not_yet", one.says) for one in expected.not_yet for text in one.ways),
        *(_Way(finding, text, "sees") for text in expected.sees),
    ]
