"""The Dockerfile of a built service, as far as a stack needs it: its base, its health check, its variables."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from tools.compose.document import Place
from tools.compose.stack import Service, Stack
from tools.dockerfile import DOCKERFILE
from tools.dockerfile.parser import parse
from tools.dockerfile.stages import Stage, pairs, stages
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile


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
        dockerfiles = stack.upload.of_kind(DOCKERFILE)
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


@lru_cache(maxsize=32)
def _stages(text: str) -> tuple[Stage, ...]:
    return tuple(stages(parse(text)))


def target_stage(text: str, target: str) -> Stage | None:
    """The stage that is built: the named one, else the last."""
    found = _stages(text)
    named = (match_found for match_found in reversed(found) if target and match_found.name.lower() == target.lower())
    return next(named, found[-1] if found else None)


def built_stage(stack: Stack, service: Service) -> Stage | None:
    target = service.build.target if service.build else ""
    return target_stage(dockerfile_text(stack, service), target)


def final_base(stack: Stack, service: Service) -> str:
    stage = built_stage(stack, service)
    return list(stage.lineage())[-1].base if stage else ""


def has_healthcheck(stack: Stack, service: Service) -> bool:
    """Whether the built image brings a health check; the stage's own counts before those beneath it."""
    stage = built_stage(stack, service)
    check = stage.last("HEALTHCHECK") if stage else None
    return check is not None and check.value.upper().split()[:1] != ["NONE"]


def dockerfile_settings(stack: Stack, service: Service) -> Iterator[tuple[str, str, Place]]:
    """Name, value and place of each ENV that the built image brings; the process itself has no name."""
    file = dockerfile_of(stack, service)
    if service.build is not None and file is not None:
        yield from settings_in(file.path, dockerfile_text(stack, service), service.build.target)


def settings_in(path: str, text: str, target: str = "") -> Iterator[tuple[str, str, Place]]:
    """The same of one Dockerfile, for a stage or the last one."""
    stage = target_stage(text, target)
    for other_ancestor in (
        instruction for ancestor in (stage.lineage() if stage else ()) for instruction in ancestor.instructions
    ):
        place = Place(path, other_ancestor.line, other_ancestor.end_line)
        if other_ancestor.keyword in ("CMD", "ENTRYPOINT"):
            yield "", other_ancestor.value, place
        elif other_ancestor.keyword == "ENV":
            yield from ((name, value, place) for name, value in pairs(other_ancestor.value))
