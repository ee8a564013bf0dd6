"""The demo from nothing: an empty home, no key, no Docker; ports that are taken; Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from agent.errors import ConfigurationInvalid
from integrations.cli import demo_command
from integrations.cli.demo_command import demo_settings, open_emulator

ROOT = Path(__file__).parents[3]


def test_from_an_empty_home_to_a_page_and_out_again(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TUTOR_BUILDS": "off"}
    command = [sys.executable, "-m", "integrations.cli", "demo", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        address = next(word for word in lines[1].split() if word.startswith("http://"))
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - our own
            assert b"Workspace" in page.read()
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, complained) == (0, "")
    assert said.strip() == "Closing."
    assert "no model and no key" in lines[2]
    assert {path.name for path in tmp_path.iterdir()} - {".cache"} == {".demo", ".local"}


def test_a_port_that_was_asked_for_and_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigurationInvalid, match=r"in use.*--port"):
        open_emulator(taken.getsockname()[1])


def test_the_usual_port_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(demo_command, "DEFAULT_PORT", port)
        emulator = open_emulator(None)
        assert emulator.url != f"http://127.0.0.1:{port}"
        emulator.stop()


def test_a_real_workspaces_settings_do_not_reach_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("TUTOR_INSTRUCTOR_GROUPS", "S1")
    emulator = open_emulator(0)
    settings = demo_settings(emulator, tmp_path)
    assert settings.slack_bot_token is not None
    assert "real" not in settings.slack_bot_token.get_secret_value()
    assert (settings.slack_client_id, settings.instructor_groups) == ("", ())
    emulator.stop()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    emulator = open_emulator(0)
    with pytest.raises(ConfigurationInvalid, match="--folder"):
        demo_settings(emulator, tmp_path / "file")
    emulator.stop()
