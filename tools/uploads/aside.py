"""What an upload is about: a repository also holds fixtures, templates and examples, which are not its own files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import yaml


class Placed(Protocol):
    @property
    def path(self) -> str: ...


File = TypeVar("File", bound=Placed)


def own_files(files: Sequence[File], root: str = "") -> tuple[File, ...]:
    """Of the files of one kind those that an upload is about, in their order; all of it lies below `root`."""
    depth = len(root)
    plain = tuple(file for file in files if not stands_aside(file.path[depth:]))
    return plain or tuple(file for file in files if not _is_below(file.path[depth:], "never"))


def stands_aside(path: str) -> bool:
    """Whether a file lies in a folder of fixtures, templates, tests or examples."""
    return _is_below(path, "never") or _is_below(path, "unless_alone")


def common_folder(paths: Sequence[str]) -> str:
    """The folder that holds all of them, with a slash at its end; empty where there is none."""
    first, last = min(paths, default=""), max(paths, default="")
    shared = 0
    for left, right in zip(first, last, strict=False):
        if left != right:
            break
        shared += 1
    return first[: first.rfind("/", 0, shared) + 1]


def _is_below(path: str, kind: str) -> bool:
    folders = path.lower().split("/")[:-1]
    return any(folder in _folders()[kind] or "{{" in folder for folder in folders)


@cache
def _folders() -> Mapping[str, frozenset[str]]:
    written = yaml.safe_load(Path(__file__).with_name("aside.yaml").read_text(encoding="utf-8"))
    return {kind: frozenset(names) for kind, names in written.items()}
