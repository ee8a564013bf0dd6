"""The labelled Compose files: each verdict as the rubric has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.compose.inspection import inspect_compose
from tools.uploads.files import SourceFile, Upload

CASES = Path(__file__).parents[4] / "evals" / "cases" / "inspection" / "tuned" / "compose"


def cases() -> Iterator[dict[str, Any]]:
    for path in sorted(CASES.glob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


ALL = list(cases())


@pytest.mark.parametrize("case", ALL, ids=[case["id"] for case in ALL])
def test_verdicts_are_those_of_the_label(case: dict[str, Any]) -> None:
    upload = Upload.of(SourceFile(path, text.encode()) for path, text in case["files"].items())
    verdicts, findings, _ = inspect_compose(upload)
    found = {aspect: str(verdict) for aspect, verdict in verdicts.items()}
    assert found == case["expect"], "\n".join(f"{f.rule} {f.criterion} {f.effect} {f.message}" for f in findings)


def test_the_set_is_large_and_mixed_enough_to_mean_something() -> None:
    assert len(ALL) >= 80
    assert len({case["id"] for case in ALL}) == len(ALL)
    clean = [case for case in ALL if set(case["expect"].values()) == {"met"}]
    assert len(clean) * 4 >= len(ALL)
