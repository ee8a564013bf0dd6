"""The lab engine: a Docker engine of our own, confined, in which strangers' Dockerfiles are built."""

from __future__ import annotations
