"""What `tutor doctor` says of Slack: the emulator answers for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from integrations.cli.doctor_command import _slack
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.workspaces import Workspace


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
