"""The work of the checks grows as the input does, in each dimension: calls are counted, no time is taken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType

import pytest

from tools.inspection.ignoring import ignores_in
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

Files = Mapping[str, str]

HEAD, TAIL = "FROM python:3.12-slim\n", 'USER 1\nCMD ["x"]\n'
BUILT = HEAD + "COPY . .\n" + TAIL


def _calls(files: Files, work: Callable[[Upload], object] = inspect) -> int:
    upload, counted = Upload.of([SourceFile(path, text.encode()) for path, text in files.items()], len(files)), 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work(upload)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("words", ["a ", "key.pem ", "dir/ ", "<<A ", "&& b ", "$X "])
@pytest.mark.parametrize("keyword", ["COPY", "RUN", "ENV", "CMD"])
def test_twice_the_line_is_at_most_about_twice_the_work(keyword: str, words: str) -> None:
    def of(line: str) -> Files:
        return {"Dockerfile": f"{HEAD}{line}\n{TAIL}"}

    _calls(of(f"{keyword} a b"))  # what is loaded once is loaded now
    short, long = (_calls(of(f"{keyword} {words * number} /x")) for number in (400, 800))
    assert long < 2.5 * short


def _stages(number: int) -> Files:
    each = "FROM python:3.12-slim AS s{0}\nRUN pip install x{0}\nCOPY --from=s{1} /a /a\n"
    return {"Dockerfile": "".join(each.format(one, max(one - 1, 0)) for one in range(number)) + TAIL}


def _stages_on_stages(number: int) -> Files:
    each = "FROM s{0} AS s{1}\nENV A{0}=1\nRUN pip install x{0}\n"
    below = "FROM python:3.12-slim AS s0\n"
    return {"Dockerfile": below + "".join(each.format(one, one + 1) for one in range(number)) + TAIL}


def _findings(number: int) -> Files:
    each = "ENV KEY{0}=sk-live-kd83hs{0}\nRUN apt-get install x{0} && curl http://a/b{0} | sh\n"
    return {"Dockerfile": HEAD + "".join(each.format(one) for one in range(number)) + TAIL}


def _dockerfiles(number: int) -> Files:
    text = HEAD + "COPY a b ./\nRUN pip install -r requirements.txt\n" + TAIL
    return {f"d{one}/Dockerfile": text for one in range(number)} | {
        f"d{one}/requirements.txt": "flask\n" for one in range(number)
    }


def _files(number: int) -> Files:
    return {"Dockerfile": BUILT} | {f"a/b{one % 50}/f{one}.py": "x = 'y'\n" for one in range(number)}


def _ignored(number: int) -> Files:
    patterns = "".join(f"**/a{one}*/b?\n" for one in range(number))
    return {"Dockerfile": BUILT, ".dockerignore": patterns} | {f"q/w{one}/.env": "A=1" for one in range(5)}


def _services(number: int) -> Files:
    each = "  s{0}:\n    image: redis\n    depends_on: [s{1}]\n    ports: ['{2}:80']\n    volumes: ['v{0}:/data']\n"
    return {
        "compose.yaml": "services:\n"
        + "".join(each.format(one, max(one - 1, 0), one + 1000) for one in range(number))
        + "volumes:\n"
        + "".join(f"  v{one}: {{}}\n" for one in range(number))
    }


def _built_services(number: int) -> Files:
    each = "  s{0}:\n    build: ./s{0}\n    depends_on: [s{1}]\n"
    code = "import os\nregion = os.environ['REGION']\nurl = 'http://s:80'\n"
    return (
        {"compose.yaml": "services:\n" + "".join(each.format(one, max(one - 1, 0)) for one in range(number))}
        | {f"s{one}/Dockerfile": BUILT for one in range(number)}
        | {f"s{one}/app.py": code for one in range(number)}
    )


@pytest.mark.parametrize(
    "grown",
    [
        _stages,
        _stages_on_stages,
        _findings,
        _dockerfiles,
        _files,
        _ignored,
        _services,
        _built_services,
    ],
)
def test_twice_as_many_are_at_most_about_twice_the_work(grown: Callable[[int], Files]) -> None:
    _calls(grown(2))
    few, many = (_calls(grown(number)) for number in (100, 200))
    assert many < 2.2 * few


@pytest.mark.parametrize("path", ["Dockerfile", "requirements.txt", ".env", "plan.md", "start.sh", "notes.txt"])
@pytest.mark.parametrize("words", ["a ", "http://a:b@c/ ", "x=y ", "a,b;", "-----BEGIN ", "key: "])
def test_twice_a_line_of_another_file_is_at_most_about_twice_the_work(path: str, words: str) -> None:
    files = {"Dockerfile": BUILT, "compose.yaml": "services: {a: {build: .}}"}
    _calls(files | {path: words})
    short, long = (_calls(files | {path: words * number}) for number in (500, 1_000))
    assert long < 2.5 * short


def test_comments_are_read_once_each() -> None:
    def of(number: int) -> Files:
        return {"compose.yaml": "a:\n" + "  # tutor: ignore=compose-no-limits so\n  b: 1\n" * number}

    few, many = (_calls(of(number), ignores_in) for number in (50, 100))
    assert many < 2.5 * few
