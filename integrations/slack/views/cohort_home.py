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
    "stuck": ("Stuck", lambda progress: progress.is_stuck),
    "waiting": ("With you", lambda progress: progress.waiting > 0 and progress.state not in CLOSED),
    "last": ("Last step", lambda progress: progress.is_at_last_step),
    "silent": ("Nothing handed in", lambda progress: not progress.handed_in and progress.state not in CLOSED),
    "done": ("Passed", lambda progress: progress.state in CLOSED),
    "all": ("All", lambda progress: True),  # noqa: ARG005 - every filter has this shape
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
        *(_learner(progress, number) for number, progress in enumerate(here)),
        *([] if here else [section("Nobody is in this list.")]),
        *([_pages(shown, page, pages, lesson)] if pages > 1 else []),
        context(
            f"_Counted from the newest verdict of each criterion; since: the first review that left it open with none "
            f"that met it after. Page {page + 1} of {pages}._"
        ),
    ]


def _longest_first(progress: LearnerProgress) -> tuple[str, str]:
    return (stamp(progress.since), progress.person.name)


def _waiting(services: Services, person: Person) -> list[Block]:
    pending = services.reviews.pending(None, person.workspace)
    if not pending:
        return [section("✅ Nothing waits for your decision."), DIVIDER]
    count = f"{len(pending)} {'criterion waits' if len(pending) == 1 else 'criteria wait'} for your decision"
    more = [context(f"{len(pending) - MAX_WAITING} more behind these")] if len(pending) > MAX_WAITING else []
    rows = [_decision(services, review, number) for number, review in enumerate(pending[:MAX_WAITING])]
    return [header(count), *rows, *more, DIVIDER]


def _decision(services: Services, review: PendingReview, number: int) -> Block:
    judgement, lessons = review.judgement, services.course.lessons
    title = next((found.title for lesson in lessons if (found := lesson.criterion(judgement.criterion))), "")
    text = f"**{review.person.name}** · {judgement.criterion} {title}, since {stamp(review.since)}\n{judgement.reason}"
    return section(text, button(f"decide.{number}", "Decide…", f"{review.review_id}:{judgement.criterion}"))


def _lessons(lessons: Sequence[Lesson], current: Lesson) -> Block:
    return actions(
        *(
            button(
                f"{TURN}.lesson{number}",
                lesson.gate,
                str(Shown(lesson=lesson.id)),
                "primary" if lesson.id == current.id else "",
            )
            for number, lesson in enumerate(lessons[:10])
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


def _learner(progress: LearnerProgress, number: int) -> Block:
    head = f"**{progress.person.name}** · {rendering.STATES[progress.state]} · {progress.met} of {progress.of} met"
    lines = [head]
    if progress.is_stuck and progress.stuck_on is not None:
        more = f" (+{progress.more_open})" if progress.more_open else ""
        lines.append(
            f"{progress.stuck_on.id} {progress.stuck_on.title}{more}: {progress.verdict} since {stamp(progress.since)}"
        )
    if progress.waiting:
        lines.append(f"⏳ {progress.waiting} with you")
    if progress.is_at_last_step:
        lines.append("looks for the fault in a copy of their own file")
    lines.append(f"last attempt {stamp(progress.last_attempt)}" if progress.last_attempt else "nothing handed in")
    return section("\n".join(lines), button(f"sheet.{number}", "Sheet", progress.person.id))


def _pages(shown: Shown, page: int, pages: int, lesson: Lesson) -> Block:
    turns = []
    if page:
        turns.append(button(f"{TURN}.before", "← Back", str(Shown(shown.which, page - 1, lesson.id))))
    if page < pages - 1:
        turns.append(button(f"{TURN}.after", "More →", str(Shown(shown.which, page + 1, lesson.id))))
    return actions(*turns)
