"""The order of findings: what holds the gate back first, what anybody can read above all, and one remark a cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tools.artefacts.registry import is_leak
from tools.findings import UNBUILDABLE, Finding, Severity

_SEVERITIES = tuple(Severity)


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What cannot be built, then leaked credentials, then the rest by weight, file and line."""
    return tuple(sorted(findings, key=_weight))


def _weight(finding: Finding) -> tuple[int, bool, bool, int, str, int, str]:
    is_unbuildable = finding.rule == UNBUILDABLE
    return (
        finding.rank,
        not is_unbuildable,
        is_unbuildable or not is_leak(finding),
        _SEVERITIES.index(finding.severity),
        finding.file,
        finding.line,
        finding.rule,
    )


@dataclass(frozen=True)
class Remark:
    """One cause; a file that no builder reads is one, whatever it does to how many criteria."""

    finding: Finding  # of the first criterion
    criteria: tuple[str, ...]


def remarks(findings: Sequence[Finding]) -> list[Remark]:
    """In the order of the findings."""
    found: dict[tuple[object, ...], Remark] = {}
    for finding in findings:
        cause = (finding.rule, finding.file, finding.line, finding.message, finding.effect)
        known = found.get(cause, Remark(finding, ()))
        found[cause] = Remark(known.finding, (*known.criteria, finding.criterion))
    return list(found.values())
