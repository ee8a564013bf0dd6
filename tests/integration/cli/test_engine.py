"""`tutor engine` and `tutor doctor` where there is no engine: they say so, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.settings import Settings
from integrations.cli.doctor_command import _builds
from integrations.cli.main import tutor
from tools.errors import BuilderUnavailable, LabFailed
from tools.sandbox.lab import daemon, machine, making_bases, packages
from tools.sandbox.lab.engine import open_lab

RUN = CliRunner()


def test_status_says_how_to_start() -> None:
    said = RUN.invoke(tutor, ["engine", "status"])
    assert said.exit_code == 1
    assert "tutor engine start" in said.output
    assert "inspection goes on" in said.output


def test_stopping_what_does_not_run_is_no_error() -> None:
    assert RUN.invoke(tutor, ["engine", "stop"]).exit_code == 0


@pytest.mark.parametrize("command", [["start"], ["reset"], ["load", "a.tar"]])
def test_without_root_nothing_is_tried(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = RUN.invoke(tutor, ["engine", *command]).exception
    assert isinstance(found, LabFailed)
    assert "root" in str(found)


def test_what_is_missing_is_named_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(daemon, "PATH", str(tmp_path))
    monkeypatch.setattr(machine, "PLUGINS", (str(tmp_path),))
    with pytest.raises(LabFailed, match=r"dockerd, tini, .*docker-buildx\. Run: tutor engine install"):
        machine.check_machine()


def test_a_worker_without_root_builds_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(BuilderUnavailable, match="root"), open_lab(tmp_path).job():
        pass
    open_lab(tmp_path).tend()


def test_an_engine_that_was_never_started_builds_nothing(tmp_path: Path) -> None:
    with pytest.raises(BuilderUnavailable, match="root" if os.geteuid() else "not running"), open_lab(tmp_path).job():
        pass


def test_installing_without_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabFailed, match="needs root"):
        packages.install()


def test_base_images_need_a_checkout_and_a_working_apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    script = tmp_path / "base-images"
    monkeypatch.setattr(making_bases, "SCRIPT", script)
    with pytest.raises(LabFailed, match="without scripts/base-images"):
        making_bases.made(tmp_path, stack=False)
    script.write_text("#!/bin/sh\necho no mirror >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(LabFailed, match="can not be made: no mirror"):
        making_bases.made(tmp_path, stack=False)
    script.write_text('#!/bin/sh\n[ "$1" = --stack ] && touch "$2/redis-7.0.tar"\n')
    assert making_bases.made(tmp_path, stack=True) == (tmp_path / "redis-7.0.tar",)


def test_a_package_that_is_there_is_not_named_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_is_installed", lambda name: name in ("mount", "util-linux"))
    monkeypatch.setattr(packages, "_candidate", lambda _: False)
    monkeypatch.setattr(packages, "_codename", lambda: packages.OLDER)
    plan = packages._plan()
    assert plan.newer
    assert "docker.io/trixie" in plan.packages
    assert not {"mount", "util-linux"} & set(plan.packages)
    monkeypatch.setattr(packages, "_codename", lambda: "other")
    with pytest.raises(LabFailed, match="Install Docker with buildx yourself"):
        packages._plan()


def test_doctor_reports_an_engine_that_does_not_run() -> None:
    good, said = _builds(Settings.read(builds="lab"))
    assert not good
    assert "tutor engine start" in said
    assert _builds(Settings.read(builds="off"))[0]
