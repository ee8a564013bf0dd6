"""What an inspection says: findings with their place, and one verdict for each aspect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

UNBUILDABLE = "does-not-parse"  # the rule of what the builder refuses; it is spoken of before anything else


class Verdict(StrEnum):
    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not met"
    NOT_CHECKED = "not checked"


class Severity(StrEnum):
    """`error` and `warning` may hold a gate back (Finding.effect decides); `info` is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Rank(IntEnum):
    """Order of findings in a report: what holds the gate back first."""

    BLOCKING = 0
    WEAKENING = 1
    UNSEEN = 2
    ADVICE = 3


@dataclass(frozen=True)
class Finding:
    """One defect. `question` leads to the fix and never is the fix; `effect` is what it does to its aspect."""

    rule: str
    criterion: str
    severity: Severity
    file: str
    line: int
    end_line: int
    message: str
    question: str
    effect: Verdict | None = None  # NOT_MET, PARTLY, NOT_CHECKED for what was not handed in, or None for advice
    links: tuple[str, ...] = ()
    source: str = "tutor"  # or "hadolint"

    @property
    def rank(self) -> Rank:
        return _RANKS.get(self.effect, Rank.ADVICE)


_RANKS: Mapping[Verdict | None, Rank] = {
    Verdict.NOT_MET: Rank.BLOCKING,
    Verdict.PARTLY: Rank.WEAKENING,
    Verdict.NOT_CHECKED: Rank.UNSEEN,
}


@dataclass(frozen=True)
class Inspection:
    """`criteria` holds every aspect; an aspect without its file is `not checked`.

    `evidence` names, for an aspect that is met, spans (file, line, end_line) that show it, where there are such.
    """

    upload_digest: str
    criteria: Mapping[str, Verdict]
    findings: tuple[Finding, ...] = ()
    tools: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # name -> version
    evidence: Mapping[str, tuple[tuple[str, int, int], ...]] = field(default_factory=lambda: MappingProxyType({}))
    unreadable: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # path -> what to do
    notes: Mapping[str, str] = field(default_factory=dict)  # path, "" for all -> what another program could not read


def verdict_of(findings: tuple[Finding, ...], aspect: str) -> Verdict:
    """The worst effect of an aspect's findings, `met` where none has an effect.

    A defect that is seen counts before what was not handed in: that could not undo it.
    """
    effects = {finding.effect for finding in findings if finding.criterion == aspect}
    worst = (Verdict.NOT_MET, Verdict.PARTLY, Verdict.NOT_CHECKED)
    return next((verdict for verdict in worst if verdict in effects), Verdict.MET)
