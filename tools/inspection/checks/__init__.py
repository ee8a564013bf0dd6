"""What is looked for in a Dockerfile: small checks over the parsed file and what came with it."""

from __future__ import annotations
