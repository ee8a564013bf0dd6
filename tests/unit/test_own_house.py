"""The project takes its own medicine."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from integrations.cli.version import __version__
from tools.findings import Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

ROOT = Path(__file__).parents[2]
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]["packages"]


def test_our_dockerfile_and_compose_file_pass_our_own_inspection() -> None:
    names = ("Dockerfile", ".dockerignore", "compose.yaml", "requirements.lock")
    upload = Upload.of(SourceFile(name, (ROOT / name).read_bytes()) for name in names)
    verdicts = inspect(upload).criteria
    assert {name: verdict for name, verdict in verdicts.items() if verdict is not Verdict.MET} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_ours_and_not_another_of_that_name(package: str) -> None:
    assert (importlib.import_module(package).__file__ or "").startswith(str(ROOT))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()


def test_the_base_is_small_and_every_lock_holds_the_same_of_it() -> None:
    base, bot, development = (locked(f"requirements{name}.lock") for name in ("-base", "", "-dev"))
    assert len(base) <= 5
    assert base.items() <= bot.items() <= development.items()


def locked(name: str) -> dict[str, str]:
    """Packages of a lock with their versions, hashes and conditions."""
    entries = (ROOT / name).read_text("utf-8").replace("\\\n", "").splitlines()
    return {package: rest for package, _, rest in (entry.partition("==") for entry in entries)}


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text("utf-8")


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
