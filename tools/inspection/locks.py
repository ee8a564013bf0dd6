"""Whether a command that installs a project keeps to a lock, as far as Dockerfile and upload show it."""

from __future__ import annotations

import posixpath
from enum import Enum, auto
from fnmatch import fnmatchcase

from tools.dependencies.manifests import unpinned
from tools.dockerfile.shell import Command
from tools.dockerfile.stages import Stage
from tools.errors import UnreadableFile
from tools.inspection.build_files import comes_with_folder, is_copied_by_name
from tools.inspection.managers import Installer, invocation
from tools.inspection.rule import Subject
from tools.uploads.files import SourceFile


class Lock(Enum):
    KEPT = auto()
    NOT_KEPT = auto()
    UNSEEN = auto()  # it depends on a file that was not handed in


def state_of(subject: Subject, stage: Stage, command: Command, installer: Installer) -> Lock:
    if _is_enforced(subject, stage, command, installer):
        return Lock.KEPT
    if not installer.keeps and not installer.lists:
        return Lock.NOT_KEPT
    if any(_in_upload(subject, name) or is_copied_by_name(subject, name) for name in installer.keeps):
        return Lock.KEPT
    listed = [file for name in installer.lists for file in _in_upload(subject, name)]
    if listed:
        return Lock.KEPT if installer.exact and not any(map(_is_open, listed)) else Lock.NOT_KEPT
    may_come = installer.exact or any(comes_with_folder(subject, name) for name in installer.keeps)
    return Lock.UNSEEN if may_come else Lock.NOT_KEPT


def wanted_files(installer: Installer) -> str:
    """What to ask a learner for."""
    first = installer.lists if installer.exact else installer.keeps
    return first[0].replace("*", "your project")


def _is_enforced(subject: Subject, stage: Stage, command: Command, installer: Installer) -> bool:
    made = invocation(command)
    if made.has(*installer.flags) or set(made.words) & set(installer.flags):
        return True
    if subject.is_set(stage, command, *installer.variables):
        return True
    return any(
        text in settings.text
        for name, text in installer.settings
        for settings in _in_upload(subject, name)
        if settings.is_readable
    )


def _in_upload(subject: Subject, name: str) -> list[SourceFile]:
    """By base name, whatever its case."""
    return [file for file in subject.upload if fnmatchcase(posixpath.basename(file.path).lower(), name.lower())]


def _is_open(file: SourceFile) -> bool:
    try:
        return bool(unpinned(file))
    except UnreadableFile:
        return False
