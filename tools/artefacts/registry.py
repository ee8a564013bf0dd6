"""The registered artefact types, and what is asked of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from tools.artefacts.description import ArtefactType
from tools.artefacts.discovery import descriptions
from tools.artefacts.pasting import Pasting
from tools.artefacts.wording import Wording
from tools.errors import UnknownArtefact
from tools.findings import Finding
from tools.uploads.files import SourceFile, Upload


def artefact_types() -> tuple[ArtefactType, ...]:
    """In the order in which they are shown."""
    return descriptions()


def artefact_type(name: str) -> ArtefactType | None:
    """None for `other`, and for what was never registered."""
    return next((artefact for artefact in artefact_types() if artefact.name == name), None)


def judged_types() -> tuple[ArtefactType, ...]:
    """Those that a criterion can be about."""
    return tuple(artefact for artefact in artefact_types() if artefact.is_judged)


def wording_of(name: str) -> Wording:
    """Of a type that a criterion can be about; raises UnknownArtefact for others."""
    found = artefact_type(name)
    if found is None or found.wording is None:
        known = ", ".join(artefact.name for artefact in judged_types())
        raise UnknownArtefact(f"There is no artefact type “{name}” that can be judged; there are: {known}.")
    return found.wording


def aspects() -> tuple[str, ...]:
    """All that inspection judges, in the order of reports."""
    return tuple(aspect for artefact in artefact_types() for aspect in artefact.aspects)


def urgent_aspects() -> frozenset[str]:
    """Those that are spoken of before all others."""
    return frozenset(aspect for artefact in artefact_types() for aspect in artefact.urgent)


def named_aspect(aspect: str) -> str:
    """With what it stands for: `D1 Pinned base`."""
    names = (artefact.aspect_names[aspect] for artefact in artefact_types() if aspect in artefact.aspect_names)
    return " ".join([aspect, *islice(names, 1)])


def is_leak(finding: Finding) -> bool:
    """Whether it is about a credential that others can read."""
    return finding.criterion in urgent_aspects() or any(finding.rule in artefact.leaks for artefact in artefact_types())


def keywords() -> frozenset[str]:
    """Words that begin a line of code even in running text."""
    return frozenset().union(*(artefact.patching.keywords for artefact in artefact_types() if artefact.patching))


def pastings() -> list[tuple[str, Pasting]]:
    """(name of the file, how it is told in a message) of each type that is."""
    return [(artefact.recognition.file_name, artefact.pasting) for artefact in artefact_types() if artefact.pasting]


def is_mentioned(kind: str, text: str) -> bool:
    """Whether a message names such a file."""
    found = artefact_type(kind)
    return found is not None and found.recognition.mentioned.search(text) is not None


def is_prose(kind: str) -> bool:
    """Whether such files are read as text, as a plan is."""
    found = artefact_type(kind)
    return found is not None and found.is_prose


def documents_in(upload: Upload) -> Mapping[str, SourceFile]:
    """By type the one file that is reviewed as text, where there is one."""
    found = {
        artefact.name: artefact.document(upload.of_kind(artefact.name))
        for artefact in artefact_types()
        if artefact.document is not None
    }
    return {name: file for name, file in found.items() if file is not None}
