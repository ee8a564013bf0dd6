"""What `tutor doctor` says of Slack: the emulator answers for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from integrations.cli.doctor_command import _model, _slack
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.workspaces import Workspace
from tests.model_server import ModelServer, Scripted, chunk


def _settings(emulator: Emulator, folder: Path, **more: Any) -> Settings:
    token = SecretStr(emulator.installation().bot_token)
    given = {"data": folder, "SLACK_BASE_URL": f"{emulator.url}/api/", "SLACK_BOT_TOKEN": token}
    return Settings.read(**(given | more))


def test_a_token_is_tried_and_its_scopes_are_compared_with_the_manifest(tmp_path: Path) -> None:
    with Emulator(Workspace.demo("agent")) as emulator:
        settings = _settings(emulator, tmp_path)
        assert _slack(settings) == (True, "HTTP, every scope")
        emulator.installation().scopes -= {"files:read"}
        assert _slack(settings) == (False, "HTTP; the token lacks files:read")
        emulator.installation().refused = "token_revoked"
        with pytest.raises(ConfigurationInvalid, match="token_revoked"):
            _slack(settings)


def test_tokens_that_are_not_sealed_are_said_plainly(tmp_path: Path) -> None:
    with Emulator(Workspace.demo()) as emulator:
        secret = SecretStr(emulator.app.client_secret)
        several = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": secret, "SLACK_BOT_TOKEN": None}
        good, said = _slack(_settings(emulator, tmp_path, **several))
    assert (good, "0 workspaces" in said, "NOT sealed" in said) == (True, True, True)


def test_without_a_token_it_is_not_connected(tmp_path: Path) -> None:
    assert _slack(Settings.read(data=tmp_path, SLACK_BOT_TOKEN=None))[1].startswith("not connected")


@pytest.mark.parametrize(("calls", "good"), [(True, True), (False, False)])
def test_a_model_is_called_once_and_has_to_call_a_tool(tmp_path: Path, calls: bool, good: bool) -> None:
    call = {"index": 0, "id": "c1", "function": {"name": "ready", "arguments": '{"working": true}'}}
    said = (
        [chunk({"tool_calls": [call]}), chunk({}, "tool_calls")]
        if calls
        else [chunk({"content": "Yes!"}), chunk({}, "stop")]
    )
    with ModelServer(Scripted(said)) as server:
        key = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": server.url}
        assert _model(Settings.read(data=tmp_path, model="m", model_protocol="chat", **key))[0] is good
        assert len(server.requests) == 1


def test_no_model_is_no_fault(tmp_path: Path) -> None:
    assert _model(Settings.read(data=tmp_path, OPENAI_API_KEY=None))[0]
