"""The files that came with a plan, as far as a plan speaks of them: final stages, services, pipelines, findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tools.compose.dockerfiles import dockerfile_of
from tools.compose.document import Mapping, Node, Place, Scalar
from tools.compose.families import family_of
from tools.compose.inspection import read_stacks
from tools.compose.stack import Service, Stack
from tools.dockerfile import DOCKERFILE
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import parse
from tools.dockerfile.stages import Stage, stages
from tools.findings import Finding, Inspection
from tools.uploads.files import Upload

_PIPELINE = re.compile(
    r"(?:^|/)(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|jenkinsfile|azure-pipelines\.ya?ml|\.drone\.ya?ml|"
    r"bitbucket-pipelines\.ya?ml|\.circleci/config\.ya?ml|\.woodpecker\.ya?ml|cloudbuild\.ya?ml|ci\.ya?ml|"
    r"(?:release|deploy|build|pipeline)\.ya?ml)$",
    re.IGNORECASE,
)
_ALSO_CALLED = {"api": {"app", "application"}, "web": {"app", "application"}, "app": {"application"}}


@dataclass(frozen=True)
class FinalStage:
    """What an image is made of in the end; `services` are those that build it."""

    path: str
    stage: Stage
    names: frozenset[str]

    @property
    def opening(self) -> Place:
        return self.place(self.stage.opening)

    @property
    def base(self) -> tuple[str, Place]:
        """The external image below the final stage."""
        *_, oldest = self.stage.lineage()
        return oldest.base, self.place(oldest.opening)

    def place(self, instruction: Instruction) -> Place:
        return Place(self.path, instruction.line, instruction.end_line)


@dataclass(frozen=True)
class StackService:
    stack: Stack
    service: Service

    @cached_property
    def names(self) -> frozenset[str]:
        """Its own name, its family's, and what such a service is called in a sentence."""
        family = family_of(self.stack, self.service)
        own = {self.service.name, *_ALSO_CALLED.get(self.service.name, ())}
        if family:
            own |= {family.name, *family.names} | ({"postgres"} if family.name == "PostgreSQL" else set())
        return frozenset(own)

    def node(self, *path: str) -> Node | None:
        """The value below these keys of the service."""
        found: Node | None = self.service.node
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def scalar(self, *path: str) -> Scalar | None:
        found = self.node(*path)
        return found if isinstance(found, Scalar) and not found.is_null else None


@dataclass(frozen=True)
class Line:
    text: str
    place: Place


class Files:
    """Of one upload; what cannot be read is not there."""

    def __init__(self, upload: Upload, inspection: Inspection) -> None:
        self._upload, self._inspection = upload, inspection

    @cached_property
    def services(self) -> tuple[StackService, ...]:
        readable = read_stacks(self._upload).readable
        return tuple(StackService(stack, service) for stack in readable for service in stack.services.values())

    @cached_property
    def images(self) -> tuple[FinalStage, ...]:
        return tuple(self._images())

    def _images(self) -> Iterator[FinalStage]:
        for file in self._upload.readable(DOCKERFILE):
            found = stages(parse(file.text))
            if found:
                built = (one for one in self.services if dockerfile_of(one.stack, one.service) == file)
                names = frozenset(name for one in built for name in one.names)
                yield FinalStage(file.path, found[-1], names)

    @cached_property
    def pipelines(self) -> tuple[tuple[Line, ...], ...]:
        """The lines of each pipeline that came along."""
        found = [file for file in self._upload if _PIPELINE.search(file.path) and file.is_readable]
        return tuple(
            tuple(Line(text, Place(file.path, at, at)) for at, text in enumerate(file.text.splitlines(), start=1))
            for file in found
        )

    def findings(self, *aspects: str) -> list[Finding]:
        """Those that hold one of the aspects back."""
        return [finding for finding in self._inspection.findings if finding.criterion in aspects and finding.effect]
