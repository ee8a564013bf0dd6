"""What Slack sends: a file for each event, action, view, command and shortcut, all found by the registry."""

from __future__ import annotations
