"""One file of a folder, judged as it stands there: with its context, its ignore file and its lists, and by itself."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tools.artefacts.registry import artefact_type
from tools.findings import Inspection, Verdict, verdict_of
from tools.uploads.files import SourceFile, Upload


def around(folder: Upload, path: str) -> Upload:
    """What a file is judged with: all that stands in its folder, unless its type says less."""
    file = folder.find(path)
    artefact = artefact_type(file.kind) if file is not None else None
    return artefact.judged_with(folder, path) if artefact is not None and artefact.judged_with is not None else folder


def of_file(inspection: Inspection, file: SourceFile) -> Inspection:
    """Of an inspection of its folder what is said of this file; aspects of other types are not checked."""
    artefact = artefact_type(file.kind)
    own = artefact.aspects if artefact is not None else ()
    for_others = artefact is not None and artefact.speaks_for_others
    kept = tuple(
        finding
        for finding in inspection.findings
        if finding.file == file.path or (for_others and finding.criterion in own)
    )
    verdicts = {aspect: inspection.criteria[aspect] if for_others else verdict_of(kept, aspect) for aspect in own}
    judged = {aspect: verdicts.get(aspect, Verdict.NOT_CHECKED) for aspect in inspection.criteria}
    return replace(
        inspection,
        findings=kept,
        criteria=MappingProxyType(judged),
        evidence=MappingProxyType({aspect: inspection.evidence.get(aspect, ()) for aspect in own}),
        notes=MappingProxyType({path: note for path, note in inspection.notes.items() if path in ("", file.path)}),
        unreadable=MappingProxyType({path: said for path, said in inspection.unreadable.items() if path == file.path}),
    )
