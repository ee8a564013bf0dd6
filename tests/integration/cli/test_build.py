"""`tutor build` and archives on the command line, without an engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from integrations.cli.main import tutor
from tests.unit.tools.uploads.archives.packed import tar, tgz, zipped
from tools.errors import BuilderUnavailable, UploadRefused

FILES = [("Dockerfile", b"FROM python\nCMD python app.py\n"), ("plan.md", b"# Plan\nLogs go to stdout.\n")]


@pytest.fixture(scope="module")
def runner() -> CliRunner:
    return CliRunner()


def test_without_an_engine_it_says_so(runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_BUILDS", "off")
    (tmp_path / "Dockerfile").write_text("FROM busybox:1.36\n")
    result = runner.invoke(tutor, ["build", str(tmp_path)])
    assert isinstance(result.exception, BuilderUnavailable)
    assert "switched off" in str(result.exception)


@pytest.mark.parametrize("name", ["nosuch", "broken.zip"])
def test_what_cannot_be_read_is_said_in_a_sentence(runner: CliRunner, tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.zip").write_bytes(b"junk")
    result = runner.invoke(tutor, ["build", str(tmp_path / name)])
    assert isinstance(result.exception, UploadRefused)
    assert name in str(result.exception)


@pytest.mark.parametrize("form", [zipped, tar, lambda files: tgz(tar(files, folder="project/"))])
def test_an_archive_is_inspected_as_the_folder_in_it(runner: CliRunner, tmp_path: Path, form: object) -> None:
    assert callable(form)
    folder = tmp_path / "project"
    folder.mkdir()
    for name, data in FILES:
        (folder / name).write_bytes(data)
    suffix = "zip" if form is zipped else "tar"
    archive = tmp_path / f"project.{suffix}"
    archive.write_bytes(form(FILES))
    results = [runner.invoke(tutor, ["inspect", str(path), "--format", "json"]) for path in (folder, archive)]
    of_folder, of_archive = (json.loads(result.stdout) for result in results)
    assert of_archive["criteria"] == of_folder["criteria"]
    assert of_archive["criteria"]["D1"] == "not met"
    assert len(of_archive["findings"]) == len(of_folder["findings"])


def test_a_plan_in_an_archive_is_reviewed(runner: CliRunner, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    archive.write_bytes(zipped(FILES))
    result = runner.invoke(tutor, ["review", str(archive), "--format", "json"])
    assert json.loads(result.stdout)["criteria"]
