"""The port to a language model and its adapters."""

from __future__ import annotations
