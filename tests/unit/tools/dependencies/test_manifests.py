from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.dependencies.manifests import ecosystem_of, has_lock, is_lock, unpinned
from tools.dependencies.python_requirements import hashed, includes, left_open
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def file(path: str, text: str) -> SourceFile:
    return SourceFile(path, text.encode())


def open_in(path: str, text: str) -> list[tuple[str, int]]:
    return [(requirement.name, requirement.line) for requirement in unpinned(file(path, text))]


@pytest.mark.parametrize(
    "written",
    [
        "fastapi==0.115.0",
        "uvicorn[standard]==0.30.6",
        "torch===2.4.0+cpu",
        "numpy == 2.1.0 ; python_version > '3.9'",
        f"pkg @ git+https://example.com/pkg.git@{COMMIT}",
        f"git+https://user@example.com/pkg.git@{COMMIT}#egg=pkg",
        "pkg @ https://example.com/pkg-1.0.tar.gz#sha256=" + "a" * 64,
        "-e .",
        "./local",
        "click==8.1.7 --hash=sha256:" + "b" * 64,
        "requests>=2.0,==2.32.3",
    ],
)
def test_a_fixed_python_requirement_is_not_reported(written: str) -> None:
    assert open_in("requirements.txt", written) == []


@pytest.mark.parametrize(
    "written",
    [
        "fastapi",
        "fastapi>=0.115",
        "fastapi~=0.115.0",
        "fastapi==0.115.*",
        "fastapi[all]",
        "pkg @ git+https://example.com/pkg.git@main",
        "git+https://user@example.com/pkg.git",
        "https://example.com/pkg-1.0.tar.gz",
        "-e git+https://example.com/pkg.git#egg=pkg",
    ],
)
def test_an_open_python_requirement_is_reported(written: str) -> None:
    assert len(open_in("requirements.txt", written)) == 1


def test_lines_are_those_of_the_file_across_comments_and_continuations() -> None:
    text = "# pins\nfastapi==0.1 \\\n    --hash=sha256:aa\n\nhttpx  # newest\n-r more.txt\n--index-url https://example.com\n"
    assert open_in("requirements.txt", text) == [("httpx", 5)]


def test_a_file_with_a_checksum_for_each_requirement_is_hashed() -> None:
    assert hashed(file("requirements.txt", "a==1 --hash=sha256:x\nb==2 \\\n --hash=sha256:y\n"))
    assert not hashed(file("requirements.txt", "a==1 --hash=sha256:x\nb==2\n"))
    assert not hashed(file("requirements.txt", ""))


def test_includes_are_paths_from_the_root() -> None:
    text = "-r ../base.txt\n--constraint=c.txt\n-r https://example.com/x.txt\n"
    assert includes(file("api/requirements.txt", text)) == (("-r", "base.txt", 1), ("-c", "api/c.txt", 2))


def test_pyproject_dependencies_are_read_in_every_form() -> None:
    text = """[project]
dependencies = ["fastapi==0.115.0", "httpx>=0.27"]
[project.optional-dependencies]
gpu = ["torch"]
[tool.poetry.dependencies]
python = "^3.11"
pydantic = "^2.0"
rich = "13.7.1"
pkg = {git = "https://example.com/pkg.git", branch = "main"}
"""
    assert open_in("pyproject.toml", text) == [("httpx", 2), ("torch", 4), ("pydantic", 7), ("pkg", 9)]


def test_package_json_ranges_are_open_and_exact_versions_are_not() -> None:
    text = '{\n "dependencies": {\n  "a": "^1.0.0",\n  "b": "1.2.3",\n  "c": "latest",\n  "d": "file:../d"\n }\n}'
    assert open_in("package.json", text) == [("a", 3), ("c", 5)]


def test_conda_environments_are_read_with_their_pip_part() -> None:
    text = """name: lab
channels: [conda-forge]
dependencies:
  - python=3.11.9
  - numpy
  - conda-forge::faiss-cpu=1.8.0
  - pip
  - pip:
      - torch==2.4.0
      - transformers
"""
    assert open_in("environment.yml", text) == [("numpy", 5), ("pip", 7), ("transformers", 10)]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("Cargo.toml", '[dependencies]\nserde = "1.0"\nexact = "=1.2.3"\nown = { path = "../own" }\n', ["serde"]),
        ("Gemfile", "gem 'rails', '~> 7.0'\ngem 'pg', '1.5.6'\ngem \"puma\"\n", ["rails", "puma"]),
        ("go.mod", "require (\n  example.com/a v1.2.3\n  example.com/b latest\n)\n", ["example.com/b"]),
        ("Pipfile", '[packages]\nflask = "*"\nrich = "==13.7.1"\n', ["flask"]),
        ("poetry.lock", "anything", []),
        ("constraints.txt", "a>=1", []),
        ("notes.txt", "a>=1", []),
    ],
)
def test_other_ecosystems(path: str, text: str, names: list[str]) -> None:
    assert [name for name, _ in open_in(path, text)] == names


def test_a_lock_is_found_by_ecosystem_and_folder() -> None:
    upload = Upload.of([file("web/package-lock.json", "{}"), file("requirements.txt", "a==1\nb==2\n")])
    assert has_lock(upload, "node")
    assert has_lock(upload, "node", "web")
    assert not has_lock(upload, "node", "")
    assert has_lock(upload, "python")
    assert not has_lock(upload, "rust")


def test_open_requirements_are_no_lock() -> None:
    assert not has_lock(Upload.of([file("requirements.txt", "a\n")]), "python")
    assert not has_lock(Upload.of([file("requirements.txt", "-r other.txt\n")]), "python")


def test_kinds_of_files() -> None:
    assert ecosystem_of("a/requirements-dev.txt") == "python"
    assert ecosystem_of("go.sum") == "go"
    assert ecosystem_of("plan.md") is None
    assert is_lock("web/yarn.lock")
    assert not is_lock("package.json")


@pytest.mark.parametrize("path", ["pyproject.toml", "package.json", "Cargo.toml", "Pipfile"])
def test_a_file_that_does_not_parse_says_what_to_do(path: str) -> None:
    with pytest.raises(UnreadableFile, match="not valid"):
        unpinned(file(path, "[[[{"))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000])
def test_deep_nesting_is_unreadable_and_no_crash(text: str) -> None:
    for path in ("package.json", "pyproject.toml"):
        with pytest.raises(UnreadableFile):
            unpinned(file(path, text))


@given(
    st.sampled_from(["requirements.txt", "pyproject.toml", "package.json", "environment.yml", "go.mod", "Gemfile"]),
    st.text(max_size=300),
)
def test_any_text_is_read_or_refused(path: str, text: str) -> None:
    try:
        found = unpinned(file(path, text))
    except UnreadableFile:
        return
    assert all(requirement.line >= 1 and requirement.why for requirement in found)


@given(st.text(max_size=80))
def test_any_requirement_is_judged(written: str) -> None:
    requirement = left_open(written)
    assert requirement is None or requirement.why
