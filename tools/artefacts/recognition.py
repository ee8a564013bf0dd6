"""Which artefact type a file is of: by its name, and where that is silent by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from tools.artefacts.discovery import descriptions

OTHER = "other"  # the kind of a file that is of no registered type

Telling = Callable[[str, str], bool]  # of a name and a text


def _never(name: str, text: str) -> bool:  # noqa: ARG001 - the shape of Telling
    return False


@dataclass(frozen=True)
class Recognition:
    """`holds` decides where no type knows the name; `may_be` where somebody asks for one file, whatever it is.

    `only_named` says of a file with such a name that it is something else all the same.
    """

    names: re.Pattern[str]  # of the whole file name, in lower case
    file_name: str = ""  # what such a file is called where nobody named it
    holds: Telling = _never
    may_be: Telling = _never
    only_named: Telling = _never
    mentioned: re.Pattern[str] = re.compile(r"(?!)")  # what a message calls it


class Recognised(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def recognition(self) -> Recognition: ...


def kind_of(path: str, text: str | None = None) -> str:
    """The type that a file's name gives away and `text` bears out; where the name is silent, `text` may decide."""
    name, types = PurePosixPath(path).name.lower(), _types()
    named = next((artefact for artefact in types if artefact.recognition.names.fullmatch(name)), None)
    if named is not None:
        is_other = text is not None and named.recognition.only_named(name, text)
        return OTHER if is_other else named.name
    held = (artefact.name for artefact in types if text is not None and artefact.recognition.holds(name, text))
    return next(held, OTHER)


def file_name_for(path: str, text: str) -> str | None:
    """The name under which a file of unknown name and kind is looked at as what it may be."""
    fitting = (artefact.recognition for artefact in _types() if artefact.recognition.may_be(path, text))
    return next((recognition.file_name for recognition in fitting), None)


def _types() -> Sequence[Recognised]:
    return descriptions()
