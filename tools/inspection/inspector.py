"""Inspects an upload: Dockerfiles and Compose files, one verdict an aspect, findings ranked."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from tools.artefacts.recognition import OTHER
from tools.compose.inspection import inspect_compose, read_stacks
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.dockerfile.ignore_file import DockerIgnore
from tools.dockerfile.parser import Parsed, SyntaxFault, parse
from tools.dockerfile.stages import stages
from tools.errors import LinterUnavailable, UnreadableFile
from tools.findings import DOCKERFILE_ASPECTS, Finding, Inspection, Severity, Verdict, verdict_of
from tools.inspection.checks import advice as advice_checks
from tools.inspection.checks import (
    base_images,
    context,
    downloads,
    health,
    lean,
    leftovers,
    lock_files,
    pitfalls,
    process,
    python_packages,
    secrets,
    start,
)
from tools.inspection.checks.rule import DockerfileRule, Subject
from tools.inspection.hadolint import Hadolint, Row, advice
from tools.uploads.files import SourceFile, Upload

CHECKS_VERSION = "2"
RULES: tuple[DockerfileRule, ...] = (
    *base_images.RULES,
    *python_packages.RULES,
    *lock_files.RULES,
    *downloads.RULES,
    *secrets.RULES,
    *lean.RULES,
    *process.RULES,
    *context.RULES,
    *start.RULES,
    *health.RULES,
    *pitfalls.RULES,
    *leftovers.RULES,
    *advice_checks.RULES,
)


def inspect(upload: Upload, *, linter: Hadolint | None = None) -> Inspection:
    return inspect_many([upload], linter=linter)[0]


def inspect_many(uploads: Sequence[Upload], *, linter: Hadolint | None = None) -> list[Inspection]:
    """In the order of `uploads`; the linter, another program, reads all of them while our own checks run."""
    if linter is None:
        return [_inspect(upload) for upload in uploads]
    texts = [[text for _, text in _readable(upload)] for upload in uploads]
    with ThreadPoolExecutor(1) as aside:
        linting = aside.submit(_lint, linter, [text for group in texts for text in group])
        found = [_inspect(upload) for upload in uploads]
        rows = iter(linting.result())
    counted = zip(uploads, found, texts, strict=True)
    return [_advised(upload, one, list(islice(rows, len(group))), linter) for upload, one, group in counted]


def _lint(linter: Hadolint, texts: Sequence[str]) -> list[list[Row]]:
    try:
        return linter.lint(texts)
    except LinterUnavailable:
        return [[] for _ in texts]


def _advised(upload: Upload, own: Inspection, linted: Sequence[Sequence[Row]], linter: Hadolint) -> Inspection:
    """An inspection with what the linter adds to it."""
    added = [
        finding
        for (file, _), rows in zip(_readable(upload), linted, strict=True)
        for finding in advice(file.path, rows)
    ]
    tools = MappingProxyType({**own.tools, "hadolint": linter.version})
    return replace(own, findings=_in_order([*own.findings, *added]), tools=tools)


def _readable(upload: Upload) -> list[tuple[SourceFile, str]]:
    found = []
    for file in upload.of_kind(DOCKERFILE):
        try:
            found.append((file, file.text))
        except UnreadableFile:
            continue
    return found


def _inspect(upload: Upload) -> Inspection:
    stacks = read_stacks(upload)
    findings = [
        finding
        for file, text in _readable(upload)
        for finding in inspect_dockerfile(file, text, upload, target=stacks.target_of(file.path))
    ]
    verdicts, of_compose, evidence = inspect_compose(upload, stacks)
    criteria = {aspect: _verdict(upload, findings, aspect) for aspect in DOCKERFILE_ASPECTS} | verdicts
    return Inspection(
        upload.digest,
        MappingProxyType(criteria),
        _in_order([*findings, *of_compose]),
        MappingProxyType({"tutor": CHECKS_VERSION}),
        MappingProxyType(dict(evidence)),
        MappingProxyType(_unreadable(upload)),
    )


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(_once(findings), key=lambda finding: (finding.rank, finding.file, finding.line, finding.rule)))


def _verdict(upload: Upload, findings: Sequence[Finding], aspect: str) -> Verdict:
    return verdict_of(tuple(findings), aspect) if _readable(upload) else Verdict.NOT_CHECKED


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(
        {
            (finding.rule, finding.criterion, finding.file, finding.line, finding.message): finding
            for finding in findings
        }.values()
    )


def _unreadable(upload: Upload) -> dict[str, str]:
    """A picture beside a Dockerfile is no fault; by itself it is nothing to look at."""
    found = {}
    for file in upload:
        if file.kind == OTHER and len(upload) > 1:
            continue
        try:
            _ = file.text
        except UnreadableFile as error:
            found[file.path] = str(error)
    return found


def inspect_dockerfile(file: SourceFile, text: str, upload: Upload, *, target: str = "") -> list[Finding]:
    """Our own checks over one Dockerfile; `target` names the stage that is shipped where it is not the last."""
    parsed = parse(text)
    faults = _faults(file, parsed)
    if any(fault.fatal for fault in parsed.faults):
        return faults
    subject = Subject(file, upload, parsed, tuple(stages(parsed)), _ignore(upload, file), target)
    return [*faults, *(finding for rule in RULES for finding in rule.findings(subject))]


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
