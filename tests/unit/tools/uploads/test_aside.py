"""What an upload is about, and what only stands in it."""

from __future__ import annotations

import pytest

from tools.artefacts.registry import documents_in
from tools.inspection.inspector import inspect
from tools.uploads.aside import common_folder
from tools.uploads.files import SourceFile, Upload

GOOD = 'FROM python:3.12.7-slim\nWORKDIR /app\nCOPY app.py .\nUSER 10001\nCMD ["python", "app.py"]\n'
BAD = "FROM ubuntu\nCMD sleep 1\n"


def upload(**files: str) -> Upload:
    return Upload.of(SourceFile(path.replace("__", "/"), text.encode()) for path, text in files.items())


@pytest.mark.parametrize("folder", ["tests/fixtures", "testdata", "vendor/x", "templates", "docs", "{{name}}"])
def test_what_stands_aside_is_not_judged_beside_the_repositorys_own(folder: str) -> None:
    found = upload(**{"Dockerfile": GOOD, "app.py": "x", f"{folder}/Dockerfile": BAD})
    assert not [finding for finding in inspect(found).findings if finding.effect]


def test_examples_are_looked_at_where_there_is_nothing_else() -> None:
    assert inspect(upload(examples__Dockerfile=BAD, README="x")).criteria["D1"] == "not met"
    assert inspect(upload(tests__fixtures__Dockerfile=BAD, README="x")).criteria["D1"] == "not checked"


def test_a_folder_that_holds_everything_says_nothing() -> None:
    assert inspect(upload(tests__Dockerfile=BAD, tests__app="x")).criteria["D1"] == "not met"


def test_what_the_blueprint_builds_is_judged_wherever_it_stands() -> None:
    stack = "services:\n  mock:\n    build: ./tests\n"
    found = inspect(upload(**{"compose.yaml": stack, "Dockerfile": GOOD, "app.py": "x", "tests/Dockerfile": BAD}))
    assert any(finding.file == "tests/Dockerfile" and finding.effect for finding in found.findings)


@pytest.mark.parametrize(
    ("paths", "folder"),
    [((), ""), (("a/b",), "a/"), (("a/b/c", "a/b/d"), "a/b/"), (("ab/c", "a/c"), ""), (("a/b", "c"), "")],
)
def test_the_folder_of_all(paths: tuple[str, ...], folder: str) -> None:
    assert common_folder(paths) == folder


@pytest.mark.parametrize(
    ("paths", "plan"),
    [
        (("README.md", "CHANGELOG.md"), None),
        (("README.md", "docs/hardening-plan.md"), "docs/hardening-plan.md"),
        (("README.md", "notes.md"), "notes.md"),
        (("README.md", "src/prompts/system/tone.md"), None),
        (("week5/README.md", "week5/submission.md"), "week5/submission.md"),
    ],
)
def test_the_plan_of_a_repository(paths: tuple[str, ...], plan: str | None) -> None:
    found = documents_in(Upload.of(SourceFile(path, b"We store jobs in Redis.") for path in paths))
    assert [file.path for file in found.values()] == ([plan] if plan else [])


def test_a_readme_is_the_plan_where_it_says_so() -> None:
    assert documents_in(Upload.of([SourceFile("README.md", b"# Deployment hardening plan\n")]))
