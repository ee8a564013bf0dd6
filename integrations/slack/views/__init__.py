"""Modals and App Home."""

from __future__ import annotations
