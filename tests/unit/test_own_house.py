"""The project takes its own medicine, and its documents say what is there."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from agent.settings import Settings
from tools.findings import Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

ROOT = Path(__file__).parents[2]


def test_our_dockerfile_and_compose_file_pass_our_own_inspection() -> None:
    names = ("Dockerfile", ".dockerignore", "compose.yaml", "requirements.lock")
    upload = Upload.of(SourceFile(name, (ROOT / name).read_bytes()) for name in names)
    verdicts = inspect(upload).criteria
    assert {name: verdict for name, verdict in verdicts.items() if verdict is not Verdict.MET} == {}


@pytest.mark.parametrize("package", ["agent", "evals", "integrations", "knowledge", "tools"])
def test_a_package_is_ours_and_not_another_of_that_name(package: str) -> None:
    assert (importlib.import_module(package).__file__ or "").startswith(str(ROOT))


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"TUTOR_{name.upper()}")
        assert f"`{variable}`" in readme, variable
