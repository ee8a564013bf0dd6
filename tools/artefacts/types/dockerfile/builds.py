"""How each Dockerfile of an upload is built: by its blueprint, by a bake file, else in the folder it stands in."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.compose.dockerfiles import dockerfile_of
from tools.compose.inspection import Stacks
from tools.compose.stack import Build, Stack
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.dockerfile.bake import NamedContexts, bake_targets
from tools.dockerfile.ignore_file import DockerIgnore
from tools.dockerfile.parser import Parsed
from tools.uploads.files import SourceFile, Upload

MAX_BUILDS = 5  # of one Dockerfile that are judged
_DEVELOPMENT = frozenset("dev development develop debug test tests testing local builder build base ci lint".split())


@dataclass(frozen=True)
class DockerfileBuild:
    """`context` is a folder of the upload, "" its root; `names` are contexts that the build gives a name."""

    context: str = ""
    target: str = ""
    names: NamedContexts = ()
    is_image: bool = True


class Builds:
    """The builds that an upload asks for, and the files that each of them sees."""

    def __init__(self, upload: Upload, stacks: Stacks) -> None:
        self._upload = upload
        self._asked: dict[str, list[DockerfileBuild]] = {}
        self._views: dict[str, Upload] = {"": upload}
        self._paths = [file.path for file in upload.files]
        self._folders = {folder for file in upload for folder in _folders_of(file.path)}
        for stack in stacks.readable:
            self._add_stack(stack)
        for baked in bake_targets(upload):
            build = DockerfileBuild(baked.context, baked.target, baked.contexts, is_image=baked.is_image)
            self._add(baked.dockerfile, build)

    def dockerfiles(self) -> list[SourceFile]:
        """The upload's own, and whatever its blueprint or its bake file builds, wherever that stands."""
        own = self._upload.own(DOCKERFILE)
        asked = (self._upload.find(path) for path in self._asked)
        return [*own, *(file for file in asked if file is not None and file.is_readable and file not in own)]

    def of(self, dockerfile: SourceFile, parsed: Parsed) -> list[DockerfileBuild]:
        """Those that are shipped: a stage for development counts only where no other one is built."""
        asked = list(dict.fromkeys(self._asked.get(dockerfile.path, [])))
        shipped = [build for build in asked if build.is_image and build.target.lower() not in _DEVELOPMENT]
        by_itself = DockerfileBuild(self._folder_by_itself(dockerfile, parsed))
        return (shipped or asked or [by_itself])[:MAX_BUILDS]

    def view(self, context: str) -> Upload:
        """What lies in a context, with paths from its root."""
        if context not in self._views:
            begin, end = (bisect_left(self._paths, f"{context}{mark}") for mark in "/0")  # 0 is what follows a slash
            inside = self._upload.files[begin:end]
            self._views[context] = Upload(
                tuple(SourceFile(file.path[len(context) + 1 :], file.data) for file in inside)
            )
        return self._views[context]

    def ignore(self, dockerfile: SourceFile, context: str) -> DockerIgnore | None:
        """The Dockerfile's own ignore file before that of the context, as BuildKit takes them, and no other."""
        for path in (f"{dockerfile.path}.dockerignore", posixpath.join(context, ".dockerignore")):
            file = self._upload.find(path)
            if file is not None and file.kind == DOCKERIGNORE and file.is_readable:
                return DockerIgnore.parse(file.text)
        return None

    def inline(self, stacks: Stacks) -> Iterator[tuple[SourceFile, DockerfileBuild]]:
        """`dockerfile_inline` as a file with the name and the lines of the Compose file that holds it."""
        for stack in stacks.readable:
            for service in stack.services.values():
                build = service.build
                if build is not None and build.inline:
                    text = "\n" * max(build.inline_line - 1, 0) + build.inline
                    yield SourceFile(build.place.file, text.encode()), self._from_compose(build)

    def _add_stack(self, stack: Stack) -> None:
        for service in stack.services.values():
            file = dockerfile_of(stack, service)
            if file is not None and service.build is not None:
                self._add(file.path, self._from_compose(service.build))

    def _from_compose(self, build: Build) -> DockerfileBuild:
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(build.place.file), build.context))
        known = folder if folder in self._folders else ""  # uploads from a chat carry no folders
        return DockerfileBuild(known, build.target, build.contexts)

    def _add(self, dockerfile: str, build: DockerfileBuild) -> None:
        self._asked.setdefault(dockerfile, []).append(build)

    def _folder_by_itself(self, dockerfile: SourceFile, parsed: Parsed) -> str:
        """Its own folder, or one above where what it copies lies there and not beside it."""
        above = [posixpath.dirname(dockerfile.path)]
        while above[-1]:
            above.append(posixpath.dirname(above[-1]))
        sources = set(_sources(parsed))
        found = {folder: sum(self._has(folder, source) for source in sources) for folder in above}
        best = max(above, key=lambda folder: found[folder])
        if found[best]:
            return best
        return next((folder for folder in above if self._holds_code(folder, dockerfile)), above[-1])

    def _has(self, folder: str, source: str) -> bool:
        path = posixpath.normpath(posixpath.join(folder, source.lstrip("/")))
        return path in self._folders or self._upload.find(path) is not None

    def _holds_code(self, folder: str, dockerfile: SourceFile) -> bool:
        """More than Dockerfiles and what belongs to them, or what only the root of a context has a use for."""
        inside = self.view(folder)
        if inside.find(".dockerignore") is not None:
            return True
        return any(file.kind not in (DOCKERFILE, DOCKERIGNORE) for file in inside) and dockerfile in self._upload.files


def _folders_of(path: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _sources(parsed: Parsed) -> Iterable[str]:
    for instruction in parsed.instructions:
        if instruction.keyword in ("COPY", "ADD") and not instruction.flag("from"):
            plain = (word for word in instruction.words[:-1] if word.strip("./") and "://" not in word)
            yield from (word for word in plain if not set(word) & set("*?[$<"))
