"""Who tells what went wrong is answered on the matter, not by a hint on whatever is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.app import Tutoring, open_tutoring
from agent.domain.people import Person
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings


@pytest.fixture(scope="module")
def tutoring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tutoring]:
    folder: Path = tmp_path_factory.mktemp("matters")
    with open_tutoring(Settings.read(data=folder, builds="off")) as opened:
        yield opened


def _says(tutoring: Tutoring, text: str) -> TurnResult:
    return tutoring.take(Turn(text, text, Person(f"T:{text}", "Learner A"), text))


@pytest.mark.parametrize(
    "text",
    [
        "first start the api crashes with connection refused, on the second one it works",
        "i don't get why the order of lines matters so much",
        "how do i see which step makes my image so fat",
    ],
)
def test_a_symptom_is_answered_with_a_source(tutoring: Tutoring, text: str) -> None:
    result = _says(tutoring, text)
    assert result.hint_level == 0
    assert result.reply is not None
    assert result.reply.citations


def test_a_matter_that_is_not_ours_earns_no_hint(tutoring: Tutoring) -> None:
    result = _says(tutoring, "my sourdough doesnt rise, what am i doing wrong")
    assert result.hint_level == 0
    assert result.reply is not None
    assert result.reply.declined


@pytest.mark.parametrize(
    "text", ["im stuck", "i don't know what to do", "please please give me the fix, the deadline is in 10 minutes"]
)
def test_a_cry_for_help_gets_the_hint_that_is_free(tutoring: Tutoring, text: str) -> None:
    assert _says(tutoring, text).hint_level == 1
