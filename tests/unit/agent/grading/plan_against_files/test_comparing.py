"""A claim beside files that bear it out, contradict it, or say nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.grading.plan_against_files.comparing import Disagreement, compare, kinds
from evals.cases import load
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

TWINS: dict[str, dict[str, Any]] = load("against_files/tuned/twins.yaml")


def _compared(twin: dict[str, Any], text: str, plan: str = "") -> tuple[Disagreement, ...]:
    document = SourceFile("plan.md", (plan or f"# Plan\n\n{twin['claim']}\n").encode())
    name = twin.get("file", "compose.yaml")
    if name == "compose.yaml":
        rows = [row for row in (twin.get("service", ""), text) if row]
        rows = [text] if text.startswith("image:") else rows
        text = "services:\n  api:\n" + "".join(f"    {row}\n" for row in rows)
    upload = Upload.of([document, SourceFile(name, text.encode())])
    return compare(document, upload, inspect(upload))


@pytest.mark.parametrize("kind", TWINS)
def test_a_contradiction_is_quoted_from_both_sides(kind: str) -> None:
    found = {one.kind: one for one in _compared(TWINS[kind], TWINS[kind]["contradicts"])}
    assert kind in found
    assert found[kind].claimed.quote.rstrip(".") in TWINS[kind]["claim"]
    assert found[kind].shown.quote


@pytest.mark.parametrize(("kind", "side"), [(kind, side) for kind in TWINS for side in ("agrees", "silent")])
def test_agreement_and_silence_raise_no_alarm(kind: str, side: str) -> None:
    text = TWINS[kind].get(side)
    assert text is None or kind not in {one.kind for one in _compared(TWINS[kind], text)}


@pytest.mark.parametrize("kind", TWINS)
def test_a_plan_that_does_not_speak_of_it_raises_none(kind: str) -> None:
    assert _compared(TWINS[kind], TWINS[kind]["contradicts"], "# Plan\n\nOur team meets on Tuesdays.\n") == ()


def test_every_kind_has_its_twins() -> None:
    assert {kind.name for kind in kinds()} == set(TWINS)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_any_files_can_be_compared(text: str) -> None:
    for name in ("Dockerfile", "compose.yaml", ".github/workflows/ci.yml"):
        _compared({"file": name, "claim": "All run as non-root with port 8080, built once, limited to 1 GB."}, text)


@pytest.mark.parametrize(
    ("named", "base", "same"),
    [
        ("node:20-slim", "node:20-slim", True),
        ("python:3.12-alpine", "python:3.12-alpine3.20", True),
        ("debian:12-slim", "python:3.12-slim-bookworm", True),
        ("python:3.12-slim", "python:3.12-alpine", False),
        ("ubi9/ubi-minimal:9.4", "node:20-slim", False),
    ],
)
def test_the_name_of_an_image_says_its_distribution(named: str, base: str, same: bool) -> None:
    plan = f"# Plan\n\nThe base image {named} moves, so its version is fixed.\n"
    found = _compared({"file": "Dockerfile"}, f"FROM {base}\nUSER 1000\n", plan)
    assert ("base-image" not in {one.kind for one in found}) is same
