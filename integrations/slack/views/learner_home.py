"""A learner's Home: where they stand, what is next, and what they can do about it."""

from __future__ import annotations

from agent.conversation import rendering
from agent.conversation.context import Services
from agent.domain.gate import CLOSED, GateState
from agent.domain.people import Person
from agent.domain.verdicts import Judgement
from agent.grading.gate_service import GateView
from integrations.slack.block_kit import DIVIDER, Block, actions, button, context, fields, header, section
from knowledge.course.pack import Lesson
from tools.artefacts.registry import wording_of
from tools.findings import Verdict

BAR = 16
LAST_STEP = (
    "Next: one step is left. Find the fault that I put into a copy of your own file; it stands in our messages, and "
    "“where am I?” shows it again."
)


def learner_home(services: Services, person: Person) -> list[Block]:
    current = services.gates.current(person.id)
    blocks: list[Block] = []
    for lesson in services.course.lessons:
        view = services.gates.view(person.id, lesson.id)
        blocks += [header(f"{lesson.number} · {lesson.title}")]
        if lesson.id == current:
            blocks += _open(services, person, lesson, view)
        else:
            blocks += [section(_closed(lesson, view)), DIVIDER]
    return blocks


def _closed(lesson: Lesson, view: GateView) -> str:
    mark = "✅" if view.state in CLOSED else "🔒"
    since = f" on {view.since:%d %B %Y}" if view.state in CLOSED else ""
    return f"{mark} **{lesson.gate}**: {rendering.STATES[view.state]}{since}"


def _open(services: Services, person: Person, lesson: Lesson, view: GateView) -> list[Block]:
    criterion_status = services.reviews.criterion_status(person.id, lesson.id)
    blocks = [section(f"**{lesson.gate}**: {rendering.STATES[view.state]}\n{_bar(lesson, criterion_status)}")]
    if view.state is not GateState.LOCKED:
        left = (
            LAST_STEP
            if services.gates.exercise_waits(person.id, lesson.id)
            else rendering.next_step(lesson, criterion_status)
        )
        blocks.append(section(left or "Nothing is open on your side."))
    if criterion_status:
        blocks.append(fields(*_artefacts(lesson, criterion_status)))
        blocks.append(context("✅ met · 🟡 partly · ❌ not met · ⬜ not looked at yet · ⏳ with an instructor"))
        blocks.append(actions(*_buttons(services, person, lesson)))
    return [*blocks, DIVIDER]


def _bar(lesson: Lesson, criterion_status: dict[str, Judgement]) -> str:
    required = [criterion.id for criterion in lesson.rubric if criterion.required]
    met = sum(_is_met(criterion_status.get(criterion_id)) for criterion_id in required)
    full = round(BAR * met / len(required)) if required else 0
    return f"{'█' * full}{'░' * (BAR - full)}  {met} of {len(required)} required criteria met"


def _is_met(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement.verdict is Verdict.MET and not judgement.pending


def _artefacts(lesson: Lesson, criterion_status: dict[str, Judgement]) -> list[str]:
    """A paragraph for each artefact: its criteria, and what is missing where one is open."""
    texts = []
    for artefact in lesson.artefacts:
        lines = [
            _line(f"{criterion.id} {criterion.title}", criterion_status[criterion.id])
            for criterion in lesson.rubric
            if criterion.artefact == artefact and criterion.id in criterion_status
        ]
        if lines:
            texts.append("\n".join([f"**{wording_of(artefact).full_title}**", *lines]))
    return texts


def _line(title: str, judgement: Judgement) -> str:
    is_open = judgement.verdict in (Verdict.PARTLY, Verdict.NOT_MET) and not judgement.pending
    return f"{rendering.mark(judgement)} {title}" + (
        f": _{judgement.missing}_" if is_open and judgement.missing else ""
    )


def _buttons(services: Services, person: Person, lesson: Lesson) -> list[Block]:
    found = [button("submit.0", "Submit for the gate", style="primary")]
    if services.reviews.latest(person.id, lesson.id):
        found.append(button("archive.1", "Week artefact"))
    return found
