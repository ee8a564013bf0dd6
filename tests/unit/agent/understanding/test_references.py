"""What a message points at by its form, each kind by itself, and what looks alike and points at nothing."""

from __future__ import annotations

import pytest

from agent.understanding.references import References, criterion_named, read_references
from knowledge.course.loader import load_course
from knowledge.course.pack import Criterion

FILES = ("Dockerfile", "api/Dockerfile", "compose.yaml", "plan.md")


@pytest.fixture(scope="module")
def rubric() -> tuple[Criterion, ...]:
    return tuple(load_course().lessons[0].rubric)


def _read(text: str, rubric: tuple[Criterion, ...]) -> References:
    return read_references(text, rubric, FILES)


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("why is D1 open?", "D1"),
        ("and p2", "P2"),
        ("what about b3, not D9", "B3"),
        ("that is about locked dependencies I think", "D2"),
        ("my explicit-process thing", "D5"),
        ("Z9 and D99 are none", ""),
        ("nothing of the kind", ""),
        ("the D1000 is a camera", ""),
    ],
)
def test_a_criterion_is_named_by_its_id_or_by_its_name(
    text: str, criterion: str, rubric: tuple[Criterion, ...]
) -> None:
    assert criterion_named(text, rubric) == criterion
    assert _read(text, rubric).criterion == criterion


def test_an_id_goes_before_a_name(rubric: tuple[Criterion, ...]) -> None:
    assert _read("is locked dependencies the same as D5?", rubric).criterion == "D5"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("what is wrong with line 8?", 8),
        ("Lines 12 to 14", 12),
        ("L7 please", 7),
        ("in Zeile 3 steht das", 3),
        ("line #5", 5),
        ("the deadline 5 is near", 0),
        ("3 lines of code", 0),
    ],
)
def test_a_line(text: str, line: int, rubric: tuple[Criterion, ...]) -> None:
    assert _read(text, rubric).line == line


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("look at my dockerfile", "Dockerfile"),
        ("the one in api/Dockerfile", "api/Dockerfile"),
        ("COMPOSE.YAML line 3", "compose.yaml"),
        ("my notes.txt", ""),
    ],
)
def test_a_file_is_one_that_was_sent(text: str, file: str, rubric: tuple[Criterion, ...]) -> None:
    assert _read(text, rubric).file == file


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("number 2", 2),
        ("remark 3 is wrong", 3),
        ("#4", 4),
        ("2", 2),
        ("  3. ", 3),
        ("the second one", 2),
        ("third remark please", 3),
        ("i have 2 files", 0),
        ("python 3.12", 0),
    ],
)
def test_a_number_of_a_list(text: str, number: int, rubric: tuple[Criterion, ...]) -> None:
    assert _read(text, rubric).number == number


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("show me the rest", True),
        ("what are the 4 more remarks?", True),
        ("which ones did you leave out", True),
        ("the others too", True),
        ("i need to restart it", False),
        ("what is a volume", False),
    ],
)
def test_the_rest_of_a_list(text: str, rest: bool, rubric: tuple[Criterion, ...]) -> None:
    assert _read(text, rubric).rest is rest


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("why?", True),
        ("and how do I check that", True),
        ("is it safe?", True),
        ("what is a multi-stage build", False),
        ("why does the cache of my build miss so often in the pipeline", False),
    ],
)
def test_what_leans_on_what_was_said(text: str, leans: bool, rubric: tuple[Criterion, ...]) -> None:
    assert _read(text, rubric).leans is leans


@pytest.mark.parametrize(
    ("text", "instructions"),
    [
        ("how do I fix the CMD thing?", ("CMD",)),
        ("the user thing and depends_on", ("USER", "depends_on")),
        ("COPY before RUN, or RUN before COPY?", ("COPY", "RUN")),
        ("healthcheck and Volumes", ("HEALTHCHECK", "volumes")),
        ("how do I run it from a copy as another user", ()),
    ],
)
def test_instructions_and_keys_as_they_stand_in_a_file(
    text: str, instructions: tuple[str, ...], rubric: tuple[Criterion, ...]
) -> None:
    assert _read(text, rubric).instructions == instructions


def test_a_file_in_a_folder_is_named_by_its_name_alone(rubric: tuple[Criterion, ...]) -> None:
    assert read_references("the Dockerfile", rubric, ["api/Dockerfile"]).file == "api/Dockerfile"


def test_an_empty_message_points_at_nothing(rubric: tuple[Criterion, ...]) -> None:
    assert _read("", rubric) == References(leans=True)
