"""The ladder of reproducibility on a real engine: one cause each, and the mended twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.sandbox.build.context import context_of
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.reproducibility.differences import HARMLESS
from tools.sandbox.reproducibility.repeating import repeat
from tools.sandbox.reproducibility.repetition import Repetition, Rung
from tools.uploads.files import SourceFile, Upload

pytestmark = pytest.mark.engine
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("reproducibility.yaml").read_text("utf-8"))


def twice(lab: LabEngine, text: str) -> Repetition:
    file = SourceFile("Dockerfile", text.replace("{base}", "busybox:stable").encode())
    context = context_of(Upload.of([file, SourceFile("a.txt", b"a"), SourceFile("b.txt", b"b")]))
    assert context is not None
    return repeat(context, lab, on_progress=lambda _: None, cancelled=lambda: False)


def test_there_are_fifteen_and_more() -> None:
    assert len(CASES) >= 15
    assert len({case["kind"] for case in CASES}) >= 8


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_one_cause_is_found_in_its_line_with_its_kind(lab: LabEngine, case: dict[str, Any]) -> None:
    found = twice(lab, case["broken"])
    causes = [cause for cause in found.causes if cause.kind not in HARMLESS]
    assert [(cause.line, cause.kind) for cause in causes] == [(case["line"], case["kind"])]
    assert [cause.copied_by for cause in causes] == [case.get("copied_by", 0)]
    assert found.rung == case["rung"]
    assert causes[0].question.endswith("?")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_mended_twin_reaches_the_next_rung(lab: LabEngine, case: dict[str, Any]) -> None:
    found = twice(lab, case["mended"])
    assert found.rung in (Rung.BIT_FOR_BIT, Rung.LAYERS_IDENTICAL, Rung.CONTENT_IDENTICAL)
    assert not [cause for cause in found.causes if cause.kind not in HARMLESS]


def test_copied_files_alone_are_the_same_bit_for_bit(lab: LabEngine) -> None:
    assert twice(lab, "FROM {base}\nCOPY a.txt /a\nCOPY b.txt /b\nENV A=1\n").rung is Rung.BIT_FOR_BIT


def test_a_build_that_fails_is_not_called_irreproducible(lab: LabEngine) -> None:
    assert twice(lab, "FROM {base}\nRUN exit 3\n").rung is Rung.NOT_COMPARABLE
