from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.dependencies.program_needs import addresses_in, programs, variables_read
from tools.uploads.files import SourceFile, Upload


def read(path: str, text: str) -> list[tuple[str, int]]:
    return [(need.name, need.line) for need in variables_read(SourceFile(path, text.encode()))]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("a.py", "key = os.environ['API_REGION']", ["API_REGION"]),
        ("a.py", 'key = os.getenv("API_REGION")', ["API_REGION"]),
        ("a.py", "key = os.environ.get('API_REGION', 'eu')", []),
        ("a.py", "key = os.getenv('API_REGION') or 'eu'", []),
        ("a.py", "os.environ['API_REGION'] = 'eu'", []),
        ("a.py", "# os.environ['API_REGION']", []),
        ("a.py", "home = os.environ['HOME']", []),
        ("a.ts", "const r = process.env.API_REGION!", ["API_REGION"]),
        ("a.js", "const r = process.env.API_REGION || 'eu'", []),
        ("a.js", "const r = process.env.API_REGION ?? 'eu'", []),
        ("a.go", 'region := os.Getenv("API_REGION")', ["API_REGION"]),
        ("start.sh", ': "${API_REGION:?is not set}"', ["API_REGION"]),
        ("start.sh", 'echo "${API_REGION:-eu}"', []),
        ("notes.txt", "os.environ['API_REGION']", []),
    ],
)
def test_variables_without_a_value_of_their_own(path: str, text: str, names: list[str]) -> None:
    assert [name for name, _ in read(path, text)] == names


def test_each_variable_once_at_its_first_line() -> None:
    assert read("a.py", "\nos.environ['X_Y']\nos.environ['X_Y']\n") == [("X_Y", 2)]


def test_tests_are_no_programs() -> None:
    paths = ("app.py", "tests/test_app.py", "test_app.py", "web/app.spec.ts", "README.txt")
    upload = Upload.of(SourceFile(path, b"x") for path in paths)
    assert [file.path for file in programs(upload)] == ["app.py"]


@given(st.text(max_size=200), st.sampled_from(["a.py", "a.js", "a.sh", "a.go"]))
def test_any_text_is_read(text: str, path: str) -> None:
    assert read(path, text) is not None


def test_what_stands_in_a_string_of_python_is_no_code() -> None:
    assert read("a.py", "EXAMPLE = \"import os\\nkey = os.environ['SEARCH_REGION']\"\n") == []
    example = SourceFile("a.py", b"BAD = \"services: {api: {environment: {URL: 'http://search:9200'}}}\"\n")
    assert [text for _, text in addresses_in(example)] == []


def test_python_that_is_none_is_read_line_by_line() -> None:
    assert read("a.py", "print 'x'\nkey = os.environ['API_REGION']\n") == [("API_REGION", 2)]
