"""A fault to be found unaided before a gate passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.uploads.files import SourceFile


@dataclass(frozen=True)
class FaultExercise:
    """`lines` are right, first to last; `options` are criteria, whose reasons are the choices; `right` is one."""

    number: int
    file: str
    text: str
    lines: tuple[int, int]
    options: tuple[str, ...]
    right: str

    def on_record(self) -> dict[str, Any]:
        """What the ledger keeps: everything but the copy itself, which comes of the files again."""
        return {
            "number": self.number,
            "file": self.file,
            "copy": SourceFile(self.file, self.text.encode()).digest,
            "lines": list(self.lines),
            "options": list(self.options),
            "right": self.right,
        }
