"""What an artefact type is: everything that the tutor has to know of one, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from tools.artefacts.faults import LineFault
from tools.artefacts.pasting import Pasting
from tools.artefacts.patching import Patching
from tools.artefacts.recognition import Recognition
from tools.artefacts.wording import Wording
from tools.findings import Finding, Verdict
from tools.uploads.files import SourceFile, Upload


class Inspected(NamedTuple):
    """What the files of a type say: a verdict for each of its aspects, findings, and lines that show what is met."""

    criteria: Mapping[str, Verdict]
    findings: tuple[Finding, ...] = ()
    evidence: Mapping[str, tuple[tuple[str, int, int], ...]] = MappingProxyType({})  # aspect -> (file, line, end_line)


@dataclass(frozen=True)
class ArtefactType:
    """`name` is what a rubric writes; `order` is where it stands among the others when names are tried and shown."""

    name: str
    order: int
    recognition: Recognition
    wording: Wording | None = None  # of what a criterion can be about
    stand_in: str = "file"  # for its name in a message; empty where the readers of messages learned the name itself
    aspects: tuple[str, ...] = ()  # what `inspect` judges; a rubric maps its criteria to them
    aspect_names: Mapping[str, str] = field(default_factory=dict)  # in a few words, for reports
    leaks: frozenset[str] = frozenset()  # rules that find a credential which others can read, beside those of `urgent`
    urgent: tuple[str, ...] = ()  # aspects that are spoken of before all others: a credential that anybody can read
    inspect: Callable[[Upload], Inspected] | None = None  # without such a file every aspect is `not checked`
    faults: tuple[LineFault, ...] = ()  # that can be put back into a good one
    patching: Patching | None = None
    pasting: Pasting | None = None
    companions: tuple[str, ...] = ()  # kinds of files that are judged with it, and count as an edit of it
    judged_with: Callable[[Upload, str], Upload] | None = None  # of a folder what one file of it is judged with
    speaks_for_others: bool = False  # what is said of files that it takes in is said of it
    statements: Callable[[str], list[tuple[int, int]]] | None = None  # lines; where None, indentation says what is one
    comment: str = ""  # what starts a line that is a comment; empty where a line can be none
    is_single: bool = False  # a newer file replaces the former, whatever it is called now
    is_outside_build: bool = False  # no image depends on it, unless an instruction names it
    document: Callable[[Sequence[SourceFile]], SourceFile | None] | None = None  # which of several is reviewed as text

    @property
    def is_judged(self) -> bool:
        """Whether a criterion can be about it."""
        return bool(self.aspects) or self.is_prose

    @property
    def is_prose(self) -> bool:
        return self.document is not None
