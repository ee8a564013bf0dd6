"""Receipts of what happened: built, ended by a limit, ended by its own error, or by the engine's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import parse
from tools.dockerfile.stages import Stage, stages
from tools.sandbox.build.buildx import Ended
from tools.sandbox.build.context import Context
from tools.sandbox.build.excerpts import one_line, telling, whole_log
from tools.sandbox.build.facts import FailureCause, FailureFacts, facts_of
from tools.sandbox.build.failures import cause_of, line_of_cause
from tools.sandbox.build.progress import BuildStep, ProgressReader
from tools.sandbox.build.refusals import LAYERED
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.image.inspection import Inside, instruction_told
from tools.sandbox.run_report import RunReport

_SUMMARIES = {
    Outcome.CANCELLED: "The build was stopped.",
    Outcome.TIMEOUT: "The build took longer than it is given.",
    Outcome.IDLE: "The build printed nothing for longer than I wait.",
    Outcome.CPU: "The build used more processor time than it is given.",
    Outcome.MEMORY: "The build used more memory than it is given.",
    Outcome.PIDS: "The build started more processes than it is given.",
    Outcome.DISK: "The build wrote more to disk than it is given.",
    Outcome.LOG_LIMIT: "The build printed more than I read.",
}
_QUESTIONS = {
    Outcome.TIMEOUT: "What in this step takes so long, and does it have to happen during the build?",
    Outcome.IDLE: "What does this step wait for?",
    Outcome.CPU: "What does this step compute, and could it be done once and be brought along?",
    Outcome.MEMORY: "What in this step holds so much in memory at once?",
    Outcome.PIDS: "What in this step starts so many processes?",
    Outcome.DISK: "What does this step write, and which of it is needed in the image?",
    Outcome.LOG_LIMIT: "Which program in this step prints so much, and how is it told to be quiet?",
}
LOG_LINES = 4  # of the excerpt
_PARSE_LINE = re.compile(r"parse error on line (\d+)")


def built(receipt: BuildReceipt, inside: Inside, run: RunReport | None) -> BuildReceipt:
    return replace(
        receipt,
        summary="Your image was built.",
        image_bytes=inside.bytes,
        layers=inside.layers,
        hidden_bytes=inside.hidden,
        user=inside.user,
        ports=inside.ports,
        entrypoint=inside.entrypoint,
        found=inside.secrets,
        secrets=tuple(secret.place for secret in inside.secrets),
        unread=inside.unread,
        packages=inside.packages,
        run=run,
    )


def too_large(receipt: BuildReceipt, size: int, most: int, history: Sequence[Mapping[str, Any]]) -> BuildReceipt:
    """`history` is the engine's own; the step that made the largest layer is named."""
    largest = max(history, key=lambda entry: int(entry.get("Size") or 0), default={})
    sentence = f"The image holds {size / 10**9:.1f} GB of files, and I take images of up to {most / 10**9:.1f} GB."
    return replace(
        receipt,
        outcome=Outcome.DISK,
        cause="image-size",
        summary=f"{sentence} A file with holes counts with its whole length.",
        question="What does this step write, and which of it is needed in the image?",
        failed_step=instruction_told(str(largest.get("CreatedBy") or "")),
        unread="it is larger than I take",
    )


def together(made: Sequence[BuildReceipt]) -> BuildReceipt:
    """One receipt of several Dockerfiles: of the first that did not build and run, else of the main one."""
    if len(made) == 1:
        return made[0]
    started = any(layer.run is not None for layer in made)
    told = next((layer for layer in made if not layer.builds_and_runs), made[0]) if started else made[0]
    others = [layer for layer in made if layer is not told]
    built = "was built too, and what it makes runs" if started else "was built too"
    found = [replace(secret, place=f"{layer.dockerfile}: {secret.place}") for layer in made for secret in layer.found]
    return replace(
        told,
        seconds=round(sum(layer.seconds for layer in made), 1),
        found=tuple(found),
        unread="; ".join(layer.unread for layer in made if layer.unread),
        secrets=tuple(match_found.place for match_found in found),
        packages=tuple(dict.fromkeys(package for layer in made for package in layer.packages)),
        notes=(*told.notes, *(f"`{other.dockerfile}` {built}." for other in others)),
    )


def cancelled(receipt: BuildReceipt) -> BuildReceipt:
    return replace(receipt, outcome=Outcome.CANCELLED, summary=_SUMMARIES[Outcome.CANCELLED])


def unavailable(receipt: BuildReceipt, error: Exception) -> BuildReceipt:
    summary = f"The engine failed, not your file ({type(error).__name__}). Try again later."
    return replace(receipt, outcome=Outcome.INFRASTRUCTURE, summary=summary)


def ended(
    receipt: BuildReceipt, context: Context, progress: ProgressReader, how: Ended, *, measures: bool = False
) -> BuildReceipt:
    """`measures`: the engine names the limit that was reached, so what a step prints of one is no proof."""
    if how.limit is Outcome.CANCELLED:
        return cancelled(receipt)
    step = progress.failed or progress.running
    one = _instruction(context.source.text, step)
    log = telling(progress.failed_log(), lines=LOG_LINES)
    if how.limit is not None:
        summary, question = _SUMMARIES[how.limit], _QUESTIONS[how.limit]
        told = replace(receipt, outcome=how.limit, summary=summary, question=question, cause=how.limit.value)
        told = replace(told, log=whole_log(progress.failed_log()), log_excerpt=log)
        return replace(told, failed_line=one.line if one else None, failed_step=_step(one, step))
    known = facts_of(one, stages(parse(context.source.text)), context.files, is_measured=measures)
    return _failed(receipt, context.source.text, progress, step, known)


def _failed(
    receipt: BuildReceipt, text: str, progress: ProgressReader, step: BuildStep | None, facts: FailureFacts
) -> BuildReceipt:
    error, one = progress.error or _client_error(progress), facts.instruction
    line = one.line if one else _printed_line(receipt, progress, error)
    one = one or next((other for other in parse(text).instructions if other.line == line), None)
    printed = progress.failed_log()
    cause = cause_of(error, printed, replace(facts, instruction=one))
    cause = _of_stage(one) if _asks_for_no_stage(one, cause) else cause
    log = telling(printed, line_of_cause(printed, cause), LOG_LINES)
    return replace(
        receipt,
        outcome=cause.outcome,
        summary=cause.text,
        question=cause.question,
        cause=cause.id,
        failed_line=line,
        failed_step=_step(one, step) or _marked(progress),
        log_excerpt=log if _adds(log, cause) else "",
        log=whole_log(printed),
    )


def _asks_for_no_stage(one: Instruction | None, cause: FailureCause) -> bool:
    """A name that is no stage is taken for an image, and looked for in a registry."""
    fetched = cause.id in ("registry-unreachable", "image-not-found")
    return fetched and one is not None and any(not re.search(r"[/:.]", name) for name in one.flag("from"))


def _of_stage(one: Instruction | None) -> FailureCause:
    name = one_line(one.flag("from")[0], 60) if one else ""
    told = f"`{name}` is no stage above this line, and no image of that name could be fetched."
    return FailureCause(
        "no-such-stage", told, "Which stage makes the files that this line takes, and what is it called?"
    )


def _adds(log: str, cause: FailureCause) -> bool:
    return bool(log) and log.strip() != cause.text


def _client_error(progress: ProgressReader) -> str:
    """Its last word, without its preamble: what stands before a step fails has no vertex."""
    said = [line for line in progress.said if line.startswith(("ERROR:", "error:"))]
    return re.sub(r"^ERROR: (failed to solve: )?", "", said[-1]) if said else "\n".join(progress.said[-5:])


def _printed_line(receipt: BuildReceipt, progress: ProgressReader, error: str) -> int | None:
    """Lines of the client itself; what a step prints is not among them."""
    match = _PARSE_LINE.search(error)
    if match:
        return int(match[1])
    name = re.escape(receipt.dockerfile.rpartition("/")[2])
    found = re.findall(rf"(?m)^(?:\S*/)?{name}:(\d+)$", "\n".join(progress.said))
    return int(found[-1]) if found else None


def _marked(progress: ProgressReader) -> str:
    """The line of the Dockerfile that the client points at."""
    found = re.findall(r"(?m)^\s*\d+ \| >>> (.+)$", "\n".join(progress.said))
    return one_line(found[-1], 200) if found else ""


def _step(one: Instruction | None, step: BuildStep | None) -> str:
    if one is not None:
        return one_line(f"{one.keyword} {' '.join(f'--{name}={value}' for name, value in one.flags)} {one.value}", 200)
    return one_line(step.text, 200) if step else ""


def _instruction(text: str, step: BuildStep | None) -> Instruction | None:
    """BuildKit counts what makes layers, stage by stage, FROM being the first; nobody can print that number."""
    if step is None:
        return None
    stage = _stage(stages(parse(text)), step.stage)
    if stage is None:
        return None
    steps = [
        stage.opening,
        *(
            instruction
            for instruction in stage.instructions
            if instruction.keyword in LAYERED and not instruction.onbuild
        ),
    ]
    return steps[step.number - 1] if len(steps) == step.of else None


def _stage(found: list[Stage], name: str) -> Stage | None:
    """An unnamed stage is called after its number; a single one is not called anything."""
    words = name.split()
    last = words[-1] if words else ""
    if not last or (words and "/" in last):  # a platform stands before the name where several are built
        return found[-1] if len(found) == 1 else None
    return next(
        (
            match_found
            for match_found in found
            if last.lower() == (match_found.name.lower() or f"stage-{match_found.index}")
        ),
        None,
    )
