"""What is known of a failed step without believing a word that it printed: its instruction, files, limits."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.stages import Stage
from tools.sandbox.build.excerpts import one_line
from tools.sandbox.builder import Outcome
from tools.uploads.files import SourceFile

_EXIT = re.compile(r"did not complete successfully: exit code: (\d+)")
_NOT_FOUND = re.compile(
    r"(?m)(?:exec |sh: (?:\d+: |line \d+: )?|^)(/[\w./+-]+): (?:not found|[Nn]o such file or directory)"
)


@dataclass(frozen=True)
class FailureCause:
    """Why a step failed, in plain words, and one question."""

    id: str
    text: str
    question: str = ""
    outcome: Outcome = Outcome.FAILED


@dataclass(frozen=True)
class FailureFacts:
    """`is_measured`: the engine would have named a limit, so none was reached. `before` are instructions above."""

    is_measured: bool = False
    instruction: Instruction | None = None
    before: tuple[Instruction, ...] = ()
    files: tuple[SourceFile, ...] = ()

    @property
    def step(self) -> str:
        return self.instruction.value if self.instruction else ""


def facts_of(
    instruction: Instruction | None, stages: Sequence[Stage], files: tuple[SourceFile, ...], *, is_measured: bool
) -> FailureFacts:
    found = next((stage for stage in stages if instruction in stage.instructions), None)
    lineage = list(found.lineage())[::-1] if found else []
    above = [other for stage in lineage for other in stage.instructions]
    before = above[: above.index(instruction)] if instruction is not None and instruction in above else above
    return FailureFacts(is_measured, instruction, tuple(before), files)


def cause_by_facts(error: str, log: str, facts: FailureFacts) -> FailureCause | None:
    found = (*_outside(facts), *_windows_lines(facts), *_loader(error, log, facts), *_killed(error, facts))
    return next(iter(found), None)


def _outside(facts: FailureFacts) -> Iterator[FailureCause]:
    one = facts.instruction
    if one is None or one.keyword not in ("COPY", "ADD") or one.flag("from"):
        return
    for source in (one.argv or one.value.split())[:-1]:
        if posixpath.normpath(source).startswith(".."):
            text = f"`{one_line(source, 80)}` lies outside of the build context, and a build sees nothing of that."
            question = "Which folder would the context have to be for it to lie inside?"
            yield FailureCause("outside-context", text, question)


def _windows_lines(facts: FailureFacts) -> Iterator[FailureCause]:
    """A script that this step starts, saved in another way than a shell reads."""
    if facts.instruction is None or facts.instruction.keyword != "RUN":
        return
    for file in facts.files:
        name = posixpath.basename(file.path)
        if _is_windows_script(file) and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", facts.step):
            shown = one_line(name, 60)
            text = f"`{shown}` was saved with Windows line ends, and a shell takes them for part of each word."
            yield FailureCause("script-with-windows-lines", text, "With which line ends is this script saved?")


def _is_windows_script(file: SourceFile) -> bool:
    is_script = file.data.startswith(b"#!") or file.path.endswith((".sh", ".bash"))
    return is_script and b"\r\n" in file.data[:4_096]


def _loader(error: str, log: str, facts: FailureFacts) -> Iterator[FailureCause]:
    """What an instruction above put there is said not to be found: what it needs to start is missing."""
    copied = {target for other in facts.before for target in _targets(other)}
    for path in _NOT_FOUND.findall(f"{error}\n{log}"):
        if path in copied:
            text = f"`{path}` is there, and what it needs to start is not: a loader, or an interpreter."
            question = "On which base was it made, or which interpreter does its first line name?"
            yield FailureCause("loader-missing", text, question)


def _targets(one: Instruction) -> Iterator[str]:
    words = list(one.argv or one.value.split())
    if one.keyword not in ("COPY", "ADD") or len(words) < 2:
        return
    target = words[-1].strip("\"'")
    if not target.endswith("/"):
        yield posixpath.normpath(target)
    yield from (posixpath.join(target, posixpath.basename(source.rstrip("/"))) for source in words[:-1])


def _killed(error: str, facts: FailureFacts) -> Iterator[FailureCause]:
    match = _EXIT.search(error)
    if facts.is_measured and match is not None and match[1] == "137":
        text = "The command of this step ended with exit code 137, and nothing here killed it: no limit was reached."
        yield FailureCause("exit-137", text, "Which command in it ends with that code, or kills another?")
