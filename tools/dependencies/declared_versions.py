"""Maven, Gradle and NuGet: files of a project in which an exact version fixes what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.dependencies.python_requirements import Requirement
from tools.uploads.files import SourceFile

_MAVEN = re.compile(r"<version>\s*(LATEST|RELEASE|[\[(][^<]{0,60}|[^<\s]{0,60}-SNAPSHOT)\s*</version>")
_NUGET = re.compile(
    r"<PackageReference\s[^>]{0,200}?Include=\"([^\"]{1,120})\"[^>]{0,200}?Version=\"([^\"]{0,60}[*,][^\"]{0,60})\""
)
_GRADLE = re.compile(
    r"[\"']([\w.-]{1,100}:[\w.-]{1,100}):((?:[\w.-]{0,40}\+)|latest\.\w+|[\[(][^\"']{0,60}|[\w.-]{0,40}-SNAPSHOT)[\"']"
)


def maven(file: SourceFile) -> Iterator[Requirement]:
    for number, line in enumerate(file.text.splitlines(), 1):
        for match in _MAVEN.finditer(line):
            yield Requirement(match[1], match[1], number, f"allows every version that fits `{match[1]}`")


def nuget(file: SourceFile) -> Iterator[Requirement]:
    yield from _named(file, _NUGET)


def gradle(file: SourceFile) -> Iterator[Requirement]:
    yield from _named(file, _GRADLE)


def _named(file: SourceFile, pattern: re.Pattern[str]) -> Iterator[Requirement]:
    for number, line in enumerate(file.text.splitlines(), 1):
        for match in pattern.finditer(line):
            yield Requirement(match[1], match[0], number, f"allows every version that fits `{match[2]}`")
