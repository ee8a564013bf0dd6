"""Cases are files below `cases/`; a broken one stops the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).with_name("cases")
Figures = dict[str, float | int]


def load(path: str) -> Any:
    return yaml.safe_load((CASES / path).read_text("utf-8"))


def load_all(folder: str) -> Iterator[dict[str, Any]]:
    """Every case of every file below a folder; a file holds one list, or one document a case."""
    for path in sorted((CASES / folder).rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            yield from document if isinstance(document, list) else [document]
