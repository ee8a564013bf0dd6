"""The conversation: a graph that understands a turn, decides in code, and has the decision worded."""

from __future__ import annotations
