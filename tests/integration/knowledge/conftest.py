"""A course of one small lesson, and knowledge over it in an index of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.app import Knowledge, open_knowledge
from agent.settings import Settings
from knowledge.course.loader import SHIPPED

LESSON = "release-pipelines"


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(SHIPPED / "lessons" / LESSON, folder / "lessons" / LESSON)
    (folder / "course.yaml").write_text(f"id: small\ntitle: A small course\nlessons: [{LESSON}]\n", "utf-8")
    (folder / "outside.yaml").write_text("- how do I bake bread\n- who won the match\n", "utf-8")
    return folder


@pytest.fixture(scope="session")
def made(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's index, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    open_knowledge(Settings.read(data=folder, course=course, index_url=""))
    return folder


@pytest.fixture
def opened(course: Path, made: Path, tmp_path: Path) -> Callable[[], Knowledge]:
    """Opens knowledge on the same folder again and again, as separate commands would."""
    data = tmp_path / "tutor"
    shutil.copytree(made, data)
    return lambda: open_knowledge(Settings.read(data=data, course=course, index_url=""))
