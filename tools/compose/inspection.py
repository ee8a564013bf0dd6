"""The Compose files of an upload against B1 to B4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from tools.artefacts.description import Inspected
from tools.compose.checks.ports import PORT_RULES
from tools.compose.document import Place
from tools.compose.project import ProjectReader, compose_projects
from tools.compose.reading import read_stack
from tools.compose.registry import rules
from tools.compose.rules import COMPOSE_ASPECTS
from tools.compose.stack import MountKind, Stack
from tools.errors import NotCompose, UnreadableFile
from tools.findings import Finding, Severity, Verdict, verdict_of
from tools.uploads.files import Upload

UNREADABLE = "compose-unreadable"

# A need of the whole upload: one stack that declares it is enough.
_NEEDED_ONCE = frozenset({"compose-plan-service-missing"})

Evidence = dict[str, tuple[tuple[str, int, int], ...]]


@dataclass(frozen=True)
class Stacks:
    """The stacks of an upload, and a finding for each that cannot be read."""

    readable: tuple[Stack, ...] = ()
    unreadable: tuple[Finding, ...] = ()


@lru_cache(maxsize=2)  # the same upload is asked for by each type that looks at its stacks
def read_stacks(upload: Upload) -> Stacks:
    reader = ProjectReader(upload)
    readable, unreadable, others = [], [], []
    for paths in compose_projects(upload):
        try:
            readable.append(read_stack(reader.read(paths), upload))
        except NotCompose as error:
            others.append(_unreadable(paths, str(error)))
        except UnreadableFile as error:
            unreadable.append(_unreadable(paths, str(error)))
    return Stacks(tuple(readable), (*unreadable, *_meant(others, has_stack=bool(readable))))


def _meant(others: list[Finding], *, has_stack: bool) -> Iterator[Finding]:
    """Beside a stack, a file with nothing of Compose in it only has such a name, if it stands in a folder."""
    yield from (finding for finding in others if not has_stack or "/" not in finding.file)


def inspect_compose(upload: Upload) -> Inspected:
    """Verdicts of B1 to B4, findings in the order of the files, and the lines that show what is met.

    Without a Compose file nothing is checked; a text that is no Compose file shows nothing, so nothing is met.
    """
    stacks = read_stacks(upload)
    if not stacks.readable and not stacks.unreadable:
        return Inspected(dict.fromkeys(COMPOSE_ASPECTS, Verdict.NOT_CHECKED))
    readable = list(stacks.readable)
    findings = _in_order([*stacks.unreadable, *_findings(readable)])
    verdicts = {aspect: verdict_of(findings, aspect) for aspect in COMPOSE_ASPECTS}
    if stacks.unreadable:
        verdicts = dict.fromkeys(COMPOSE_ASPECTS, Verdict.NOT_MET)
    return Inspected(verdicts, findings, _evidence(readable, verdicts))


def _unreadable(paths: tuple[str, ...], message: str) -> Finding:
    file = next((path for path in paths if message.startswith(path)), paths[0])
    return Finding(
        rule=UNREADABLE,
        criterion="B1",
        severity=Severity.ERROR,
        file=file,
        line=1,
        end_line=1,
        message=message,
        question="What does `docker compose config` say about this file on your machine?",
        effect=Verdict.NOT_MET,
        links=("https://docs.docker.com/reference/compose-file/",),
    )


def _findings(stacks: list[Stack]) -> Iterator[Finding]:
    """Each finding once, though a file may be part of several stacks."""
    seen: set[Finding] = set()
    needed: list[set[Finding]] = []
    for stack in stacks:
        found = [finding for rule in rules() for finding in rule.findings(stack)]
        needed.append({finding for finding in found if finding.rule in _NEEDED_ONCE})
        seen.update(finding for finding in found if finding.rule not in _NEEDED_ONCE)
    missing = set.intersection(*needed) if needed else set()
    yield from _weighed(seen | missing)


def _weighed(findings: Iterable[Finding]) -> Iterator[Finding]:
    """B4 is partly met where one of state and ports is; where both fail, it is not."""
    findings = list(findings)
    sides = {finding.rule in PORT_RULES for finding in findings if finding.criterion == "B4" and finding.effect}
    for finding in findings:
        both = len(sides) == 2 and finding.criterion == "B4" and finding.effect is not None
        yield replace(finding, effect=Verdict.NOT_MET) if both else finding


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.file, finding.line, finding.rule, finding.message)))


def _evidence(stacks: list[Stack], verdicts: dict[str, Verdict]) -> Evidence:
    shown = {"B1": _images, "B2": _open_settings, "B3": _waits, "B4": _volumes_and_ports}
    evidence: Evidence = {}
    for aspect, places_of in shown.items():
        if verdicts[aspect] is Verdict.MET:
            places = {place for stack in stacks for place in places_of(stack)}
            evidence[aspect] = tuple(sorted((place.file, place.line, place.end_line) for place in places))
    return evidence


def _images(stack: Stack) -> Iterator[Place]:
    for service in stack.services.values():
        if service.image is not None:
            yield service.image.place
        if service.build is not None:
            yield service.build.place


def _open_settings(stack: Stack) -> Iterator[Place]:
    for service in stack.services.values():
        for setting in service.environment:
            if setting.value is None or setting.value.variables or setting.name.endswith("_FILE"):
                yield setting.place
        for key in ("env_file", "secrets"):
            if key in service.node.entries:
                yield service.node.entries[key].place


def _waits(stack: Stack) -> Iterator[Place]:
    for service in stack.services.values():
        if service.healthcheck is not None:
            yield service.healthcheck.place
        for dependency in service.depends_on:
            yield dependency.place


def _volumes_and_ports(stack: Stack) -> Iterator[Place]:
    for service in stack.services.values():
        yield from (mount.place for mount in service.mounts if mount.kind is MountKind.VOLUME)
        yield from (port.place for port in service.ports)
