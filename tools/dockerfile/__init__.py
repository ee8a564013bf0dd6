"""Dockerfiles: parsed with their places, read as stages, their RUN lines as commands."""

from __future__ import annotations

DOCKERFILE, DOCKERIGNORE = "dockerfile", "dockerignore"  # kinds of files
