"""An upload as a canonical build context: the same files give the same tar and the same key."""

from __future__ import annotations

import hashlib
import io
import posixpath
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tools.artefacts.registry import artefact_type
from tools.compose import COMPOSE
from tools.compose.project import ProjectReader, compose_projects
from tools.compose.reading import read_stack
from tools.dockerfile import DOCKERFILE
from tools.dockerfile.ignore_file import DockerIgnore
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import parse
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload

_PROGRAM, _SCRIPT = b"\x7fELF", b"#!"
_OUTSIDE = ".dockerfile-of-the-blueprint"  # where one from outside the context is put
_EVERYTHING = frozenset({"", ".", "/", "*", "**"})


@dataclass(frozen=True)
class Context:
    """What the builder is sent: the Dockerfile's path and every file, both relative to the context's root.

    `assumed` are scripts whose mode did not come along and which are started: they are taken for executable.
    """

    dockerfile: str
    files: tuple[SourceFile, ...]
    source: SourceFile  # the Dockerfile as it was uploaded
    assumed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Digest of the canonical form: the same bytes have the same key, however they were sent."""
        return "sha256:" + hashlib.sha256(self.dockerfile.encode() + b"\0" + self.tar()).hexdigest()

    def tar(self, dockerfile: bytes | None = None, *, reverse: bool = False, mtime: int = 0) -> bytes:
        """Regular files with fixed owner, mode and time; `dockerfile` is sent in place of the uploaded one."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for file in reversed(self.files) if reverse else self.files:
                replaced = dockerfile is not None and file.path == self.dockerfile
                data = dockerfile if replaced and dockerfile is not None else file.data
                info = tarfile.TarInfo(file.path)
                info.size, info.mtime = len(data), mtime
                info.mode = 0o755 if self._is_executable(file) else 0o644
                archive.addfile(info, io.BytesIO(data))
        return buffer.getvalue()

    def _is_executable(self, file: SourceFile) -> bool:
        if file.executable is not None:
            return file.executable
        return file.data.startswith(_PROGRAM) or file.path in self.assumed

    @property
    def said_of_modes(self) -> str:
        """A sentence for whoever sent single files; empty where nothing had to be assumed."""
        shown = ", ".join(f"`{path}`" for path in self.assumed[:3])
        return f"Files that come one by one bring no mode along, so I took {shown} for executable." if shown else ""


def dockerfiles_of(upload: Upload) -> list[SourceFile]:
    """The first is the main one: called just so, and nearest to the root."""
    return sorted(upload.of_kind(DOCKERFILE), key=_order)


def _order(dockerfile: SourceFile) -> tuple[bool, int, str]:
    named = posixpath.basename(dockerfile.path).lower() in ("dockerfile", "containerfile")
    return not named, dockerfile.path.count("/"), dockerfile.path


def context_key(upload: Upload) -> str | None:
    """Of all that is built from an upload; None without a Dockerfile."""
    return key_of(contexts_of(upload))


def key_of(contexts: Sequence[Context]) -> str | None:
    keys = [context.key for context in contexts]
    if len(keys) < 2:
        return next(iter(keys), None)
    return "sha256:" + hashlib.sha256("\n".join(keys).encode()).hexdigest()


def context_of(upload: Upload) -> Context | None:
    """The main Dockerfile's."""
    return next((_context(upload, dockerfile) for dockerfile in dockerfiles_of(upload)), None)


def contexts_of(upload: Upload) -> tuple[Context, ...]:
    return tuple(_context(upload, dockerfile) for dockerfile in dockerfiles_of(upload))


def context_for(upload: Upload, dockerfile: SourceFile, folder: str) -> Context:
    """The folder is named by a blueprint, `.` for the root; the Dockerfile may lie outside of it, or in no file."""
    root = "" if folder == "." else folder + "/"
    sources = tuple(_sources(dockerfile))
    if dockerfile.path.startswith(root) and any(file.path.startswith(root) for file in upload if file != dockerfile):
        return _below(root, upload, dockerfile, sources)
    if not any(file.path.startswith(root) for file in upload):  # sent without its folders
        return _below("", upload, dockerfile, sources)
    moved = replace(dockerfile, path=root + _OUTSIDE)
    return replace(_below(root, upload, moved, sources), source=dockerfile)


def _context(upload: Upload, dockerfile: SourceFile) -> Context:
    sources = tuple(_sources(dockerfile))
    return _below(_root(upload, dockerfile, sources), upload, dockerfile, sources)


def _below(root: str, upload: Upload, dockerfile: SourceFile, sources: tuple[str, ...]) -> Context:
    """Left out are what `.dockerignore` excludes, and a plan or blueprint that no instruction names.

    Edits of those two change no image, so they must not change the key of its build.
    """
    files = {file.path: file for file in (*upload, dockerfile)}.values()
    inside = [replace(file, path=file.path.removeprefix(root)) for file in files if file.path.startswith(root)]
    path = dockerfile.path.removeprefix(root)
    ignore = _ignore(inside, path)
    kept = [file for file in inside if file.path == path or _belongs(file, sources, ignore)]
    return Context(path, tuple(kept), dockerfile, _assumed(kept, dockerfile, upload))


def _assumed(files: Sequence[SourceFile], dockerfile: SourceFile, upload: Upload) -> tuple[str, ...]:
    """Scripts without a mode that something starts: an instruction, a blueprint, or another script."""
    unknown = [file for file in files if file.executable is None and file.data.startswith(_SCRIPT)]
    if not unknown:
        return ()
    starting = " ".join(_texts_that_start(dockerfile, upload))
    return tuple(file.path for file in unknown if posixpath.basename(file.path) in starting)


def _texts_that_start(dockerfile: SourceFile, upload: Upload) -> Iterator[str]:
    with suppress(UnreadableFile):
        yield from (one.value for one in parse(dockerfile.text).instructions if one.keyword not in ("COPY", "ADD"))
    starters = (file for file in upload if file.kind == COMPOSE or file.data.startswith(_SCRIPT))
    yield from (file.text for file in starters if file.is_readable)


def _belongs(file: SourceFile, sources: tuple[str, ...], ignore: DockerIgnore) -> bool:
    if ignore.excludes(file.path):
        return False
    return not _is_aside(file) or any(_names(source, file.path) for source in sources if source not in _EVERYTHING)


def _is_aside(file: SourceFile) -> bool:
    """Packaging tools read a README, so a build may need it."""
    artefact = artefact_type(file.kind)
    if artefact is None or not artefact.is_outside_build:
        return False
    return not (artefact.is_prose and posixpath.basename(file.path).lower().startswith("readme"))


def _sources(dockerfile: SourceFile) -> Iterator[str]:
    """What COPY and ADD take from the context."""
    try:
        instructions = parse(dockerfile.text).instructions
    except UnreadableFile:
        return
    for instruction in instructions:
        if instruction.keyword in ("COPY", "ADD") and not instruction.flag("from"):
            yield from (_plain(word) for word in _words(instruction)[:-1] if not word.startswith("<<"))


def _words(one: Instruction) -> list[str]:
    return list(one.argv) if one.argv is not None else one.value.split()


def _plain(source: str) -> str:
    return posixpath.normpath("/" + source.strip("\"'")).lstrip("/")


def _names(source: str, path: str) -> bool:
    """Whether a source that may be a folder or a pattern takes this file."""
    return any(pattern.matches(path) for pattern in DockerIgnore.parse(source).patterns)


def _root(upload: Upload, dockerfile: SourceFile, sources: tuple[str, ...]) -> str:
    """The context's folder, empty or with a slash at its end.

    A Compose file that builds this Dockerfile names it; else the folder in which more of its sources are found.
    """
    own = posixpath.dirname(dockerfile.path)
    if not own:
        return ""
    named = next(_named_in_compose(upload, dockerfile.path), None)
    if named is None:
        here = [file.path.removeprefix(own + "/") for file in upload if file.path.startswith(own + "/")]
        there = [file.path for file in upload]
        named = own if _found(sources, here) >= _found(sources, there) else ""
    return named + "/" if named and dockerfile.path.startswith(named + "/") else ""


def _found(sources: tuple[str, ...], paths: list[str]) -> int:
    return sum(any(_names(source, path) for path in paths) for source in sources if source not in _EVERYTHING)


def _named_in_compose(upload: Upload, dockerfile: str) -> Iterator[str]:
    reader = ProjectReader(upload)
    for paths in compose_projects(upload):
        try:
            services = read_stack(reader.read(paths), upload).services
        except UnreadableFile:
            continue
        for build in (service.build for service in services.values() if service.build is not None):
            context = posixpath.normpath(posixpath.join(posixpath.dirname(build.place.file), build.context))
            if posixpath.normpath(posixpath.join(context, build.dockerfile)) == dockerfile:
                yield "" if context == "." else context


def _ignore(files: list[SourceFile], dockerfile: str) -> DockerIgnore:
    """One beside the Dockerfile counts before the context's own; what cannot be read excludes nothing."""
    by_path = {file.path: file for file in files}
    found = by_path.get(f"{dockerfile}.dockerignore") or by_path.get(".dockerignore")
    try:
        return DockerIgnore.parse(found.text) if found else DockerIgnore()
    except UnreadableFile:
        return DockerIgnore()
