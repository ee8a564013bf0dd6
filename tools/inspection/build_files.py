"""Which file a command of the build reads: one of the upload, under its own name or a copy's, or one that was made."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command
from tools.inspection.rule import Subject
from tools.uploads.files import SourceFile

_WRITTEN = re.compile(r"(?<![0-9&])>>?\s*([^\s&|;<>]+)")
_OUTPUT = ("-o", "--output", "--output-file")


def found_in_upload(subject: Subject, path: str) -> SourceFile | None:
    """The file of the upload that the build knows as `path`; None where none came along.

    Uploads from a chat carry no folders, so the base name decides; of several, the one that is copied.
    """
    name = posixpath.basename(path)
    for wanted in (name, posixpath.basename(_renamed(subject).get(name, ""))):
        same = subject.upload.named(wanted) if wanted else ()
        copied = [file for file in same if len(same) > 1 and any(file.path == _plain(s) for s in _sources(subject))]
        if same:
            return (copied or same)[0]
    return None


def is_made(subject: Subject, path: str) -> bool:
    """Whether an instruction of the file itself writes it."""
    return posixpath.basename(path) in _made(subject)


def is_copied_by_name(subject: Subject, name: str) -> bool:
    """Whether a COPY names this very file, so that the build stops where it is missing."""
    return any(posixpath.basename(source) == name for source in _sources(subject))


def comes_with_folder(subject: Subject, name: str) -> bool:
    """Whether a COPY, ADD or mount may bring it along with others: a folder, a pattern, another stage or image."""
    for stage in subject.stages:
        if any("from=" in mount or "type=bind" in mount for run in stage.of("RUN") for mount in run.flag("mount")):
            return True
        for copy in stage.of("COPY", "ADD"):
            words = copy.words[:-1]
            if copy.flag("from") or any(_may_hold(word, name) for word in words):
                return True
    return False


def _may_hold(source: str, name: str) -> bool:
    last = posixpath.basename(source.rstrip("/"))
    return source in (".", "./", "/") or source.endswith("/") or fnmatchcase(name, last) or "." not in last


def _sources(subject: Subject) -> Iterator[str]:
    for stage in subject.stages:
        for copy in stage.of("COPY", "ADD"):
            yield from () if copy.flag("from") else copy.words[:-1]
        for run in stage.of("RUN"):
            yield from (options["source"] for options in _mounts(run) if "source" in options)


def _mounts(run: Instruction) -> Iterator[dict[str, str]]:
    for mount in run.flag("mount"):
        options = dict(part.partition("=")[::2] for part in mount.split(","))
        if "src" in options:
            options["source"] = options["src"]
        yield options


def _renamed(subject: Subject) -> dict[str, str]:
    """Base name in the image -> source, where a copy or a mount gives a file another name."""
    found: dict[str, str] = {}
    for stage in subject.stages:
        for copy in stage.of("COPY", "ADD"):
            words = copy.words
            if len(words) == 2 and not copy.flag("from") and not words[1].endswith(("/", ".")):
                found.setdefault(posixpath.basename(words[1]), words[0])
        for run in stage.of("RUN"):
            for options in _mounts(run):
                target = options.get("target") or options.get("dst") or options.get("destination") or ""
                if "source" in options and target:
                    found.setdefault(posixpath.basename(target), options["source"])
    return found


def _made(subject: Subject) -> set[str]:
    written = {posixpath.basename(path) for _, command, _ in subject.commands for path in _targets(command)}
    for stage in subject.stages:
        for copy in stage.of("COPY", "ADD"):
            written |= {doc.name for doc in copy.heredocs}
            written |= {posixpath.basename(copy.words[-1])} if copy.heredocs and copy.words else set()
    return written


def _targets(command: Command) -> Iterator[str]:
    yield from (match[1].strip("\"'") for match in _WRITTEN.finditer(command.text))
    for option, value in zip(command.words, command.words[1:], strict=False):
        if option in _OUTPUT:
            yield value
    yield from (word.partition("=")[2] for word in command.words if word.startswith("--output"))


def _plain(source: str) -> str:
    return posixpath.normpath("/" + source).lstrip("/")
