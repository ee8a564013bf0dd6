"""The fault-finding exercise: a copy of the learner's own file with one fault put back, which code grades."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from agent.domain.exercise import FaultExercise
from knowledge.course.pack import Criterion, Lesson
from tools.artefacts.registry import artefact_type
from tools.errors import ToolError
from tools.findings import Finding, Inspection
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

RECORDED = "twin"  # the key of an exercise in the ledger, which is append-only and older than the name
OPTIONS = "ABCD"
MAX_TRIES = 25  # inspections that one item may cost
WINDOW = 30  # lines of the copy that are shown

_LINE, _LETTER = r"(?:line|l|row|#)?\s*(?P<line>\d{1,5})\b", r"(?P<letter>[A-D])\b"
_BETWEEN = r"[\s,;:/)–-]*"
_ANSWERS = (
    re.compile(
        rf"^\W*(?:it(?:'s| is) )?{_LINE}{_BETWEEN}(?:and |because |option |reason )*\(?{_LETTER}", re.IGNORECASE
    ),
    re.compile(rf"^\W*(?:option |reason )?{_LETTER}{_BETWEEN}(?:and |in |at |on )*{_LINE}", re.IGNORECASE),
)


def read_answer(said: str) -> tuple[int, int] | None:
    """The line and the place of the letter, where a message is an answer to an exercise."""
    match = next((found for pattern in _ANSWERS if (found := pattern.match(said.strip()))), None)
    return (int(match["line"]), OPTIONS.index(match["letter"].upper())) if match else None


def is_right(record: Mapping[str, Any], said: str) -> bool:
    """Both the line and the reason have to be right."""
    answer = read_answer(said)
    if answer is None or answer[1] >= len(record["options"]):
        return False
    first, last = record["lines"]
    return bool(first <= answer[0] <= last and record["options"][answer[1]] == record["right"])


def exercise_of(lesson: Lesson, upload: Upload, seed: str, number: int) -> FaultExercise | None:
    """The same files and seed give the same exercise; None where no fault can be put back that the checks would see."""
    return _exercise(lesson.rubric, upload, seed, number)


@lru_cache(maxsize=512)  # it is made again to be shown, answered and verified
def _exercise(rubric: tuple[Criterion, ...], upload: Upload, seed: str, number: int) -> FaultExercise | None:
    chance = random.Random(f"{seed}:{number}")
    candidates = [mutant for file in upload for mutant in _mutants(file)]
    chance.shuffle(candidates)
    for file, changed, line in candidates[:MAX_TRIES]:
        found = _one_new_fault(upload, file, changed, line)
        right = next((criterion for criterion in rubric if found and criterion.aspect == found.criterion), None)
        if found is None or right is None:
            continue
        options = _options(rubric, right, chance)
        if len(options) > 1:
            lines = (min(line, found.line), max(line, found.end_line))
            return FaultExercise(number, file.path, changed, lines, options, right.id)
    return None


def _near(found: Finding, line: int) -> bool:
    return found.line <= line <= found.end_line


def _one_new_fault(upload: Upload, file: SourceFile, changed: str, line: int) -> Finding | None:
    """The finding that the change brings, where all that it brings belong to one criterion and stand at its line."""
    try:
        before, after = _inspected(upload), inspect(_with(upload, file, changed))
    except ToolError:
        return None
    known = {(finding.rule, finding.message) for finding in before.findings}
    new = [
        finding
        for finding in after.findings
        if finding.effect is not None and (finding.rule, finding.message) not in known
    ]
    if (
        len({judgement.criterion for judgement in new}) != 1
        or before.criteria[new[0].criterion] == after.criteria[new[0].criterion]
    ):
        return None
    return next((judgement for judgement in new if judgement.file == file.path and _near(judgement, line)), None)


@lru_cache(maxsize=64)
def _inspected(upload: Upload) -> Inspection:
    return inspect(upload)


def _with(upload: Upload, file: SourceFile, changed: str) -> Upload:
    return Upload.of(
        SourceFile(other_file.path, changed.encode()) if other_file.path == file.path else other_file
        for other_file in upload
    )


def _options(rubric: Sequence[Criterion], right: Criterion, chance: random.Random) -> tuple[str, ...]:
    """Ids of criteria: the right one among others of the same artefact, in an order that says nothing."""
    others = [
        criterion.id
        for criterion in rubric
        if criterion.aspect and criterion.id != right.id and criterion.artefact == right.artefact
    ]
    chosen = [right.id, *chance.sample(others, min(len(others), len(OPTIONS) - 1))]
    chance.shuffle(chosen)
    return tuple(chosen)


def _mutants(file: SourceFile) -> Iterator[tuple[SourceFile, str, int]]:
    """(file, changed text, line of the fault in it), one for each change of each line that it fits."""
    artefact = artefact_type(file.kind)
    faults = artefact.faults if artefact else ()
    lines = file.text.split("\n") if faults else []
    for at, line in enumerate(lines):
        for fault in faults:
            became = fault.put_into(line)
            if became != line:
                yield file, "\n".join([*lines[:at], became, *lines[at + 1 :]]), at + 1 + became.count("\n")


def shown(lesson: Lesson, exercise: FaultExercise) -> str:
    """The item as a learner reads it; the window is as long as the copy, or lies somewhere around the fault."""
    lines = exercise.text.rstrip("\n").split("\n")
    spare = random.Random(exercise.text).randrange(WINDOW // 2)
    first = 0 if len(lines) <= WINDOW else max(0, min(exercise.lines[0] - 1 - spare, len(lines) - WINDOW))
    numbered = "\n".join(f"{at:3d}  {line}" for at, line in list(enumerate(lines, start=1))[first : first + WINDOW])
    choices = "\n".join(f"- **{OPTIONS[at]}** {_why(lesson, name)}" for at, name in enumerate(exercise.options))
    return (
        f"One thing is left before the {lesson.gate} passes. This is a copy of your `{exercise.file}` in which I "
        f"have put one fault back; find it on your own.\n```\n{numbered}\n```\n{choices}\n"
        "Answer with the line and the letter of what follows from it, like “12 B”."
    )


def _why(lesson: Lesson, criterion: str) -> str:
    found = lesson.criterion(criterion)
    return found.why if found else ""
