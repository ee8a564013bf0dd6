"""An instructor's Home: what waits for a decision, and the cohort a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.conversation import rendering
from agent.conversation.context import Services
from agent.domain.gate import CLOSED
from agent.domain.people import Person
from agent.grading.reviews import PendingReview
from agent.learners.progress import LearnerProgress, stamp
from integrations.slack.block_kit import DIVIDER, Block, actions, button, context, header, section
from knowledge.course.pack import Lesson

TURN = "cohort"  # the action that shows another part of the page
PAGE = 25  # learners, a block each: with all else well below Slack's 100 blocks
MAX_WAITING = 5

FILTERS: Mapping[str, tuple[str, Callable[[LearnerProgress], bool]]] = {
    "stuck": ("Stuck", lambda other_place: other_place.is_stuck),
    "waiting": ("With you", lambda other_place: other_place.waiting > 0 and other_place.state not in CLOSED),
    "last": ("Last step", lambda other_place: other_place.is_at_last_step),
    "silent": ("Nothing handed in", lambda other_place: not other_place.handed_in and other_place.state not in CLOSED),
    "done": ("Passed", lambda other_place: other_place.state in CLOSED),
    "all": ("All", lambda other_place: True),  # noqa: ARG005 - every filter has this shape
}


@dataclass(frozen=True)
class Shown:
    """Which part of the cohort is on the page; travels in its buttons."""

    which: str = ""  # empty: the first list in which there is somebody
    page: int = 0
    lesson: str = ""

    @classmethod
    def read(cls, value: str) -> Shown:
        which, _, rest = value.partition(":")
        page, _, lesson = rest.partition(":")
        return cls(which if which in FILTERS else "", int(page) if page.isdecimal() else 0, lesson)

    def __str__(self) -> str:
        return f"{self.which}:{self.page}:{self.lesson}"


def cohort_home(services: Services, person: Person, shown: Shown) -> list[Block]:
    lessons = services.course.lessons
    lesson = services.course.lesson(shown.lesson) or lessons[0]
    places = services.progress.cohort(lesson.id, person.workspace)
    if not shown.which:
        first = next((name for name, (_, fits) in FILTERS.items() if any(map(fits, places))), "all")
        shown = replace(shown, which=first)
    chosen = sorted((place for place in places if FILTERS[shown.which][1](place)), key=_longest_first)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(shown.page, pages - 1)
    here = chosen[page * PAGE : (page + 1) * PAGE]
    return [
        *_waiting(services, person),
        header(f"{lesson.gate}: {len(places)} {'learner' if len(places) == 1 else 'learners'}"),
        *([_lessons(lessons, lesson)] if len(lessons) > 1 else []),
        _filters(places, shown, lesson),
        *(_learner(one, number) for number, one in enumerate(here)),
        *([] if here else [section("Nobody is in this list.")]),
        *([_pages(shown, page, pages, lesson)] if pages > 1 else []),
        context(
            f"_Counted from the newest verdict of each criterion; since: the first review that left it open with none "
            f"that met it after. Page {page + 1} of {pages}._"
        ),
    ]


def _longest_first(one: LearnerProgress) -> tuple[str, str]:
    return (stamp(one.since), one.person.name)


def _waiting(services: Services, person: Person) -> list[Block]:
    held = services.reviews.pending(None, person.workspace)
    if not held:
        return [section("✅ Nothing waits for your decision."), DIVIDER]
    count = f"{len(held)} {'criterion waits' if len(held) == 1 else 'criteria wait'} for your decision"
    more = [context(f"{len(held) - MAX_WAITING} more behind these")] if len(held) > MAX_WAITING else []
    rows = [_decision(services, one, number) for number, one in enumerate(held[:MAX_WAITING])]
    return [header(count), *rows, *more, DIVIDER]


def _decision(services: Services, one: PendingReview, number: int) -> Block:
    held, lessons = one.judgement, services.course.lessons
    title = next((found.title for lesson in lessons if (found := lesson.criterion(held.criterion))), "")
    text = f"**{one.person.name}** · {held.criterion} {title}, since {stamp(one.since)}\n{held.reason}"
    return section(text, button(f"decide.{number}", "Decide…", f"{one.review_id}:{held.criterion}"))


def _lessons(lessons: Sequence[Lesson], current: Lesson) -> Block:
    return actions(
        *(
            button(
                f"{TURN}.lesson{number}",
                one.gate,
                str(Shown(lesson=one.id)),
                "primary" if one.id == current.id else "",
            )
            for number, one in enumerate(lessons[:10])
        )
    )


def _filters(places: Sequence[LearnerProgress], shown: Shown, lesson: Lesson) -> Block:
    return actions(
        *(
            button(
                f"{TURN}.{name}",
                f"{label} ({sum(map(fits, places))})",
                str(Shown(name, 0, lesson.id)),
                "primary" if name == shown.which else "",
            )
            for name, (label, fits) in FILTERS.items()
        )
    )


def _learner(one: LearnerProgress, number: int) -> Block:
    head = f"**{one.person.name}** · {rendering.STATES[one.state]} · {one.met} of {one.of} met"
    lines = [head]
    if one.is_stuck and one.stuck_on is not None:
        more = f" (+{one.more_open})" if one.more_open else ""
        lines.append(f"{one.stuck_on.id} {one.stuck_on.title}{more}: {one.verdict} since {stamp(one.since)}")
    if one.waiting:
        lines.append(f"⏳ {one.waiting} with you")
    if one.is_at_last_step:
        lines.append("looks for the fault in a copy of their own file")
    lines.append(f"last attempt {stamp(one.last_attempt)}" if one.last_attempt else "nothing handed in")
    return section("\n".join(lines), button(f"sheet.{number}", "Sheet", one.person.id))


def _pages(shown: Shown, page: int, pages: int, lesson: Lesson) -> Block:
    turns = []
    if page:
        turns.append(button(f"{TURN}.before", "← Back", str(Shown(shown.which, page - 1, lesson.id))))
    if page < pages - 1:
        turns.append(button(f"{TURN}.after", "More →", str(Shown(shown.which, page + 1, lesson.id))))
    return actions(*turns)
