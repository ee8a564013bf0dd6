"""The guide to a new artefact type shows the files that the tests register and use."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from tools.artefacts.description import ArtefactType

ROOT = Path(__file__).parents[4]
GUIDE = (ROOT / "docs" / "adding-an-artefact-type.md").read_text("utf-8")
FOLDER = ROOT / "tests" / "artefacts" / "kubernetes"
RUBRIC = ROOT / "tests" / "packs" / "on-kubernetes" / "lessons" / "running-on-kubernetes" / "rubric.yaml"


def test_the_guide_shows_every_module_of_the_example_as_it_is() -> None:
    shown = dict(re.findall(r"(?s)### `tools/artefacts/types/kubernetes/([\w.]+)`\n.*?```python\n(.*?)```", GUIDE))
    modules = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.py")}
    assert shown == modules


def test_the_guide_shows_a_criterion_of_the_example_s_lesson() -> None:
    (shown,) = re.findall(r"(?s)```yaml\n(.*?)```", GUIDE)
    assert shown in RUBRIC.read_text("utf-8")


def test_the_guide_says_what_each_field_is_for() -> None:
    rows = "\n".join(line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", rows)) == {field.name for field in fields(ArtefactType)}
