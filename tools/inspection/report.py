"""What is reported of one input: its inspection, what of it is set aside, or why there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from tools.artefacts.registry import aspects
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.ranking import ranked


class SetAsideBy(StrEnum):
    COMMENT = "a comment"
    SETTINGS = "the settings"
    BASELINE = "the baseline"


@dataclass(frozen=True)
class SetAside:
    """A finding that was found and is not counted."""

    finding: Finding
    by: SetAsideBy
    reason: str = ""


@dataclass(frozen=True)
class InspectionReport:
    """What became of one input: an inspection, or the reason why there is none."""

    path: str
    inspection: Inspection | None = None
    error: str = ""
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()  # of comments and settings that do nothing

    @property
    def criteria(self) -> dict[str, Verdict]:
        known: Mapping[str, Verdict] = self.inspection.criteria if self.inspection else {}
        return {aspect: known.get(aspect, Verdict.NOT_CHECKED) for aspect in aspects()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        return ranked(self.inspection.findings) if self.inspection else ()

    @property
    def is_unusable(self) -> bool:
        """Nothing could be said about it."""
        return bool(self.error)

    @property
    def is_blocking(self) -> bool:
        return Verdict.NOT_MET in self.criteria.values()

    @property
    def is_weak(self) -> bool:
        return Verdict.PARTLY in self.criteria.values()

    def address(self, file: str) -> str:
        """A file of the input as whoever called names it; an input that is the file itself stands for it."""
        plain = self.path.removeprefix("./").rstrip("/") or "."
        if plain in (".", "-"):
            return file
        return plain if plain.rpartition("/")[2] == file else f"{plain}/{file}"

    def uri(self, file: str) -> str:
        return quote(self.address(file))


def fingerprint(finding: Finding) -> str:
    """The same finding in the next commit, though its line has moved."""
    said = f"{finding.rule}\0{finding.file}\0{finding.message}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]
