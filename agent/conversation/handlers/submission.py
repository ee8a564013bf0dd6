"""Files that come in: what inspection sees at once, and the review of a submission."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.conversation import rendering
from agent.conversation.context import Desk
from agent.conversation.decision import Decision
from agent.conversation.handlers.gate_outcome import settle
from agent.domain.gate import GateState
from agent.domain.reply import Action
from agent.domain.turn import BuildRequest
from agent.domain.verdicts import Judgement
from agent.grading.assessment import place
from agent.understanding.intents import Intent
from knowledge.course.pack import Lesson
from tools.errors import UnreadableFile, UploadRefused
from tools.findings import Inspection, Verdict
from tools.sandbox.build.context import dockerfiles_of
from tools.uploads.archives.expanding import expand
from tools.uploads.files import FileKind, SourceFile, Upload

SUBMIT = Action("submit", "Submit for the gate", style="primary")
ANNOTATE = Action("annotate", "Questions in the file")


def take_files(desk: Desk, *, formally: bool) -> Decision:
    """Stores what came, then inspects it; `formally` when the learner hands it in for the gate."""
    desk, notes = _taken(desk)
    refused = "\n".join(f"⚠️ {sentence}" for sentence in desk.turn.refused)
    if desk.turn.files:
        _store(desk)
    elif desk.turn.refused:
        return Decision(Intent.SUBMIT, f"{refused}\n\nNothing else has changed.")
    decision = submit(desk) if formally and desk.turn.files else _inspected(desk)
    said = "\n".join(part for part in (refused, notes) if part)
    return decision.with_changes(draft=f"{said}\n\n{decision.draft}".strip()) if said else decision


def _taken(desk: Desk) -> tuple[Desk, str]:
    """The turn with its archives unpacked and without what cannot be used, which leaves the former version in place.

    What cannot be read as text is refused with its remedy; in an archive a binary file is part of a build.
    """
    came = expand(desk.turn.files)
    taken, refused = list[SourceFile](), [*desk.turn.refused, *came.refused]
    for file in came.files:
        try:
            _ = file.text if file in came.plain or file.kind is not FileKind.OTHER else ""
            taken.append(file)
        except UnreadableFile as error:
            refused.append(str(error))
    try:
        Upload.of(taken)
    except UploadRefused as error:
        taken, refused = [], [*refused, str(error)]
    turn = replace(desk.turn, files=tuple(taken), refused=tuple(refused))
    return replace(desk, turn=turn), " ".join(came.notes)


def _store(desk: Desk) -> None:
    services, person, lesson = desk.services, desk.person, desk.lesson
    upload = Upload.of(desk.turn.files)
    services.submissions.record_upload(person.id, lesson.id, upload, desk.turn.key)
    workspace = services.submissions.workspace(person.id, lesson.id)
    judgements = services.assessor.judge(lesson, workspace)
    services.reviews.draft(person.id, lesson.id, judgements)
    _count_attempts(desk, workspace)


def _count_attempts(desk: Desk, workspace: Upload) -> None:
    """A changed artefact is an attempt at each criterion that is judged on it."""
    for criterion in desk.lesson.rubric:
        digest = artefact_digest(workspace, criterion.artefact)
        if digest:
            desk.services.hints.attempt(desk.person.id, desk.lesson.id, criterion.id, digest)


def artefact_digest(workspace: Upload, artefact: str) -> str:
    """Digest of the files that carry an artefact; a Dockerfile's context counts with it."""
    context = ("dockerfile", "dockerignore", "dependencies")
    kinds = context if artefact == "dockerfile" else (artefact,)
    files = [file for file in workspace if file.kind.value in kinds]
    return Upload.of(files).digest if files else ""


def _inspected(desk: Desk) -> Decision:
    services, lesson = desk.services, desk.lesson
    workspace = services.submissions.workspace(desk.person.id, lesson.id)
    if not len(workspace):
        names = rendering.listed(list(rendering.ARTEFACT_NAMES.values()))
        return Decision(Intent.SUBMIT, f"I have no file of yours yet. Attach {names} to a message here.")
    inspection = services.assessor.inspect(workspace)
    judgements = {judgement.criterion: judgement for judgement in services.assessor.judge(lesson, workspace)}
    parts = [_read_line(desk), *_unreadable(inspection), _overview(lesson, judgements), rendering.findings(inspection)]
    more = rendering.more_than(inspection)
    parts.append(_ending(lesson, judgements, inspection, more))
    return Decision(Intent.SUBMIT, "\n\n".join(part for part in parts if part), actions=_actions(desk, workspace, more))


def _read_line(desk: Desk) -> str:
    names = [f"`{file.path}`" for file in Upload.of(desk.turn.files)]
    if not names:
        return ""
    shown = rendering.listed(names) if len(names) <= 8 else f"{len(names)} files"
    return f"I have read {shown}."


def _unreadable(inspection: Inspection) -> list[str]:
    return [f"⚠️ {sentence}" for sentence in inspection.unreadable.values()]


def _overview(lesson: Lesson, judgements: dict[str, Judgement]) -> str:
    titles = {"dockerfile": "Dockerfile", "compose": "Blueprint", "plan": "Plan"}
    lines = [(title, rendering.verdict_line(lesson, judgements, artefact)) for artefact, title in titles.items()]
    return "\n".join(f"**{title}** {line}" for title, line in lines if line)


def _ending(lesson: Lesson, judgements: dict[str, Judgement], inspection: Inspection, more: int) -> str:
    rest = f"{more} more {'remark is' if more == 1 else 'remarks are'} less pressing. " if more else ""
    if any(finding.effect is not None for finding in inspection.findings):
        return rest.strip()
    return rest + (
        rendering.next_step(lesson, judgements) or "Nothing holds the gate back here. Submit when you are ready."
    )


def _actions(desk: Desk, workspace: Upload, more: int) -> tuple[Action, ...]:
    build = (
        (Action("build", "Build it"),) if dockerfiles_of(workspace) and desk.services.builder.status().available else ()
    )
    rest = (Action("show_findings", f"Show all ({more} more)"),) if more else ()
    return (*build, SUBMIT, *rest)


def show_findings(desk: Desk) -> Decision:
    workspace = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    inspection = desk.services.assessor.inspect(workspace)
    rest = (SUBMIT, ANNOTATE) if inspection.findings else (SUBMIT,)
    lines = [
        f"- {place(finding)} · **{finding.criterion}**: {finding.message} _{finding.question}_"
        for finding in inspection.findings
    ]
    return Decision(Intent.SUBMIT, "\n".join(lines) or "There is nothing to remark on in your files.", actions=rest)


def wants_questions_in_file(desk: Desk) -> bool:
    pressed = desk.turn.action is not None and desk.turn.action.id == ANNOTATE.id
    return pressed or (not desk.turn.files and _IN_FILE.search(desk.turn.text) is not None)


def annotate(desk: Desk) -> Decision:
    """Their files come back with questions, and with nothing that answers them."""
    workspace = desk.services.submissions.workspace(desk.person.id, desk.lesson.id)
    if not len(workspace):
        return Decision(Intent.SUBMIT, "I have no file of yours yet. Attach it to a message here.")
    if not desk.services.assessor.inspect(workspace).findings:
        return Decision(Intent.SUBMIT, "There is nothing to ask about in your files.")
    text = "Here are your files with my questions above the lines that they are about. The answers are yours to write."
    return Decision(Intent.SUBMIT, text, annotate=True)


_TWICE = re.compile(
    r"\breproducib|\bbuild(s|ing)? (it|this|that|mine|my \w+|the \w+)( \w+)? (twice|two times|again and compare)",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(my|mine|our|this|these|it|twice)\b", re.IGNORECASE)


def wants_twice(desk: Desk) -> bool:
    pressed = desk.turn.action is not None and desk.turn.action.id == "twice"
    text = desk.turn.text
    return pressed or (not desk.turn.files and _TWICE.search(text) is not None and _OWN.search(text) is not None)


def request_build(desk: Desk, *, twice: bool = False) -> Decision:
    services, person, lesson = desk.services, desk.person, desk.lesson
    workspace = services.submissions.workspace(person.id, lesson.id)
    if not dockerfiles_of(workspace):
        return Decision(Intent.SUBMIT, "There is no Dockerfile to build yet. Attach it to a message here.")
    status = services.builder.status()
    if not status.available:
        return Decision(Intent.SUBMIT, f"I can not build here. {status.reason}")
    upload_id = services.submissions.record_upload(person.id, lesson.id, workspace, f"{desk.turn.key}:build")
    what = "twice" if twice else "build"
    job = BuildRequest(f"{desk.turn.key}:build", person.id, lesson.id, upload_id, desk.turn.conversation, what)
    often = "twice, under other circumstances the second time" if twice else "now"
    return Decision(
        Intent.SUBMIT,
        f"Building exactly these files {often}.",
        actions=(Action("stop", "Stop", job.job_id, "danger"),),
        build=job,
    )


def submit(desk: Desk) -> Decision:
    """Reviews the newest version of everything, records it, and lets the gate's table decide."""
    services, person, lesson = desk.services, desk.person, desk.lesson
    workspace = _chosen(desk, services.submissions.workspace(person.id, lesson.id))
    begun = services.reviews.of_turn(desk.turn.key)
    if begun is not None:  # the turn was cut off after its review: the gate may stand on it already
        return settle(desk, begun, workspace)
    judgements = services.assessor.judge(lesson, workspace)
    missing = rendering.artefacts_missing(lesson, {judgement.criterion: judgement for judgement in judgements})
    if missing:
        return _incomplete(desk, missing)
    if services.gates.view(person.id, lesson.id).state in (GateState.PASSED, GateState.WAIVED):
        return Decision(Intent.SUBMIT, f"The {lesson.gate} is behind you already; nothing needs to be handed in again.")
    review = services.reviews.record(person.id, lesson.id, workspace, judgements, desk.turn.key)
    _let_hints_fall(desk, judgements)
    return settle(desk, review, workspace)


def _chosen(desk: Desk, workspace: Upload) -> Upload:
    """What was ticked in the form, by its contents; everything where nobody was asked."""
    chosen = desk.turn.action.value.split(",") if desk.turn.action and desk.turn.action.value else None
    return workspace if chosen is None else Upload.of(file for file in workspace if file.digest in chosen)


def _incomplete(desk: Desk, missing: list[str]) -> Decision:
    text = f"For the {desk.lesson.gate} I still need {rendering.listed(missing)}."
    seen = _inspected(desk) if desk.turn.files else Decision(Intent.SUBMIT, "")
    return seen.with_changes(draft=f"{seen.draft}\n\n{text}".strip(), actions=())


def _let_hints_fall(desk: Desk, judgements: tuple[Judgement, ...]) -> None:
    for judgement in judgements:
        if judgement.verdict is Verdict.MET:
            desk.services.hints.succeed(desk.person.id, desk.lesson.id, judgement.criterion)


_FORMAL = re.compile(
    r"\b(submit|submission|hand(ing)? (it |this |them |everything )?in|deliver(able)?s?|turn(ing)? (it|this) in|"
    r"(for|to) the gate|gate review|final version|grade|assess|evaluate)\b",
    re.IGNORECASE,
)
_IN_FILE = re.compile(r"\bannotat|\bwith (your|the) (questions|remarks|comments|notes)\b", re.IGNORECASE)
_REHEARSAL = re.compile(r"\b(not|don'?t|do not|before|until|without) (yet )?(i )?(submit|hand)", re.IGNORECASE)


def is_formal(text: str) -> bool:
    """Whether the learner hands in for the gate, and does not only ask for a look."""
    return _FORMAL.search(text) is not None and _REHEARSAL.search(text) is None
