"""The work of the checks grows with a line as the line does: calls are counted, no time is taken."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload


def _calls(line: str) -> int:
    text = f'FROM python:3.12-slim\n{line}\nUSER 1\nCMD ["x"]\n'
    upload, counted = Upload.of([SourceFile("Dockerfile", text.encode())]), 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        inspect(upload)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("words", ["a ", "key.pem ", "dir/ ", "<<A ", "&& b ", "$X "])
@pytest.mark.parametrize("keyword", ["COPY", "RUN", "ENV", "CMD"])
def test_twice_the_line_is_at_most_about_twice_the_work(keyword: str, words: str) -> None:
    _calls(f"{keyword} a b")  # what is loaded once is loaded now
    short, long = (_calls(f"{keyword} {words * number} /x") for number in (400, 800))
    assert long < 2.5 * short
