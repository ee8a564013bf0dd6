"""Who is stuck, on what, since when; and who merely has something open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from agent.conversation.instructors.answers.cohort import WHO
from agent.conversation.instructors.answers.lookup import Answer, Lookup, given, named
from agent.conversation.instructors.answers.phrasing import DAY, age, ago, counted, has_or_have, is_or_are, joined
from agent.conversation.instructors.answers.standing import hardest, judged_open, missing_files, tries
from agent.learners.progress import LearnerProgress
from knowledge.course.pack import Criterion

STUCK_FOR, STUCK_ATTEMPTS, STUCK_HINTS = DAY, 3, 2  # from any of these on somebody is stuck
COUNTED = (
    f"{WHO} Stuck: something handed in, the gate open, and a required criterion open for a day or more, after "
    f"{STUCK_ATTEMPTS} attempts, or after {STUCK_HINTS} hints. Each row names the one that took most hints, else most "
    "attempts, else is open longest."
)


@dataclass(frozen=True)
class Caught:
    """`criterion` is None where everything that came is met and a file is missing."""

    learner: LearnerProgress
    criterion: Criterion | None
    hints: int

    def is_stuck(self, lookup: Lookup) -> bool:
        since = self.learner.open_since(self.criterion.id) if self.criterion else self.learner.uploads.last
        long = since is not None and lookup.now - since >= STUCK_FOR
        return long or self.attempts >= STUCK_ATTEMPTS or self.hints >= STUCK_HINTS

    @property
    def attempts(self) -> int:
        return tries(self.learner, self.criterion.id) if self.criterion else 0

    @property
    def since(self) -> str:
        at = self.learner.open_since(self.criterion.id) if self.criterion else self.learner.uploads.last
        return at.isoformat() if at else ""

    @property
    def on(self) -> str:
        return named(self.criterion) if self.criterion else f"no {joined(missing_files(self.learner))} yet"


def of(lookup: Lookup) -> Answer:
    """Those who took most hints first, then the longest."""
    found = [caught for learner in lookup.cohort if learner.is_stuck and (caught := _caught(lookup, learner))]
    stuck = [caught for caught in found if caught.is_stuck(lookup)]
    rest = [caught for caught in found if caught not in stuck]
    shown = rest if lookup.query.which == "rest" or not stuck else stuck
    shown.sort(key=lambda caught: (-caught.hints, caught.since))
    rows = tuple(_row(lookup, caught) for caught in shown)
    lines = [_headline(lookup, len(stuck), len(rest)), _on_what(shown) if shown and lookup.query.part == "what" else ""]
    columns = ("Learner", "Stuck on", "Open for", "Attempts", "Hints", "Last upload")
    people = tuple(caught.learner.person.id for caught in shown)
    return Answer(" ".join(line for line in lines if line), COUNTED, columns, rows, people)


def _caught(lookup: Lookup, learner: LearnerProgress) -> Caught | None:
    hints = {name: len(those) for name, those in given(lookup.observations.get(learner.person.id, ())).items()}
    criteria = judged_open(learner)
    if lookup.criteria:
        criteria = [criterion for criterion in criteria if criterion in lookup.criteria]
    if not criteria:
        return None if lookup.criteria else Caught(learner, None, 0)
    criterion = hardest(learner, criteria, hints)
    return Caught(learner, criterion, hints.get(criterion.id, 0))


def _row(lookup: Lookup, caught: Caught) -> tuple[str, ...]:
    learner = caught.learner
    more = len(judged_open(learner)) - 1
    since = learner.open_since(caught.criterion.id) if caught.criterion else learner.uploads.last
    return (
        learner.person.name,
        f"{caught.on} (+{more})" if more > 0 else caught.on,
        age(since, lookup.now),
        str(caught.attempts),
        str(caught.hints),
        ago(learner.uploads.last, lookup.now) if learner.uploads.last else "never",
    )


def _headline(lookup: Lookup, stuck: int, rest: int) -> str:
    total = counted(len(lookup.cohort), "learner")
    on = joined([named(criterion) for criterion in lookup.criteria]) or f"the {lookup.lesson.gate}"
    others = f"{counted(rest, 'other')} {has_or_have(rest)} something open and {is_or_are(rest)} still moving"
    if not stuck and not rest:
        return f"Nobody is stuck on {on}, of {total}."
    if not stuck:
        return f"Nobody has been stuck on {on} for long. **{rest} of {total}** {has_or_have(rest)} something open."
    if lookup.query.which == "rest":
        return f"**{others}**, of {total} on {on}." if rest else f"Nobody else has anything open on {on}, of {total}."
    tail = f" {others}." if rest else ""
    return f"**{stuck} of {total}** {is_or_are(stuck)} stuck on {on}.{tail}"


def _on_what(shown: list[Caught]) -> str:
    counts = Counter(caught.on for caught in shown)
    return f"What holds them: {', '.join(f'{what} ({number})' for what, number in counts.most_common(5))}."
