"""The version of the project: the wheel takes it from here, and a checkout, which is not installed, has it too."""

from __future__ import annotations

__version__ = "0.2.0"
