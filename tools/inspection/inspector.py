"""Inspects an upload by what is registered of each artefact type: one verdict an aspect, findings ranked."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from tools.artefacts.registry import artefact_type, artefact_types, aspects
from tools.errors import LinterUnavailable, UnreadableFile
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.hadolint import Hadolint, Row, advice, unread_from
from tools.inspection.ranking import ranked
from tools.uploads.files import MAX_FILE_BYTES, Upload

CHECKS_VERSION = "4"


def inspect(upload: Upload, *, linter: Hadolint | None = None) -> Inspection:
    return inspect_many([upload], linter=linter)[0]


def inspect_many(uploads: Sequence[Upload], *, linter: Hadolint | None = None) -> list[Inspection]:
    """In the order of `uploads`; the linter, another program, reads all of them while our own checks run."""
    if linter is None:
        return [_inspect(upload) for upload in uploads]
    texts = [[file.text for file in upload.own(linter.kind)] for upload in uploads]
    with ThreadPoolExecutor(1) as aside:
        linting = aside.submit(_lint, linter, [text for group in texts for text in group])
        found = [_inspect(upload) for upload in uploads]
        linted = linting.result()
    rows = iter(linted or ())
    counted = zip(uploads, found, texts, strict=True)
    return [
        _advised(upload, own, list(islice(rows, len(group))) if linted is not None or not group else None, linter)
        for upload, own, group in counted
    ]


def _lint(linter: Hadolint, texts: Sequence[str]) -> list[list[Row]] | None:
    """None where it gave no answer: then our own checks carry on alone."""
    try:
        return linter.lint(texts)
    except LinterUnavailable:
        return None


def _advised(upload: Upload, own: Inspection, linted: Sequence[Sequence[Row]] | None, linter: Hadolint) -> Inspection:
    """An inspection with what the linter adds to it, and with what it could not read."""
    if linted is None:
        said = f"{linter.name} gave no answer, so only our own checks looked at this."
        return replace(own, notes=MappingProxyType({"": said}))
    looked_at = list(zip(upload.own(linter.kind), linted, strict=True))
    added = [finding for file, rows in looked_at for finding in advice(file.path, rows)]
    tools = MappingProxyType({**own.tools, linter.name: linter.version})
    notes = {
        file.path: f"{linter.name} {linter.version} can't read {file.path} from line {line} on; our own checks can."
        for file, rows in looked_at
        if (line := unread_from(rows))
    }
    return replace(own, findings=_in_order([*own.findings, *added]), tools=tools, notes=MappingProxyType(notes))


def _inspect(upload: Upload) -> Inspection:
    found = [artefact.inspect(upload) for artefact in artefact_types() if artefact.inspect is not None]
    judged = {aspect: verdict for part in found for aspect, verdict in part.criteria.items()}
    return Inspection(
        upload.digest,
        MappingProxyType({aspect: judged.get(aspect, Verdict.NOT_CHECKED) for aspect in aspects()}),
        _in_order([finding for part in found for finding in part.findings]),
        MappingProxyType({"tutor": CHECKS_VERSION}),
        MappingProxyType({aspect: spans for part in found for aspect, spans in part.evidence.items()}),
        MappingProxyType(_unreadable(upload)),
    )


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return ranked(_once(findings))


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return list(
        {
            (finding.rule, finding.criterion, finding.file, finding.line, finding.message): finding
            for finding in findings
        }.values()
    )


def _unreadable(upload: Upload) -> dict[str, str]:
    """A picture or a huge lock beside a Dockerfile is no fault; by itself it is nothing to look at."""
    found = {}
    for file in upload:
        artefact = artefact_type(file.kind)
        is_judged = artefact is not None and artefact.is_judged
        is_beside = artefact is None or (len(file.data) > MAX_FILE_BYTES and not is_judged)
        if is_beside and len(upload) > 1:
            continue
        try:
            _ = file.text
        except UnreadableFile as error:
            found[file.path] = str(error)
    return found
