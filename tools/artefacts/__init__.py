"""Artefact types: one registered description each, below `types`; everything else asks the registry."""

from __future__ import annotations
