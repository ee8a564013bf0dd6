"""A difference that a COPY carries along belongs to the stage that made it."""

from __future__ import annotations

import pytest

from tools.sandbox.reproducibility.differences import TarKind
from tools.sandbox.reproducibility.repetition import DifferenceCause, Repetition, Rung
from tools.sandbox.reproducibility.tracing import stage_named, traced, with_name

TEXT = """FROM a:1 AS build
RUN date > /out/built
FROM b:1
RUN make
FROM c:1
COPY --from=build /out /app
COPY --from=1 /x /
"""
STAGES = [("", 2), ("build", 0), ("BUILD", 0), ("1", 1), ("9", None), ("c:1", None)]


def _cause(line: int, kind: TarKind = TarKind.DATE, example: str = "/out/built") -> DifferenceCause:
    return DifferenceCause(line, "a step", kind, 1, example, "It differs.", "Why?")


def _repetition(*causes: DifferenceCause) -> Repetition:
    return Repetition(Rung.EXPLAINED_NOISE, "They differ.", causes=causes)


@pytest.mark.parametrize(
    ("target", "index"), [("", 2), ("build", 0), ("BUILD", 0), ("1", 1), ("9", None), ("c:1", None)]
)
def test_a_stage_is_found_by_its_name_or_its_number(target: str, index: int | None) -> None:
    found = stage_named(TEXT, target)
    assert (found.index if found is not None else None) == index


def test_only_a_stage_without_a_name_is_given_one() -> None:
    assert with_name(TEXT, "") == (TEXT, "")
    assert with_name(TEXT, "0") == (TEXT, "build")
    named, target = with_name(TEXT, "1")
    assert named.splitlines()[2] == f"FROM b:1 AS {target}"
    assert len(named.splitlines()) == len(TEXT.splitlines())


def test_a_cause_is_traced_to_its_line() -> None:
    asked: list[str] = []

    def of_stage(name: str) -> Repetition:
        asked.append(name)
        return _repetition(_cause(2), _cause(2, example="/elsewhere"), _cause(2, TarKind.RANDOM))

    found = traced(_repetition(_cause(6, example="/app/built"), _cause(6, TarKind.TIME)), TEXT, of_stage)
    assert [(cause.line, cause.copied_by, cause.kind) for cause in found.causes] == [
        (2, 6, TarKind.DATE),
        (6, 0, TarKind.TIME),
    ]
    assert asked == ["build"]


def test_what_the_stage_does_not_show_stays_where_it_was_seen() -> None:
    found = traced(_repetition(_cause(7, TarKind.CONTENT)), TEXT, lambda _: _repetition(_cause(4)))
    assert [(cause.line, cause.copied_by) for cause in found.causes] == [(7, 0)]
