"""Faults that can be put back into a good file, so that somebody finds them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class LineFault:
    """`pattern` fits one line of the file; `becomes` is that line with the fault, or lines of which it is the last."""

    pattern: str
    becomes: Callable[[re.Match[str]], str]

    def put_into(self, line: str) -> str:
        """The line as it was where the fault does not fit it."""
        match = re.match(self.pattern, line, re.IGNORECASE)
        return self.becomes(match) if match else line
