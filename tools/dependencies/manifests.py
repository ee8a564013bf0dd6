"""Dependency files: what they ask for without fixing it, and whether a lock file stands beside them.

The entry points are `unpinned(file)` and `has_lock(upload, ecosystem)`; each reads text only and never follows an
address. A file that cannot be parsed asks for nothing that could be judged: `unpinned` raises
UnreadableFile with what to do.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from tools.dependencies.declared_versions import gradle, maven, nuget
from tools.dependencies.python_requirements import COMMIT, Requirement, left_open, logical_lines, name_of, requirements
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload

MAX_REPORTED = 200  # requirements of one file; a learner needs the first ones

LOCK_FILES: Mapping[str, tuple[str, ...]] = {
    "python": ("uv.lock", "poetry.lock", "pdm.lock", "pipfile.lock", "pylock.toml"),
    "conda": ("conda-lock.yml", "conda-lock.yaml", "pixi.lock"),
    "node": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"),
    "go": ("go.sum",),
    "rust": ("cargo.lock",),
    "ruby": ("gemfile.lock",),
    "php": ("composer.lock",),
}


def ecosystem_of(path: str) -> str | None:
    """The key of LOCK_FILES that a dependency file belongs to."""
    name = posixpath.basename(path).lower()
    if name in _BY_NAME:
        return _BY_NAME[name][0]
    if re.fullmatch(r"(requirements|constraints)[\w.-]*\.(txt|in|lock)", name):
        return "python"
    return next((ecosystem for ecosystem, locks in LOCK_FILES.items() if name in locks), None)


def is_lock(path: str) -> bool:
    return any(posixpath.basename(path).lower() in locks for locks in LOCK_FILES.values())


def has_lock(upload: Upload, ecosystem: str, folder: str | None = None) -> bool:
    """Whether a lock file of the ecosystem is in the upload, or in one folder of it ("" is the root).

    For Python a requirements file that fixes everything by version is a lock too.
    """
    for file in upload:
        if folder is not None and posixpath.dirname(file.path) != folder:
            continue
        name = posixpath.basename(file.path).lower()
        if name in LOCK_FILES.get(ecosystem, ()):
            return True
        if ecosystem == "python" and _is_requirements(name) and _fixes_everything(file):
            return True
    return False


def _is_requirements(name: str) -> bool:
    return name.startswith("requirements") and name.endswith((".txt", ".lock"))


def _fixes_everything(file: SourceFile) -> bool:
    try:
        lines = [line for _, line in logical_lines(file.text) if not line.startswith("-")]
        return bool(lines) and not unpinned(file)
    except UnreadableFile:
        return False


def unpinned(file: SourceFile) -> tuple[Requirement, ...]:
    """What the file asks for without an exact version, revision or checksum. A lock file leaves nothing open."""
    name = posixpath.basename(file.path).lower()
    if is_lock(name):
        return ()
    if name in _BY_NAME:
        return tuple(islice(_BY_NAME[name][1](file), MAX_REPORTED))
    if name.endswith((".csproj", ".fsproj")):
        return tuple(islice(nuget(file), MAX_REPORTED))
    if ecosystem_of(file.path) == "python" and not name.startswith("constraints"):
        return tuple(islice(requirements(file), MAX_REPORTED))
    return ()


def names_in(file: SourceFile) -> list[str]:
    """Names of the packages that a project file asks for directly, fixed or not; only of formats that have tables."""
    name = posixpath.basename(file.path).lower()
    if name == "pyproject.toml":
        return _pyproject_names(_toml(file))
    if name == "pipfile":
        return [*_table(_toml(file), "packages")]
    if name == "package.json":
        return [*_table(_json(file), "dependencies"), *_table(_json(file), "devDependencies")]
    if name == "cargo.toml":
        return [*_table(_toml(file), "dependencies")]
    return []


def _pyproject_names(data: dict[str, Any]) -> list[str]:
    listed = _table(data, "project").get("dependencies")
    written = [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, list) else []
    named = [name for rule in written if (name := name_of(rule))]
    return named + [one for one in _table(_table(_table(data, "tool"), "poetry"), "dependencies") if one != "python"]


def _toml(file: SourceFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableFile(f"{file.path} is not valid TOML: {str(error)[:120]}. Correct that place.") from None


def _line_of(text: str, needle: str, after: int = 0) -> int:
    """The line where `needle` stands, counted `after` characters into it."""
    at = text.find(needle)
    return text.count("\n", 0, at + after) + 1 if at >= 0 else 1


def _pyproject(file: SourceFile) -> Iterator[Requirement]:
    data = _toml(file)
    project = _table(data, "project")
    groups = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    groups += _table(data, "dependency-groups").values()
    for group in groups:
        for written in group if isinstance(group, list) else ():
            if isinstance(written, str):
                requirement = left_open(written)
                if requirement is not None:
                    yield replace(requirement, line=_line_of(file.text, written))
    poetry = _table(_table(data, "tool"), "poetry")
    yield from _poetry(file.text, _table(poetry, "dependencies"))
    for group in _table(poetry, "group").values():
        yield from _poetry(file.text, _table(group, "dependencies"))


def _table(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _poetry(text: str, dependencies: dict[str, Any]) -> Iterator[Requirement]:
    for name, given in dependencies.items():
        details = given if isinstance(given, dict) else {"version": given}
        if name == "python" or "path" in details or COMMIT.fullmatch(str(details.get("rev", ""))):
            continue
        version = str(details.get("version", ""))
        why = "follows a branch or tag of a repository" if "git" in details else _open_version(version)
        if "git" in details or not re.fullmatch(r"={0,3}\s*\d[\w.+!-]*", version):
            yield Requirement(name, f"{name} {version}".strip(), _line_of(text, f"\n{name}", after=1), why)


def _open_version(version: str) -> str:
    return f"allows every version that fits `{version}`" if version not in {"", "*"} else "names no version"


def _pipfile(file: SourceFile) -> Iterator[Requirement]:
    data = _toml(file)
    for section in ("packages", "dev-packages"):
        yield from _poetry(file.text, _table(data, section))


_EXACT_NODE = re.compile(r"=?v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_LOCAL_NODE = re.compile(r"(file|link|workspace|portal):")


def _json(file: SourceFile) -> Any:
    try:
        return json.loads(file.text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{file.path} is not valid JSON: {str(error)[:120]}. Correct that place.") from None


def _package_json(file: SourceFile) -> Iterator[Requirement]:
    data = _json(file)
    for section in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, version in _table(data, section).items():
            written = str(version)
            if _EXACT_NODE.fullmatch(written) or _LOCAL_NODE.match(written) or re.search(r"#[0-9a-f]{40}$", written):
                continue
            yield Requirement(name, f"{name}@{written}", _line_of(file.text, f'"{name}"'), _open_version(written))


def _conda(file: SourceFile) -> Iterator[Requirement]:
    """Items of `dependencies:`, those beneath `pip:` by pip's rules."""
    inside, pip_indent = False, -1
    for number, raw in enumerate(file.text.splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*$", "", raw).rstrip()
        indent = len(line) - len(line.lstrip())
        if line and not line.startswith((" ", "-")):
            inside, pip_indent = line.startswith("dependencies:"), -1
            continue
        item = line.strip().removeprefix("- ").strip("\"'").strip()
        if not inside or not line.strip().startswith("-"):
            continue
        if item == "pip:":
            pip_indent = indent
        elif 0 <= pip_indent < indent:
            requirement = left_open(item, number) if not item.startswith("-") else None
            if requirement is not None:
                yield requirement
        else:
            pip_indent = -1
            name, version = _conda_parts(item)
            if not re.fullmatch(r"={1,2}\s*\d[\w.]*(?:=[\w.*]+)?", version) or version.endswith(".*"):
                yield Requirement(name, item, number, _open_version(version))


def _conda_parts(item: str) -> tuple[str, str]:
    match = re.match(r"(?:[\w./-]+::)?([\w.-]+)\s*(.*)", item)
    return (match[1], match[2].strip()) if match else (item, "")


def _go_mod(file: SourceFile) -> Iterator[Requirement]:
    """Go fixes versions in go.mod itself; only a replacement by a branch would stay open."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        match = re.match(r"\s*(?:require\s+)?([\w./-]+\.[\w./-]+)\s+(latest|master|main)\b", line.split("//")[0])
        if match:
            yield Requirement(match[1], line.strip(), number, f"follows `{match[2]}`")


def _cargo(file: SourceFile) -> Iterator[Requirement]:
    data = _toml(file)
    for section in ("dependencies", "build-dependencies", "dev-dependencies"):
        for name, given in _table(data, section).items():
            version = str(given.get("version", "")) if isinstance(given, dict) else str(given)
            local = isinstance(given, dict) and ("path" in given or "workspace" in given or "rev" in given)
            if not local and not version.startswith("="):
                yield Requirement(name, f"{name} {version}".strip(), _line_of(file.text, name), _open_version(version))


def _gemfile(file: SourceFile) -> Iterator[Requirement]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        match = re.match(r"\s*gem\s+[\"']([\w.-]+)[\"'](.*)", line.split("#")[0])
        if not match or re.search(r"path:|ref:", match[2]):
            continue
        version = re.search(r",\s*[\"']([^\"']+)[\"']", match[2])
        if version is None or not re.fullmatch(r"=?\s*\d[\w.]*", version[1]):
            yield Requirement(match[1], line.strip(), number, _open_version(version[1] if version else ""))


Reader = Callable[[SourceFile], Iterator[Requirement]]
_BY_NAME: Mapping[str, tuple[str, Reader]] = {
    "requirements.txt": ("python", requirements),
    "pyproject.toml": ("python", _pyproject),
    "pipfile": ("python", _pipfile),
    "package.json": ("node", _package_json),
    "environment.yml": ("conda", _conda),
    "environment.yaml": ("conda", _conda),
    "go.mod": ("go", _go_mod),
    "cargo.toml": ("rust", _cargo),
    "gemfile": ("ruby", _gemfile),
    "pom.xml": ("java", maven),
    "build.gradle": ("java", gradle),
    "build.gradle.kts": ("java", gradle),
}
