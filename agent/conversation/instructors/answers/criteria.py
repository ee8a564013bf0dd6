"""Criteria over the cohort: who lacks or has one, and how each of them goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from agent.conversation.instructors.answers.cohort import WHO
from agent.conversation.instructors.answers.lookup import Answer, Lookup, named
from agent.conversation.instructors.answers.phrasing import age, counted, joined
from agent.conversation.instructors.answers.standing import tries
from agent.learners.progress import NOT_CHECKED, NOT_SUBMITTED, PENDING, LearnerProgress
from knowledge.course.pack import Criterion
from tools.artefacts.registry import wording_of

_VERBS = {"has": "have", "lacks": "lack"}
_DECIDED = ("met", "partly", "not met")
_SAID = {PENDING: "with you", NOT_CHECKED: "not handed in"}
_ORDER = ("partly", "not met", PENDING, NOT_SUBMITTED, NOT_CHECKED)
COUNTED = (
    f"{WHO} By the newest verdict of each. Not handed in: its file never came; not submitted: I can't decide it, so "
    "you will once it is. Open for: since the first review that left it open; before any review, the first upload. "
    "Whose gate is passed or waived lacks nothing any more."
)


def chosen(lookup: Lookup) -> Answer:
    if not lookup.criteria:
        return every(lookup)
    return _one(lookup, lookup.criteria[0]) if len(lookup.criteria) == 1 else _several(lookup, lookup.criteria)


def _one(lookup: Lookup, criterion: Criterion) -> Answer:
    having = [learner for learner in lookup.cohort if not learner.lacks(criterion.id)]
    lacking = sorted(_lacking(lookup.cohort, criterion), key=lambda learner: _since(learner, criterion.id))
    total = counted(len(lookup.cohort), "learner")
    if lookup.query.which == "has":
        text = f"**{named(criterion)}**: met by **{len(having)} of {total}**. {lookup.freshness}"
        return Answer(text, COUNTED, ("Learner",), tuple((one.person.name,) for one in having), _ids(having))
    text = f"**{named(criterion)}**: **{len(lacking)} of {total}** still {'lacks' if len(lacking) == 1 else 'lack'} it"
    split = f": {_split(lacking, criterion)}." if lacking else "."
    text = f"{text}{split} {len(having)} {'has' if len(having) == 1 else 'have'} it met."
    rows = tuple(_row(lookup, learner, criterion.id) for learner in lacking)
    return Answer(text, COUNTED, ("Learner", "Verdict", "Open for", "Attempts"), rows, _ids(lacking))


def _lacking(cohort: Iterable[LearnerProgress], criterion: Criterion) -> list[LearnerProgress]:
    return [learner for learner in cohort if learner.lacks(criterion.id) and not learner.is_through]


def _ids(learners: Sequence[LearnerProgress]) -> tuple[str, ...]:
    return tuple(learner.person.id for learner in learners)


def _split(learners: Sequence[LearnerProgress], criterion: Criterion) -> str:
    counts = Counter(learner.word(criterion.id) for learner in learners)
    said = {**_SAID, NOT_CHECKED: f"without a {wording_of(criterion.artefact).bare}"}
    return joined([f"{counts[word]} {said.get(word, word)}" for word in _ORDER if counts[word]])


def _since(learner: LearnerProgress, criterion: str) -> tuple[bool, str]:
    """Who never handed it in comes last."""
    since = learner.open_since(criterion)
    return (learner.word(criterion) == NOT_CHECKED, since.isoformat() if since else "")


def _row(lookup: Lookup, learner: LearnerProgress, criterion: str) -> tuple[str, ...]:
    word = learner.word(criterion)
    since = "–" if word == NOT_CHECKED else age(learner.open_since(criterion), lookup.now)
    return (learner.person.name, _SAID.get(word, word), since, str(tries(learner, criterion)))


def _several(lookup: Lookup, criteria: Sequence[Criterion]) -> Answer:
    halves = [half if half in _VERBS else "" for half in lookup.query.which.split()] or [""]
    wanted = halves if len(halves) == len(criteria) else halves[:1] * len(criteria)
    learners = [learner for learner in lookup.cohort if _fits(learner, criteria, wanted)]
    rows = tuple((one.person.name, *(_short(one.word(criterion.id)) for criterion in criteria)) for one in learners)
    number = {one.id: sum(not learner.lacks(one.id) for learner in lookup.cohort) for one in criteria}
    split = joined([f"{number[criterion.id]} have {named(criterion)}" for criterion in criteria])
    asked = f" **{len(learners)}** {_asked(criteria, wanted)}." if any(wanted) else ""
    text = f"Of {counted(len(lookup.cohort), 'learner')}, {split}.{asked} {lookup.freshness}"
    columns = ("Learner", *(criterion.id for criterion in criteria))
    return Answer(text, COUNTED, columns, rows, _ids(learners))


def _fits(learner: LearnerProgress, criteria: Sequence[Criterion], wanted: Sequence[str]) -> bool:
    """Of whoever is through, only what they have is asked."""
    pairs = zip(criteria, wanted, strict=True)
    return all(
        not half or (_lacks(learner, criterion) if half == "lacks" else not learner.lacks(criterion.id))
        for criterion, half in pairs
    )


def _lacks(learner: LearnerProgress, criterion: Criterion) -> bool:
    return learner.lacks(criterion.id) and not learner.is_through


def _short(word: str) -> str:
    return {PENDING: "with you", NOT_CHECKED: "–"}.get(word, word)


def _asked(criteria: Sequence[Criterion], wanted: Sequence[str]) -> str:
    return " and ".join(f"{_VERBS[half]} {one.id}" for one, half in zip(criteria, wanted, strict=True) if half)


def every(lookup: Lookup) -> Answer:
    """One row each, the one that fewest have first; what nobody handed in last."""
    rubric, cohort = lookup.lesson.rubric, lookup.cohort
    counts = {one.id: Counter(learner.word(one.id) for learner in cohort) for one in rubric}
    decided = {one.id: sum(counts[one.id][word] for word in _DECIDED) for one in rubric}
    ordered = sorted(rubric, key=lambda one: (not decided[one.id], _share(counts[one.id]["met"], decided[one.id])))
    rows = tuple(
        (
            named(one),
            *(str(counts[one.id][word]) for word in _DECIDED),
            str(counts[one.id][PENDING]),
            str(counts[one.id][NOT_CHECKED] + counts[one.id][NOT_SUBMITTED]),
        )
        for one in ordered
    )
    total, hardest = counted(len(cohort), "learner"), ordered[0]
    if not decided[hardest.id]:
        return Answer(f"Nothing for the {lookup.lesson.gate} was judged yet, of {total}.", COUNTED)
    met = f"{counts[hardest.id]['met']} of the {decided[hardest.id]} whose files were judged have it"
    text = f"**{named(hardest)}** is the hardest: {met}, of {total}. {lookup.freshness} The hardest stand first."
    return Answer(text, COUNTED, ("Criterion", "Met", "Partly", "Not met", "With you", "Not judged"), rows)


def _share(met: int, decided: int) -> float:
    return met / decided if decided else 0.0
