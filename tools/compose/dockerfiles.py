"""The Dockerfile of a built service, as far as a stack needs it: its base, its health check, its variables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.compose.document import Place
from tools.compose.stack import Service, Stack
from tools.errors import UnreadableFile
from tools.files import FileKind, SourceFile

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


def _stage(text: str, target: str) -> tuple[str, str]:
    """Base and text of the stage that is built: the named one, else the last."""
    stages = list(_FROM.finditer(text))
    chosen = next((match for match in stages if target and (match[2] or "").lower() == target.lower()), None)
    chosen = chosen or (stages[-1] if stages else None)
    if chosen is None:
        return "", ""
    following = [match.start() for match in stages if match.start() > chosen.start()]
    return chosen[1], text[chosen.end() : min(following, default=len(text))]


def _ancestry(text: str, target: str) -> Iterator[tuple[str, str]]:
    """Base and text of the built stage, then of the stages that it stands on."""
    names = {(match[2] or "").lower() for match in _FROM.finditer(text)} - {""}
    seen: set[str] = set()
    base, body = _stage(text, target)
    while base:
        yield base, body
        if base.lower() not in names or base.lower() in seen:
            return
        seen.add(base.lower())
        base, body = _stage(text, base)


def final_base(stack: Stack, service: Service) -> str:
    target = service.build.target if service.build else ""
    return next((base for base, _ in reversed(list(_ancestry(dockerfile_text(stack, service), target)))), "")


def has_healthcheck(stack: Stack, service: Service) -> bool:
    """Whether the built image brings a health check; the stage's own counts before those beneath it."""
    target = service.build.target if service.build else ""
    for _, body in _ancestry(dockerfile_text(stack, service), target):
        checks = _HEALTHCHECK.findall(body)
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
    for _, body in _ancestry(text, target):
        offset = text.find(body)
        for match in _ENV_LINE.finditer(body):
            line = text.count("\n", 0, offset + match.start()) + 1
            place = Place(path, line, line + match[2].count("\n"))
            if match[1].upper() != "ENV":
                yield "", match[2], place
                continue
            for name, value in _ENV_PAIR.findall(match[2]):
                yield name, value.strip("\"'"), place
