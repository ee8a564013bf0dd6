"""Buttons and other elements: a file for each action id, or for ids that do the same."""

from __future__ import annotations
