"""A module for each thing that a turn may have to answer."""

from __future__ import annotations
