"""A Slack emulator that speaks the wire and refuses what Slack refuses."""

from __future__ import annotations

from integrations.slack_emulator.apps import App, AppProfile
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.errors import NotPossible
from integrations.slack_emulator.files import Attachment
from integrations.slack_emulator.persons import EmulatedPerson
from integrations.slack_emulator.transcript import Button, Seen, SeenView
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import Defect

__all__ = [
    "App",
    "AppProfile",
    "Attachment",
    "Button",
    "Defect",
    "EmulatedPerson",
    "Emulator",
    "NotPossible",
    "Seen",
    "SeenView",
    "Workspace",
]
