"""A folder or module an artefact type, found by its place here; each holds its description as `ARTEFACT`."""

from __future__ import annotations
