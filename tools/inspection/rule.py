"""What a check is given and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

import yaml

from tools.credentials import masked
from tools.dockerfile.ignore_file import DockerIgnore
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import Parsed
from tools.dockerfile.scripts import without_heredocs, written_by
from tools.dockerfile.shell import SHELLS, Command, commands
from tools.dockerfile.stages import Stage, pairs
from tools.findings import Finding, Severity, Verdict
from tools.uploads.files import SourceFile, Upload

DOCKERFILE_ASPECTS = ("D1", "D2", "D3", "D4", "D5")
MAX_MADE = 50_000  # characters of a file that instructions write
MAX_SCRIPT_COMMANDS = 200  # of a script that a RUN starts
MAX_READ, MAX_SAID = 500, 70  # characters of a word of the file
MAX_NAMED = 4  # further words of one remark


@dataclass(frozen=True)
class Subject:
    """One Dockerfile in the context that it is built with: `upload` is what lies there, by paths from its root.

    `ignore` is None where no .dockerignore stands there; `contexts` are names that the build itself gives, each
    with the image that it is, where it is one.
    """

    file: SourceFile
    upload: Upload
    parsed: Parsed
    stages: tuple[Stage, ...]
    ignore: DockerIgnore | None
    target: str = ""
    contexts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def final(self) -> Stage | None:
        """The stage that is shipped: the one that a Compose file builds, else the last."""
        named = (stage for stage in reversed(self.stages) if stage.name.lower() == self.target.lower())
        last = self.stages[-1] if self.stages else None
        return next(named, last) if self.target else last

    @cached_property
    def runs(self) -> list[tuple[Stage, Instruction, list[Command]]]:
        return [
            (stage, instruction, self._with_scripts(commands(instruction)))
            for stage in self.stages
            for instruction in stage.of("RUN")
        ]

    def _with_scripts(self, found: list[Command]) -> list[Command]:
        """The commands of a RUN with those of each script of the upload that they start, at the same line."""
        return [each for command in found for each in (command, *self._of_script(command))]

    def _of_script(self, command: Command) -> list[Command]:
        words = command.words[1:3] if command.name in SHELLS else command.words[:1]
        named = (self._scripts[name] for word in words if (name := word.rpartition("/")[2]) in self._scripts)
        script = next(named, None)
        if script is None:
            return []
        inner = commands(Instruction("RUN", script, command.line, command.line))
        return [replace(each, line=command.line) for each in inner[:MAX_SCRIPT_COMMANDS]]

    @cached_property
    def _scripts(self) -> dict[str, str]:
        """Base name -> text of the shell scripts that came along."""
        named = ((file.path.rpartition("/")[2], file) for file in self.upload if file.path.endswith((".sh", ".bash")))
        return {name: without_heredocs(file.text)[0] for name, file in named if file.is_readable}

    @cached_property
    def commands(self) -> list[tuple[Instruction, Command, list[Command]]]:
        """Each command of a RUN with its instruction and its siblings."""
        return [(one, command, found) for _, one, found in self.runs for command in found]

    @cached_property
    def made(self) -> dict[str, str]:
        """Base name -> text of the files that instructions themselves write: heredocs, `echo`, `printf`."""
        found: dict[str, str] = {}
        runs = {id(one): commands_found for _, one, commands_found in self.runs}
        for stage in self.stages:
            for instruction in stage.of("COPY", "ADD", "RUN"):
                for path, text in written_by(instruction, runs.get(id(instruction), [])):
                    name = path.rstrip("/").rpartition("/")[2]
                    found[name] = (found.get(name, "") + text)[:MAX_MADE]
        return found

    def is_set(self, stage: Stage, command: Command, *names: str) -> bool:
        """Whether one of these variables is switched on where the command runs: by ENV, ARG, `export` or before it."""
        own = {word.partition("=")[0]: word.partition("=")[2] for word in command.env}
        known = self._settings[stage.index] if names else {}
        before = (known[name] for name in names if name in known and name not in own)
        return any(is_on(own[name]) for name in names if name in own) or any(
            is_on(value) for line, value in before if line <= command.line
        )

    @cached_property
    def _settings(self) -> list[dict[str, tuple[int, str]]]:
        """For each stage its variables with the line that sets them; an ARG that has a value counts."""
        found: list[dict[str, tuple[int, str]]] = []
        for stage in self.stages:
            known = dict(found[stage.parent.index]) if stage.parent else {}
            for instruction in stage.of("ENV", "ARG"):
                known |= {name: (instruction.line, value) for name, value in pairs(instruction.value) if value}
            found.append(known)
        return found

    def in_final(self, stage: Stage) -> bool:
        """Whether what this stage holds is part of the image that is shipped."""
        return stage.index in self._shipped

    @cached_property
    def _shipped(self) -> set[int]:
        """The final stage, what it stands on, and what one of these copies as a whole."""
        shipped, waiting = set[int](), [self.final] if self.final else []
        while waiting:
            for stage in waiting.pop().lineage():
                if stage.index not in shipped:
                    shipped.add(stage.index)
                    waiting += [named for instruction in stage.of("COPY") if (named := self._copied_whole(instruction))]
        return shipped

    def _copied_whole(self, one: Instruction) -> Stage | None:
        sources = (one.argv or one.value.split())[:-1]
        names = [name.lower() for name in one.flag("from")] if "/" in sources else []
        return next((stage for stage in self.stages if {stage.name.lower(), str(stage.index)} & set(names)), None)


def is_on(value: str) -> bool:
    return value.strip("\"'").lower() not in ("", "0", "false", "no", "off")


@dataclass(frozen=True)
class RuleHit:
    """A place, the word that fills `{it}` in the rule's message, and an effect where it differs from the rule's."""

    line: int
    it: str = ""
    end_line: int = 0
    effect: Verdict | None = None


Check = Callable[[Subject], Iterable[RuleHit]]


@dataclass(frozen=True)
class DockerfileRule:
    id: str
    criterion: str
    effect: Verdict | None  # None: advice
    message: str
    question: str
    check: Check
    bad: str
    good: str
    links: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)  # files that come along with both examples

    @property
    def sources(self) -> tuple[str, ...]:
        """Where others say the same."""
        return (*self.links, *further_links().get(self.id, ()))

    @property
    def examples(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """A bad and a good upload: path -> text."""
        bad, good = ({"Dockerfile": text, **self.beside} for text in (self.bad, self.good))
        return bad, good

    def findings(self, subject: Subject) -> list[Finding]:
        """One for each line: what a command does to twenty packages has one cause."""
        hits: dict[tuple[int, int, Verdict | None], list[RuleHit]] = {}
        for hit in self.check(subject):
            hits.setdefault((hit.line, hit.end_line, hit.effect), []).append(hit)
        return [self._finding(subject, *group) for group in hits.values()]

    def _finding(self, subject: Subject, hit: RuleHit, *further: RuleHit) -> Finding:
        others = list(dict.fromkeys(_said(other.it) for other in further if other.it != hit.it))
        return Finding(
            rule=self.id,
            criterion=self.criterion,
            severity=_SEVERITIES.get(hit.effect or self.effect, Severity.INFO),
            file=subject.file.path,
            line=hit.line,
            end_line=max(hit.line, hit.end_line),
            message=self.message.format(it=_said(hit.it)) + _also(others),
            question=self.question.format(it=_said(hit.it)),
            effect=hit.effect or self.effect,
            links=self.sources,
        )


_SEVERITIES: Mapping[Verdict | None, Severity] = {
    Verdict.NOT_MET: Severity.ERROR,
    Verdict.PARTLY: Severity.WARNING,
    Verdict.NOT_CHECKED: Severity.WARNING,
}


@cache
def further_links() -> Mapping[str, tuple[str, ...]]:
    """Rule -> further links."""
    written = yaml.safe_load(Path(__file__).with_name("links.yaml").read_text(encoding="utf-8"))
    return {rule: tuple(links) for rule, links in written.items()}


def _said(text: str) -> str:
    """A word of the learner's file, short and without the secrets in it."""
    plain = masked(text[:MAX_READ])
    return plain if len(plain) <= MAX_SAID else plain[: MAX_SAID - 1] + "…"


def _also(words: list[str]) -> str:
    """The same of further words: the first few of them by name."""
    if not words:
        return ""
    named = [f"`{word}`" for word in words[:MAX_NAMED]]
    rest = len(words) - len(named)
    *most, last = [*named, f"{rest} more"] if rest else named
    return f" The same goes for {', '.join(most)} and {last}." if most else f" The same goes for {last}."


HEAD = "FROM python:3.12-slim\n"


class Maker(Protocol):
    def __call__(
        self, name: str, message: str, question: str, check: Check, bad: str, good: str, **beside: str
    ) -> DockerfileRule: ...


def gating(criterion: str, *links: str) -> Maker:
    """Makes rules of one criterion that hold the gate."""
    return _maker(criterion, Verdict.NOT_MET, links)


def advising(criterion: str, *links: str) -> Maker:
    """Makes rules that say something worth knowing."""
    return _maker(criterion, None, links)


def _maker(criterion: str, effect: Verdict | None, links: tuple[str, ...]) -> Maker:
    """Examples stand on one base; files that come along are given by name, with `__` for the point in it."""

    def make(
        name: str, message: str, question: str, check: Check, bad: str, good: str, **beside: str
    ) -> DockerfileRule:
        files = {path.replace("__", "."): text for path, text in beside.items()}
        return DockerfileRule(name, criterion, effect, message, question, check, HEAD + bad, HEAD + good, links, files)

    return make
