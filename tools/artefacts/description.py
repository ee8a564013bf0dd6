"""What an artefact type is: everything that the tutor has to know of one, in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.artefacts.recognition import Recognition
from tools.uploads.files import SourceFile


@dataclass(frozen=True)
class ArtefactType:
    """`name` is what a rubric writes; `order` is where it stands among the others when names are tried and shown."""

    name: str
    order: int
    recognition: Recognition
    companions: tuple[str, ...] = ()  # kinds of files that are judged with it, and count as an edit of it
    comment: str = ""  # what starts a line that is a comment; empty where a line can be none
    is_single: bool = False  # a newer file replaces the former, whatever it is called now
    is_outside_build: bool = False  # no image depends on it, unless an instruction names it
    document: Callable[[Sequence[SourceFile]], SourceFile | None] | None = None  # which of several is reviewed as text

    @property
    def is_prose(self) -> bool:
        return self.document is not None
