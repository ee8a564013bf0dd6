"""Our hooks under pre-commit itself, in a repository of somebody else.

pre-commit would install them from this repository into an environment of its own, which takes a network; here they run
as programs of the system, and all else is as the manifest says.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

MANIFEST = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"
PROGRAMS = sysconfig.get_path("scripts")
GOOD = 'FROM python:3.12.7-slim\nWORKDIR /app\nCOPY . .\nUSER 10001\nCMD ["python", "app.py"]\n'

pytestmark = pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is missing: `make setup` brings it")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(folder.parent / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    (folder / "api").mkdir(parents=True)
    hooks: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text("utf-8"))
    local = [hook | {"language": "system"} for hook in hooks]
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "api" / "Dockerfile").write_text(GOOD, encoding="utf-8")
    (folder / "api" / ".dockerignore").write_text(".git\n", encoding="utf-8")
    (folder / "README.md").write_text("FROM here\n", encoding="utf-8")
    _git(folder, "init", "-q")
    _git(folder, "add", "-A")
    return folder


def test_the_manifest_is_one(tmp_path: Path) -> None:
    checked = _run(tmp_path, "validate-manifest", str(MANIFEST))
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("hook", ["tutor-inspect", "tutor-inspect-folder"])
def test_a_commit_passes_until_a_file_of_it_has_a_defect(repository: Path, hook: str) -> None:
    assert _run(repository, "run", hook).returncode == 0
    (repository / "api" / "Dockerfile").write_text(GOOD.replace(":3.12.7-slim", ""), encoding="utf-8")
    _git(repository, "add", "-A")
    failed = _run(repository, "run", hook)
    assert failed.returncode == 1
    assert "blocks D1 Pinned base" in failed.stdout


def test_only_files_that_are_inspected_are_handed_on(repository: Path) -> None:
    _git(repository, "rm", "-rq", "--cached", "api")
    assert "no files to check" in _run(repository, "run", "tutor-inspect").stdout
