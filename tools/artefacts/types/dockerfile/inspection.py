"""Our own checks of Dockerfiles, what cannot be parsed, and one verdict an aspect."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.artefacts.description import Inspected
from tools.artefacts.types.dockerfile.builds import Builds, DockerfileBuild
from tools.compose.inspection import Stacks, read_stacks
from tools.dockerfile.parser import Parsed, SyntaxFault, parse
from tools.dockerfile.stages import stages
from tools.findings import UNBUILDABLE, Finding, Severity, Verdict, verdict_of
from tools.inspection.registry import rules
from tools.inspection.rule import DOCKERFILE_ASPECTS, Subject
from tools.uploads.files import SourceFile, Upload

MAX_FAULTS = 5


def inspect(upload: Upload) -> Inspected:
    """Each Dockerfile, those that stand inside a Compose file too, in each way in which it is built."""
    stacks = read_stacks(upload)
    builds = Builds(upload, stacks)
    files = builds.dockerfiles()
    findings = [finding for file in files for finding in _inspect_file(file, builds)]
    inline = list(builds.inline(stacks))
    findings += [found for file, build in inline for found in _inspect_build(file, parse(file.text), build, builds)]
    once = tuple(dict.fromkeys(findings))
    return Inspected({aspect: _verdict([*files, *inline], once, aspect) for aspect in DOCKERFILE_ASPECTS}, once)


def _verdict(files: Sequence[object], findings: tuple[Finding, ...], aspect: str) -> Verdict:
    return verdict_of(findings, aspect) if files else Verdict.NOT_CHECKED


def inspect_dockerfile(file: SourceFile, upload: Upload) -> list[Finding]:
    """Our own checks over one Dockerfile of an upload, as if it had no blueprint."""
    return _inspect_file(file, Builds(upload, Stacks()))


def _inspect_file(file: SourceFile, builds: Builds) -> list[Finding]:
    parsed = parse(file.text)
    return [finding for build in builds.of(file, parsed) for finding in _inspect_build(file, parsed, build, builds)]


def _inspect_build(file: SourceFile, parsed: Parsed, build: DockerfileBuild, builds: Builds) -> list[Finding]:
    faults = _faults(file, parsed)
    if any(fault.fatal for fault in parsed.faults):
        return faults
    view, ignore = builds.view(build.context), builds.ignore(file, build.context)
    contexts = dict(build.names)
    subject = Subject(file, view, parsed, tuple(stages(parsed, contexts)), ignore, build.target, contexts)
    return [*faults, *(finding for rule in rules() for finding in rule.findings(subject))]


def _faults(file: SourceFile, parsed: Parsed) -> list[Finding]:
    """What no builder builds meets no aspect: the fault it stops at says so of each, further ones are named."""
    if not parsed.faults:
        return []
    first, *further = sorted(parsed.faults, key=lambda fault: fault.line)
    is_fatal = any(fault.fatal for fault in parsed.faults)
    effect = None if _has_own_frontend(parsed) and not is_fatal else Verdict.NOT_MET
    meant = [_fault(file, first, aspect, effect) for aspect in DOCKERFILE_ASPECTS]
    return [*meant, *(_fault(file, fault, "D6", None) for fault in further[: MAX_FAULTS - 1])]


def _has_own_frontend(parsed: Parsed) -> bool:
    """`# syntax=` of somebody else's: it may know instructions that Docker's own does not."""
    named = dict(parsed.directives).get("syntax", "docker/dockerfile")
    return re.match(r"(docker\.io/)?docker/dockerfile", named) is None


def _fault(file: SourceFile, fault: SyntaxFault, aspect: str, effect: Verdict | None) -> Finding:
    return Finding(
        rule=UNBUILDABLE,
        criterion=aspect,
        severity=Severity.ERROR if effect else Severity.WARNING,
        file=file.path,
        line=fault.line,
        end_line=fault.line,
        message=f"This file cannot be built or judged as it stands: {fault.message}.",
        question="What does the builder say about this line?",
        effect=effect,
    )
