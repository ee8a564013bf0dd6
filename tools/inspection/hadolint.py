"""hadolint as a second reader: its findings are advice; our own checks decide."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tools.credentials import masked
from tools.dockerfile import DOCKERFILE
from tools.dockerfile.parser import parse
from tools.errors import LinterUnavailable
from tools.findings import Finding, Severity
from tools.scratch import scratch

Row = tuple[str, int, str, str]  # code, line, level, message
PARSER_FAILED = "DL1000"
TIMEOUT = 60
SMALL, BATCH = 20, 200  # files of one process
CORES = os.cpu_count() or 1
_SEVERITY = {"error": Severity.WARNING, "warning": Severity.WARNING}
_SHELL_QUESTION = "In which case does this command do something else than you mean?"


@dataclass(frozen=True)
class RuleWording:
    criterion: str
    message: str
    question: str


@cache
def wordings() -> Mapping[str, RuleWording]:
    """Rule -> what we say of it; a rule that stands nowhere is noise for this lesson, or ours says it better."""
    written = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {code: RuleWording(**one) for code, one in written.items()}


@dataclass(frozen=True)
class Hadolint:
    name: ClassVar[str] = "hadolint"
    kind: ClassVar[str] = DOCKERFILE  # of the files that it reads
    binary: Path
    version: str

    @classmethod
    def find(cls) -> Hadolint | None:
        """The one that the package brought into this environment; None where it does not run."""
        binary = Path(sysconfig.get_path("scripts")) / "hadolint"
        try:
            said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            return None
        return cls(binary, said.strip().rpartition(" ")[2])

    def lint(self, texts: Sequence[str]) -> list[list[Row]]:
        """Rows for each text, in order; a text that no builder reads is not given to it."""
        found: list[list[Row]] = [[] for _ in texts]
        readable = [number for number, text in enumerate(texts) if not parse(text).faults]
        for number, rows in zip(readable, self._rows([texts[number] for number in readable]), strict=True):
            found[number] = rows
        return found

    def _rows(self, texts: Sequence[str]) -> list[list[Row]]:
        """One process for many files, and one for each core where there are enough."""
        share = min(BATCH, max(SMALL, -(-len(texts) // CORES)))
        batches = [texts[start : start + share] for start in range(0, len(texts), share)]
        if len(batches) < 2:
            return [rows for batch in batches for rows in self._batch(batch)]
        with ThreadPoolExecutor(CORES) as pool:
            return [rows for found in pool.map(self._batch, batches) for rows in found]

    def _batch(self, texts: Sequence[str]) -> list[list[Row]]:
        with scratch() as folder:
            paths = [folder / f"{number}.Dockerfile" for number in range(len(texts))]
            for path, text in zip(paths, texts, strict=True):
                path.write_text(text, "utf-8")
            rows = self._run([str(path) for path in paths])
        by_file: dict[str, list[Row]] = {str(path): [] for path in paths}
        for row in rows:
            by_file.get(row["file"], []).append((row["code"], int(row["line"]), row["level"], row["message"]))
        return [by_file[str(path)] for path in paths]

    def _run(self, paths: Sequence[str]) -> list[dict[str, Any]]:
        command = [str(self.binary), "--no-fail", "--no-color", "-f", "json", *paths]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
            rows = json.loads(done.stdout or b"[]")
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise LinterUnavailable(f"hadolint gave no answer ({type(error).__name__})") from None
        return rows if isinstance(rows, list) else []


def unread_from(rows: Sequence[Row]) -> int:
    """The line at which hadolint's own parser gave up on a file that a builder reads; 0 where it did not."""
    return next((line for code, line, *_ in rows if code == PARSER_FAILED), 0)


def advice(file: str, rows: Sequence[Row]) -> list[Finding]:
    """Rows as findings: those with words of ours, and what ShellCheck is sure of."""
    return [
        Finding(
            rule=code,
            criterion=said.criterion,
            severity=_SEVERITY.get(level, Severity.INFO),
            file=file,
            line=line,
            end_line=line,
            message=said.message,
            question=said.question,
            links=(link_of(code),),
            source=Hadolint.name,
        )
        for code, line, level, message in rows
        if (said := _wording(code, level, message)) is not None
    ]


def _wording(code: str, level: str, message: str) -> RuleWording | None:
    if code.startswith("SC") and level in _SEVERITY:
        return RuleWording("D6", f"ShellCheck: {masked(message)}", _SHELL_QUESTION)
    return wordings().get(code)


def link_of(code: str) -> str:
    site = "www.shellcheck.net/wiki" if code.startswith("SC") else "github.com/hadolint/hadolint/wiki"
    return f"https://{site}/{code}"
