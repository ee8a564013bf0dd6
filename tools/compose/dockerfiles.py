"""The Dockerfile of a built service, as far as a stack needs it: its base, its health check, its variables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from tools.compose.document import Place
from tools.compose.stack import Service, Stack
from tools.errors import UnreadableFile
from tools.files import FileKind, SourceFile

MAX_STAGES = 100
MAX_SETTINGS = 100  # ENV instructions of one stage that are read
MAX_LINE = 10_000

_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE | re.MULTILINE)
_HEALTHCHECK = re.compile(r"^[ \t]*HEALTHCHECK[ \t]+(\S+)", re.IGNORECASE | re.MULTILINE)


def dockerfile_of(stack: Stack, service: Service) -> SourceFile | None:
    """The uploaded Dockerfile of a built service.

    Chat uploads carry no folders: a single Dockerfile in the upload stands for every build.
    """
    build = service.build
    if build is None or build.inline:
        return None
    folder = posixpath.dirname(build.place.file)
    path = posixpath.normpath(posixpath.join(folder, build.context, build.dockerfile))
    file = stack.upload.find(path)
    if file is None:
        dockerfiles = stack.upload.of_kind(FileKind.DOCKERFILE)
        file = dockerfiles[0] if len(dockerfiles) == 1 else None
    return file


def dockerfile_text(stack: Stack, service: Service) -> str:
    """The text of the service's Dockerfile, empty where the upload has none for it."""
    if service.build is not None and service.build.inline:
        return service.build.inline
    file = dockerfile_of(stack, service)
    return text_of(file) if file is not None else ""


def text_of(file: SourceFile) -> str:
    """Empty where it cannot be read: the inspection of that file says so."""
    try:
        return file.text
    except UnreadableFile:
        return ""


@dataclass(frozen=True)
class _Stage:
    base: str
    name: str
    start: int
    text: str


@lru_cache(maxsize=32)
def _stages(text: str) -> tuple[_Stage, ...]:
    found = list(islice(_FROM.finditer(text), MAX_STAGES))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return tuple(
        _Stage(match[1], (match[2] or "").lower(), match.end(), text[match.end() : end])
        for match, end in zip(found, ends, strict=False)
    )


def _ancestry(text: str, target: str) -> Iterator[_Stage]:
    """The stage that is built (the named one, else the last), then those that it stands on."""
    stages = _stages(text)
    named = {stage.name: stage for stage in stages if stage.name}
    stage = named.get(target.lower()) or (stages[-1] if stages else None)
    while stage is not None:
        yield stage
        below = named.pop(stage.base.lower(), None)
        stage = below if below is not stage else None


def final_base(stack: Stack, service: Service) -> str:
    target = service.build.target if service.build else ""
    return next((stage.base for stage in reversed(list(_ancestry(dockerfile_text(stack, service), target)))), "")


def has_healthcheck(stack: Stack, service: Service) -> bool:
    """Whether the built image brings a health check; the stage's own counts before those beneath it."""
    target = service.build.target if service.build else ""
    for stage in _ancestry(dockerfile_text(stack, service), target):
        checks = _HEALTHCHECK.findall(stage.text)
        if checks:
            return str(checks[-1]).upper() != "NONE"
    return False


_ENV_LINE = re.compile(r"^[ \t]*(ENV|CMD|ENTRYPOINT)[ \t]+((?:[^\n\\]|\\\n?)*)", re.IGNORECASE | re.MULTILINE)
_ENV_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^\s\\]*)")


def dockerfile_settings(stack: Stack, service: Service) -> Iterator[tuple[str, str, Place]]:
    """Name, value and place of each ENV that the built image brings; the process itself has no name."""
    file = dockerfile_of(stack, service)
    if service.build is not None and file is not None:
        yield from settings_in(file.path, dockerfile_text(stack, service), service.build.target)


def settings_in(path: str, text: str, target: str = "") -> Iterator[tuple[str, str, Place]]:
    """The same of one Dockerfile, for a stage or the last one."""
    for stage in _ancestry(text, target):
        for match in islice(_ENV_LINE.finditer(stage.text), MAX_SETTINGS):
            line = text.count("\n", 0, stage.start + match.start()) + 1
            place = Place(path, line, line + match[2].count("\n"))
            if match[1].upper() != "ENV":
                yield "", match[2], place
                continue
            for name, value in _ENV_PAIR.findall(match[2][:MAX_LINE]):
                yield name, value.strip("\"'"), place
