"""What a repository wishes of `tutor inspect`: `tutor.toml`, or `[tool.tutor]` in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tools.dockerfile.ignore_file import DockerIgnore
from tools.errors import ToolError
from tools.findings import Finding
from tools.inspection.explaining import close_to, explanations
from tools.inspection.ignoring import NEVER_IGNORED
from tools.inspection.report import InspectionReport, SetAside, SetAsideBy

OWN_FILE, SHARED_FILE = "tutor.toml", "pyproject.toml"
_KEYS = frozenset({"ignore", "ignore-in", "exclude", "fail-on", "baseline"})


class WrongSettings(ToolError):
    """A message for whoever wrote the settings: which file, which key, what may stand there."""


class FailOn(StrEnum):
    """From what on the command ends with 1; each takes in those before it."""

    NEVER = "never"
    NOT_MET = "not-met"
    PARTLY = "partly"
    NOT_CHECKED = "not-checked"
    ADVICE = "advice"


@dataclass(frozen=True)
class Settings:
    """Paths in it start at `root`, the folder of the file."""

    root: Path = field(default_factory=Path.cwd)
    ignore: frozenset[str] = frozenset()
    ignore_in: tuple[tuple[DockerIgnore, frozenset[str]], ...] = ()
    exclude: DockerIgnore | None = None
    fail_on: FailOn | None = None
    baseline: Path | None = None

    def judge(self, report: InspectionReport, finding: Finding) -> SetAside | None:
        """Whether the settings set a finding aside; a file that cannot be built never is."""
        if finding.rule in NEVER_IGNORED:
            return None
        here = finding.rule in self.ignore
        if here or any(
            finding.rule in rules and paths.excludes(self._place(report, finding)) for paths, rules in self.ignore_in
        ):
            return SetAside(finding, SetAsideBy.SETTINGS)
        return None

    def _place(self, report: InspectionReport, finding: Finding) -> str:
        place = Path(report.address(finding.file)).resolve()
        return place.relative_to(self.root).as_posix() if place.is_relative_to(self.root) else finding.file


def find_settings(start: Path) -> Settings:
    """Of the nearest folder, upwards, that has some."""
    above = start.resolve()
    for folder in (above, *above.parents):
        for name in (OWN_FILE, SHARED_FILE):
            path = folder / name
            table = read_table(path) if path.is_file() else None
            if table is not None:
                return settings_of(table, path)
    return Settings()


def read_settings(path: Path) -> Settings:
    """Of a file that was named; raises WrongSettings where it has none."""
    table = read_table(path)
    if table is None:
        raise WrongSettings(f"{path} has no table [tool.tutor].")
    return settings_of(table, path)


def read_table(path: Path) -> Mapping[str, Any] | None:
    """The table of the settings; None in a `pyproject.toml` of somebody who has none."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongSettings(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings(f"{path} is no TOML: {error}.") from None
    table = written.get("tool", {}).get("tutor") if path.name == SHARED_FILE else written
    if table is not None and not isinstance(table, dict):
        raise WrongSettings(f"In {path}, tool.tutor is no table.")
    return table


def settings_of(table: Mapping[str, Any], path: Path) -> Settings:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise WrongSettings(f"{path} has the key “{unknown[0]}”; there are {', '.join(sorted(_KEYS))}.")
    by_path = table.get("ignore-in", {})
    if not isinstance(by_path, dict):
        raise WrongSettings(f"In {path}, ignore-in is a table from paths to lists of rules.")
    root = path.parent.resolve()
    exclude = _texts(table.get("exclude", []), "exclude", path)
    return Settings(
        root,
        _rules(table.get("ignore", []), "ignore", path),
        tuple((DockerIgnore.parse(paths), _rules(rules, paths, path)) for paths, rules in by_path.items()),
        DockerIgnore.parse("\n".join(exclude)) if exclude else None,
        _fail_on(table.get("fail-on"), path),
        root / str(table["baseline"]) if "baseline" in table else None,
    )


def _texts(value: object, key: str, path: Path) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise WrongSettings(f"In {path}, {key} is a list of texts.")
    return list(value)


def _rules(value: object, key: str, path: Path) -> frozenset[str]:
    rules = _texts(value, key, path)
    unknown = next((rule for rule in rules if rule not in explanations()), None)
    if unknown is not None:
        near = " or ".join(f"“{name}”" for name in close_to(unknown))
        meant = f" Do you mean {near}?" if near else " `tutor inspect --rules` lists them."
        raise WrongSettings(f"In {path}, there is no rule “{unknown}”.{meant}")
    return frozenset(rules)


def _fail_on(value: object, path: Path) -> FailOn | None:
    if value is None:
        return None
    try:
        return FailOn(str(value))
    except ValueError:
        raise WrongSettings(f"In {path}, fail-on is one of {', '.join(FailOn)}.") from None
