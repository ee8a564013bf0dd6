"""hadolint as a second reader: its findings are advice; our own checks decide."""

from __future__ import annotations

import json
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import LinterUnavailable
from tools.findings import Finding, Severity

TIMEOUT = 60
BATCH = 200
# Which criterion a rule of hadolint speaks of; a rule that stands nowhere here is noise for this lesson.
_CRITERIA: Mapping[str, str] = {
    **dict.fromkeys(("DL3006", "DL3007"), "D1"),
    **dict.fromkeys(("DL3013", "DL3016", "DL3028", "DL3062"), "D2"),
    "DL3064": "D3",
    **dict.fromkeys(("DL3009", "DL3019", "DL3032", "DL3040", "DL3042", "DL3060", "DL3067"), "D4"),
    **dict.fromkeys(("DL3002", "DL3004", "DL3025", "DL4003", "DL4004"), "D5"),
    **dict.fromkeys(
        (
            "DL3000",
            "DL3003",
            "DL3011",
            "DL3014",
            "DL3020",
            "DL3021",
            "DL3023",
            "DL3024",
            "DL3027",
            "DL3044",
            "DL3045",
            "DL3061",
        ),
        "D6",
    ),
}
# What our own checks say better, with the lesson's words: kept out where one of ours stands on the same line.
_OURS = frozenset(
    "DL3006 DL3007 DL3013 DL3016 DL3028 DL3062 DL3064 DL3009 DL3019 DL3032 DL3040 DL3042 DL3002 DL3025".split()
)
_QUESTION = "What would this line do differently from what you expect?"
_SEVERITY = {"error": Severity.WARNING, "warning": Severity.WARNING}


@dataclass(frozen=True)
class Hadolint:
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

    def lint(self, texts: Sequence[str]) -> list[list[tuple[str, int, str, str]]]:
        """(code, line, level, message) for each text, in order; one process for many files."""
        found: list[list[tuple[str, int, str, str]]] = []
        for start in range(0, len(texts), BATCH):
            found.extend(self._batch(texts[start : start + BATCH]))
        return found

    def _batch(self, texts: Sequence[str]) -> list[list[tuple[str, int, str, str]]]:
        with tempfile.TemporaryDirectory(prefix="tutor-") as folder:
            paths = [Path(folder) / f"{number}.Dockerfile" for number in range(len(texts))]
            for path, text in zip(paths, texts, strict=True):
                path.write_text(text, "utf-8")
            rows = self._run([str(path) for path in paths])
        by_file: dict[str, list[tuple[str, int, str, str]]] = {str(path): [] for path in paths}
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


def advice(file: str, rows: Sequence[tuple[str, int, str, str]], ours: Sequence[Finding]) -> list[Finding]:
    """hadolint's rows as findings, without those that one of ours says already."""
    said = {finding.line for finding in ours}
    return [
        Finding(
            rule=code,
            criterion=_CRITERIA[code],
            severity=_SEVERITY.get(level, Severity.INFO),
            file=file,
            line=line,
            end_line=line,
            message=message,
            question=_QUESTION,
            links=(f"https://github.com/hadolint/hadolint/wiki/{code}",),
            source="hadolint",
        )
        for code, line, level, message in rows
        if code in _CRITERIA and not (code in _OURS and (line in said or ours))
    ]
