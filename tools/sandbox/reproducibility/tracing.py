"""What a `COPY --from` only carries along is traced back to the stage, and the line in it, that made it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import parse
from tools.dockerfile.stages import Stage, stages
from tools.sandbox.reproducibility.differences import HARMLESS
from tools.sandbox.reproducibility.repetition import DifferenceCause, Repetition


def stage_named(text: str, target: str) -> Stage | None:
    """By its name or its number, as `--target` and `--from` name it; the last where nothing is named."""
    found = stages(parse(text))
    if not target:
        return found[-1] if found else None
    if target.isdigit():
        return found[int(target)] if int(target) < len(found) else None
    return next((stage for stage in reversed(found) if stage.name.lower() == target.lower()), None)


@dataclass(frozen=True)
class _Copy:
    """An instruction that takes from a stage: an image of somebody else's is the same in both builds."""

    line: int
    stage: str
    sources: tuple[str, ...]


def with_name(text: str, target: str) -> tuple[str, str]:
    """The text and a name for `--target`, which knows no numbers: a stage without a name is given one."""
    stage = stage_named(text, target)
    if stage is None or stage.name or not target:
        return text, stage.name if stage is not None and target else target
    lines, name = text.splitlines(), f"tutor-stage-{stage.index}"
    lines[stage.opening.end_line - 1] += f" AS {name}"
    return "\n".join([*lines, ""]), name


def traced(found: Repetition, text: str, of_stage: Callable[[str], Repetition]) -> Repetition:
    """`of_stage` builds a stage twice; it's asked once for each that a differing COPY takes from."""
    copies = {copy.line: copy for copy in _copies(text)}
    known: dict[str, Repetition] = {}
    causes: list[DifferenceCause] = []
    for cause in found.causes:
        copy = copies.get(cause.line) if cause.kind not in HARMLESS else None
        if copy is None:
            causes.append(cause)
            continue
        if copy.stage not in known:
            known[copy.stage] = of_stage(copy.stage)
        causes += [replace(one, copied_by=cause.line) for one in _origins(cause, copy, known[copy.stage])] or [cause]
    return replace(found, causes=tuple(dict.fromkeys(causes)))


def _copies(text: str) -> Iterator[_Copy]:
    for stage in stages(parse(text)):
        for instruction in stage.of("COPY"):
            named = "".join(instruction.flag("from"))
            if named and stage_named(text, named) is not None:
                yield _Copy(instruction.line, named, _sources(instruction))


def _sources(copy: Instruction) -> tuple[str, ...]:
    words = copy.argv if copy.argv is not None else copy.value.split()
    return tuple(posixpath.join("/", source).rstrip("/") for source in words[:-1])


def _origins(cause: DifferenceCause, copy: _Copy, made: Repetition) -> list[DifferenceCause]:
    """Of the same kind, and below what is copied where that can be told."""
    alike = [other for other in made.causes if other.kind is cause.kind]
    return [other for other in alike if other.example.startswith(copy.sources)] or alike
