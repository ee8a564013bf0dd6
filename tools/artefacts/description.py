"""What an artefact type is: everything that the tutor has to know of one, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from tools.artefacts.offer import Offer
from tools.artefacts.recognition import Recognition
from tools.findings import Finding, Verdict
from tools.uploads.files import SourceFile, Upload


class Inspected(NamedTuple):
    """What the files of a type say: a verdict for each of its aspects, findings, and lines that show what is met."""

    criteria: Mapping[str, Verdict]
    findings: tuple[Finding, ...] = ()
    evidence: Mapping[str, tuple[tuple[str, int, int], ...]] = MappingProxyType({})  # aspect -> (file, line, end_line)


def _nothing_beside(part: Upload, offer: Offer) -> Iterator[Upload]:  # noqa: ARG001 - the shape of Patching.beside
    yield from ()


@dataclass(frozen=True)
class Patching:
    """How somebody would put an offer into such a file; the leak meter tries each way and inspects what comes out.

    `of_file` gets the text, the offer and the lines that open findings point to, and yields the text as it would stand.
    """

    of_file: Callable[[str, Offer, Iterable[int]], Iterator[str]]
    whole: tuple[str, ...]  # patterns that a block has to hold to be such a file by itself
    beside: Callable[[Upload, Offer], Iterator[Upload]] = _nothing_beside  # the same for its companions
    keywords: frozenset[str] = frozenset()  # words that begin a line of code even in running text


@dataclass(frozen=True)
class ArtefactType:
    """`name` is what a rubric writes; `order` is where it stands among the others when names are tried and shown."""

    name: str
    order: int
    recognition: Recognition
    aspects: tuple[str, ...] = ()  # what `inspect` judges; a rubric maps its criteria to them
    inspect: Callable[[Upload], Inspected] | None = None  # without such a file every aspect is `not checked`
    patching: Patching | None = None
    companions: tuple[str, ...] = ()  # kinds of files that are judged with it, and count as an edit of it
    comment: str = ""  # what starts a line that is a comment; empty where a line can be none
    is_single: bool = False  # a newer file replaces the former, whatever it is called now
    is_outside_build: bool = False  # no image depends on it, unless an instruction names it
    document: Callable[[Sequence[SourceFile]], SourceFile | None] | None = None  # which of several is reviewed as text

    @property
    def is_prose(self) -> bool:
        return self.document is not None
