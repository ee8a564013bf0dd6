"""Our own checks of Dockerfiles, what cannot be parsed, and one verdict an aspect."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from tools.artefacts.description import Inspected
from tools.compose.inspection import read_stacks
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.dockerfile.ignore_file import DockerIgnore
from tools.dockerfile.parser import Parsed, SyntaxFault, parse
from tools.dockerfile.stages import stages
from tools.errors import UnreadableFile
from tools.findings import Finding, Severity, Verdict, verdict_of
from tools.inspection.registry import rules
from tools.inspection.rule import DOCKERFILE_ASPECTS, Subject
from tools.uploads.files import SourceFile, Upload


def inspect(upload: Upload) -> Inspected:
    """Each Dockerfile with the stage that a Compose file of the upload builds from it."""
    files, stacks = upload.readable(DOCKERFILE), read_stacks(upload)
    findings = tuple(
        finding
        for file in files
        for finding in inspect_dockerfile(file, file.text, upload, target=stacks.target_of(file.path))
    )
    return Inspected({aspect: _verdict(files, findings, aspect) for aspect in DOCKERFILE_ASPECTS}, findings)


def _verdict(files: Sequence[SourceFile], findings: tuple[Finding, ...], aspect: str) -> Verdict:
    return verdict_of(findings, aspect) if files else Verdict.NOT_CHECKED


def inspect_dockerfile(file: SourceFile, text: str, upload: Upload, *, target: str = "") -> list[Finding]:
    """Our own checks over one Dockerfile; `target` names the stage that is shipped where it is not the last."""
    parsed = parse(text)
    faults = _faults(file, parsed)
    if any(fault.fatal for fault in parsed.faults):
        return faults
    subject = Subject(file, upload, parsed, tuple(stages(parsed)), _ignore(upload, file), target)
    return [*faults, *(finding for rule in rules() for finding in rule.findings(subject))]


def _faults(file: SourceFile, parsed: Parsed) -> list[Finding]:
    """A fault of the whole file meets every aspect: what cannot be read cannot be met."""
    fatal = any(fault.fatal for fault in parsed.faults)
    aspects = DOCKERFILE_ASPECTS if fatal else ("D6",)  # the build is what such a line breaks
    return [
        _fault(file, fault, aspect, fatal=fatal)
        for fault in sorted(parsed.faults, key=lambda fault: not fault.fatal)[:5]
        for aspect in aspects
    ]


def _fault(file: SourceFile, fault: SyntaxFault, aspect: str, *, fatal: bool) -> Finding:
    return Finding(
        rule="does-not-parse",
        criterion=aspect,
        severity=Severity.ERROR if fatal else Severity.WARNING,
        file=file.path,
        line=fault.line,
        end_line=fault.line,
        message=f"This file cannot be built or judged as it stands: {fault.message}.",
        question="What does the builder say about this line?",
        effect=Verdict.NOT_MET if fatal else None,
    )


def _ignore(upload: Upload, dockerfile: SourceFile) -> DockerIgnore | None:
    """`Dockerfile.dockerignore` before `.dockerignore`, as BuildKit takes them."""
    name = posixpath.basename(dockerfile.path)
    files = upload.of_kind(DOCKERIGNORE)
    own = [file for file in files if posixpath.basename(file.path) == f"{name}.dockerignore"]
    general = [file for file in files if posixpath.basename(file.path) == ".dockerignore"]
    for file in (*own, *general):
        try:
            return DockerIgnore.parse(file.text)
        except UnreadableFile:
            continue
    return None
