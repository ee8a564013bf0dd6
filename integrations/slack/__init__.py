"""The Slack edge: envelopes in, Block Kit out; no teaching, no rules."""

from __future__ import annotations
