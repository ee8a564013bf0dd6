"""Builds learners' Dockerfiles, looks into what was built, and says what happened."""

from __future__ import annotations
