"""Archives that learners send: read in a limited child process, never extracted on the host."""

from __future__ import annotations
