"""From a submission to a gate: assessment, reviews, evidence, the gate and its verification."""

from __future__ import annotations
