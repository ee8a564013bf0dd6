"""How a message names what was handed in, for the types that the readers learned and for one that came later."""

from __future__ import annotations

import pytest

from agent.understanding.known_words import in_known_words
from agent.understanding.topics import named_artefact
from knowledge.course.loader import load_course
from tools.artefacts.discovery import also_from

CONTAINERS, RELEASE = load_course().lessons


@pytest.mark.parametrize(
    ("text", "artefact"),
    [
        ("a hint for my Dockerfile", "dockerfile"),
        ("I am lost with the docker file", "dockerfile"),
        ("a hint for my stack", "compose"),
        ("the blueprint", "compose"),
        ("this stack trace", ""),
        ("my plan and my compose file", ""),
        ("an explanation", ""),
    ],
)
def test_one_named_artefact_of_the_lesson_is_found(text: str, artefact: str) -> None:
    assert named_artefact(text, CONTAINERS) == artefact


def test_what_the_lesson_does_not_ask_for_is_not_named() -> None:
    assert named_artefact("a hint for my Dockerfile", RELEASE) == ""
    assert named_artefact("the plan, not the Dockerfile", RELEASE) == "plan"


def test_names_that_the_readers_learned_stay_and_others_become_a_word_of_theirs() -> None:
    shipped = "annotate my Dockerfile, my compose file, the .dockerignore and the plan"
    assert in_known_words(f"{shipped}, and my kubernetes manifest") == f"{shipped}, and my kubernetes manifest"
    with also_from("tests.artefacts"):
        assert in_known_words(f"{shipped}, and my kubernetes manifest") == f"{shipped}, and my file"
