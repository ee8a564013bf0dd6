"""Files that come in: what inspection sees at once, and the review of a submission."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.conversation import rendering
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.conversation.handlers.gate_outcome import settle
from agent.domain.act import Intent
from agent.domain.gate import GateState
from agent.domain.reply import Action
from agent.domain.turn import BuildRequest
from agent.domain.verdicts import Judgement
from agent.grading.assessment import place
from knowledge.course.pack import Lesson
from tools.artefacts.recognition import OTHER
from tools.artefacts.registry import artefact_type, wording_of
from tools.errors import UnreadableFile, UploadRefused
from tools.findings import Inspection, Verdict
from tools.sandbox.build.context import dockerfiles_of
from tools.sandbox.stack.keys import has_blueprint
from tools.uploads.archives.expanding import expand
from tools.uploads.files import SourceFile, Upload

SUBMIT = Action("submit", "Submit for the gate", style="primary")
ANNOTATE = Action("annotate", "Questions in the file")


def take_files(context: TurnContext, *, formally: bool) -> Decision:
    """Stores what came, then inspects it; `formally` when the learner hands it in for the gate."""
    context, notes = _taken(context)
    refused = "\n".join(f"⚠️ {sentence}" for sentence in context.turn.refused)
    if context.turn.files:
        _store(context)
    elif context.turn.refused:
        return Decision(Intent.SUBMIT, f"{refused}\n\nNothing else has changed.")
    decision = submit(context) if formally and context.turn.files else _inspected(context)
    said = "\n".join(part for part in (refused, notes) if part)
    return decision.with_changes(draft=f"{said}\n\n{decision.draft}".strip()) if said else decision


def _taken(context: TurnContext) -> tuple[TurnContext, str]:
    """The turn with its archives unpacked and without what cannot be used, which leaves the former version in place.

    What cannot be read as text is refused with its remedy; in an archive a binary file is part of a build.
    """
    came = expand(context.turn.files)
    taken, refused = list[SourceFile](), [*context.turn.refused, *came.refused]
    for file in came.files:
        try:
            _ = file.text if file in came.plain or file.kind != OTHER else ""
            taken.append(file)
        except UnreadableFile as error:
            refused.append(str(error))
    try:
        Upload.of(taken)
    except UploadRefused as error:
        taken, refused = [], [*refused, str(error)]
    turn = replace(context.turn, files=tuple(taken), refused=tuple(refused))
    return replace(context, turn=turn), " ".join(came.notes)


def _store(context: TurnContext) -> None:
    services, person, lesson = context.services, context.person, context.lesson
    upload = Upload.of(context.turn.files)
    services.submissions.record_upload(person.id, lesson.id, upload, context.turn.key)
    workspace = services.submissions.workspace(person.id, lesson.id)
    judgements = services.assessor.judge(lesson, workspace)
    services.reviews.draft(person.id, lesson.id, judgements)
    _count_attempts(context, workspace)


def _count_attempts(context: TurnContext, workspace: Upload) -> None:
    """A changed artefact is an attempt at each criterion that is judged on it."""
    for criterion in context.lesson.rubric:
        digest = artefact_digest(workspace, criterion.artefact)
        if digest:
            context.services.hints.attempt(context.person.id, context.lesson.id, criterion.id, digest)


def artefact_digest(workspace: Upload, artefact: str) -> str:
    """Digest of the files that carry an artefact; its companions count with it."""
    found = artefact_type(artefact)
    kinds = (artefact, *found.companions) if found else ()
    files = [file for file in workspace if file.kind in kinds]
    return Upload.of(files).digest if files else ""


def _inspected(context: TurnContext) -> Decision:
    services, lesson = context.services, context.lesson
    workspace = services.submissions.workspace(context.person.id, lesson.id)
    if not len(workspace):
        names = rendering.listed(rendering.artefact_names(lesson.artefacts))
        return Decision(Intent.SUBMIT, f"I have no file of yours yet. Attach {names} to a message here.")
    inspection = services.assessor.inspect(workspace)
    judgements = {judgement.criterion: judgement for judgement in services.assessor.judge(lesson, workspace)}
    parts = [
        _read_line(context),
        *_unreadable(inspection),
        _overview(lesson, judgements),
        rendering.findings(inspection),
    ]
    more = rendering.more_than(inspection)
    parts.append(_ending(lesson, judgements, inspection, more))
    return Decision(
        Intent.SUBMIT, "\n\n".join(part for part in parts if part), actions=_actions(context, workspace, more)
    )


def _read_line(context: TurnContext) -> str:
    names = [f"`{file.path}`" for file in Upload.of(context.turn.files)]
    if not names:
        return ""
    shown = rendering.listed(names) if len(names) <= 8 else f"{len(names)} files"
    return f"I have read {shown}."


def _unreadable(inspection: Inspection) -> list[str]:
    return [f"⚠️ {sentence}" for sentence in inspection.unreadable.values()]


def _overview(lesson: Lesson, judgements: dict[str, Judgement]) -> str:
    lines = {artefact: rendering.verdict_line(lesson, judgements, artefact) for artefact in lesson.artefacts}
    return "\n".join(f"**{wording_of(artefact).title}** {line}" for artefact, line in lines.items() if line)


def _ending(lesson: Lesson, judgements: dict[str, Judgement], inspection: Inspection, more: int) -> str:
    rest = f"{more} more {'remark is' if more == 1 else 'remarks are'} less pressing. " if more else ""
    if any(finding.effect is not None for finding in inspection.findings):
        return rest.strip()
    return rest + (
        rendering.next_step(lesson, judgements) or "Nothing holds the gate back here. Submit when you are ready."
    )


def _actions(context: TurnContext, workspace: Upload, more: int) -> tuple[Action, ...]:
    build = build_offer(context, workspace)
    rest = (Action("show_findings", f"Show all ({more} more)"),) if more else ()
    return (*build, SUBMIT, *rest)


def build_offer(context: TurnContext, workspace: Upload) -> tuple[Action, ...]:
    """The button for what can be made of these files here; none where there is nothing, or no engine."""
    starts = has_blueprint(workspace)
    if not (starts or dockerfiles_of(workspace)) or not context.services.builder.status().available:
        return ()
    return (Action("build", "Start the stack" if starts else "Build it"),)


def show_findings(context: TurnContext) -> Decision:
    workspace = context.services.submissions.workspace(context.person.id, context.lesson.id)
    inspection = context.services.assessor.inspect(workspace)
    rest = (SUBMIT, ANNOTATE) if inspection.findings else (SUBMIT,)
    lines = [
        f"- {place(finding)} · **{finding.criterion}**: {finding.message} _{finding.question}_"
        for finding in inspection.findings
    ]
    return Decision(Intent.SUBMIT, "\n".join(lines) or "There is nothing to remark on in your files.", actions=rest)


def wants_questions_in_file(context: TurnContext) -> bool:
    pressed = context.turn.action is not None and context.turn.action.id == ANNOTATE.id
    return pressed or (not context.turn.files and _IN_FILE.search(context.turn.text) is not None)


def annotate(context: TurnContext) -> Decision:
    """Their files come back with questions, and with nothing that answers them."""
    workspace = context.services.submissions.workspace(context.person.id, context.lesson.id)
    if not len(workspace):
        return Decision(Intent.SUBMIT, "I have no file of yours yet. Attach it to a message here.")
    if not context.services.assessor.inspect(workspace).findings:
        return Decision(Intent.SUBMIT, "There is nothing to ask about in your files.")
    text = "Here are your files with my questions above the lines that they are about. The answers are yours to write."
    return Decision(Intent.SUBMIT, text, annotate=True)


_TWICE = re.compile(
    r"\breproducib|\bbuild(s|ing)? (it|this|that|mine|my \w+|the \w+)( \w+)? (twice|two times|again and compare)",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(my|mine|our|this|these|it|twice)\b", re.IGNORECASE)


def wants_twice(context: TurnContext) -> bool:
    pressed = context.turn.action is not None and context.turn.action.id == "twice"
    text = context.turn.text
    return pressed or (not context.turn.files and _TWICE.search(text) is not None and _OWN.search(text) is not None)


def request_build(context: TurnContext, *, twice: bool = False) -> Decision:
    services, person, lesson = context.services, context.person, context.lesson
    workspace = services.submissions.workspace(person.id, lesson.id)
    starts = has_blueprint(workspace) and not twice
    if not (starts or dockerfiles_of(workspace)):
        text = "There is no Dockerfile to build yet, and no Compose file to start. Attach them to a message here."
        return Decision(Intent.SUBMIT, text)
    status = services.builder.status()
    if not status.available:
        return Decision(Intent.SUBMIT, f"I can not build here. {status.reason}")
    upload_id = services.submissions.record_upload(person.id, lesson.id, workspace, f"{context.turn.key}:build")
    what = "twice" if twice else "build"
    job = BuildRequest(f"{context.turn.key}:build", person.id, lesson.id, upload_id, context.turn.conversation, what)
    stop = Action("stop", "Stop", job.job_id, "danger")
    return Decision(Intent.SUBMIT, _begins(twice=twice, starts=starts), actions=(stop,), build=job)


def _begins(*, twice: bool, starts: bool) -> str:
    if twice:
        return "Building exactly these files twice, under other circumstances the second time."
    if starts:
        return "Building what your Compose file builds, and starting the stack: exactly these files."
    return "Building exactly these files now."


def and_built(taken: Decision, requested: Decision) -> Decision:
    """Files that came with the wish to build them: the build is spoken of first, for it was asked for."""
    rest = tuple(action for action in taken.actions if action.id != "build")
    text = f"{requested.draft}\n\n{taken.draft}"
    return taken.with_changes(draft=text, actions=(*requested.actions, *rest), build=requested.build)


def submit(context: TurnContext) -> Decision:
    """Reviews the newest version of everything, records it, and lets the gate's table decide."""
    services, person, lesson = context.services, context.person, context.lesson
    workspace = _chosen(context, services.submissions.workspace(person.id, lesson.id))
    begun = services.reviews.of_turn(context.turn.key)
    if begun is not None:  # the turn was cut off after its review: the gate may stand on it already
        return settle(context, begun, workspace)
    judgements = services.assessor.judge(lesson, workspace)
    missing = rendering.artefacts_missing(lesson, {judgement.criterion: judgement for judgement in judgements})
    if missing:
        return _incomplete(context, missing)
    if services.gates.view(person.id, lesson.id).state in (GateState.PASSED, GateState.WAIVED):
        return Decision(Intent.SUBMIT, f"The {lesson.gate} is behind you already; nothing needs to be handed in again.")
    review = services.reviews.record(person.id, lesson.id, workspace, judgements, context.turn.key)
    _let_hints_fall(context, judgements)
    return settle(context, review, workspace)


def _chosen(context: TurnContext, workspace: Upload) -> Upload:
    """What was ticked in the form, by its contents; everything where nobody was asked."""
    chosen = context.turn.action.value.split(",") if context.turn.action and context.turn.action.value else None
    return workspace if chosen is None else Upload.of(file for file in workspace if file.digest in chosen)


def _incomplete(context: TurnContext, missing: list[str]) -> Decision:
    text = f"For the {context.lesson.gate} I still need {rendering.listed(missing)}."
    seen = _inspected(context) if context.turn.files else Decision(Intent.SUBMIT, "")
    return seen.with_changes(draft=f"{seen.draft}\n\n{text}".strip(), actions=())


def _let_hints_fall(context: TurnContext, judgements: tuple[Judgement, ...]) -> None:
    for judgement in judgements:
        if judgement.verdict is Verdict.MET:
            context.services.hints.succeed(context.person.id, context.lesson.id, judgement.criterion)


_FORMAL = re.compile(
    r"\b(submit|submission|hand(ing)? (it |this |that |these |them |everything )?in|deliver(able)?s?|"
    r"turn(ing)? (it|this) in|"
    r"(for|to) the gate|gate review|final version|grade|assess|evaluate)\b",
    re.IGNORECASE,
)
_IN_FILE = re.compile(r"\bannotat|\bwith (your|the) (questions|remarks|comments|notes)\b", re.IGNORECASE)
_REHEARSAL = re.compile(r"\b(not|don'?t|do not|before|until|without) (yet )?(i )?(submit|hand)", re.IGNORECASE)


_ORDER = re.compile(
    r"\W*(?:(?:ok(?:ay)?|so|then|now|and|please)\W+)*"
    r"(?:(?:i\W?(?:d| would| want| wish| am| m)?(?: like| ready| going)?(?: to)?|let me|let['’]?s)\s+)?"
    r"(?:submit|hand (?:it |this |them |everything )?in)\b",
    re.IGNORECASE,
)


def orders_submission(text: str) -> bool:
    """“submit”, “I want to submit for the gate”: the whole of it is the order; “how do I submit” is a question."""
    return _ORDER.match(text) is not None and is_formal(text) and not text.rstrip().endswith("?")


def is_formal(text: str) -> bool:
    """Whether the learner hands in for the gate, and does not only ask for a look."""
    return _FORMAL.search(text) is not None and _REHEARSAL.search(text) is None
