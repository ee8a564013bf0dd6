"""The mind that needs no model: it reads what a message does, calls tools, and composes from cards and templates."""

from __future__ import annotations
