"""The blocks of code that the contributors' guide shows."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"


def shown(heading: str, language: str) -> str:
    """The first block of a language below a heading, without the indent of a list."""
    section = GUIDE.read_text("utf-8").partition(f"### {heading}\n")[2].partition("\n### ")[0]
    found = re.search(rf"^(?P<indent> *)```{language}\n(?P<code>.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    assert found, heading
    return re.sub(rf"^{found['indent']}", "", found["code"], flags=re.MULTILINE)
