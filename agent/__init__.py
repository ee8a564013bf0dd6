"""The conversation, the tutoring policy, the gate, the records and the jobs."""

from __future__ import annotations
