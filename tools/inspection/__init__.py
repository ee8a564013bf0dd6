"""Inspects an upload: one verdict an aspect, findings ranked."""

from __future__ import annotations
