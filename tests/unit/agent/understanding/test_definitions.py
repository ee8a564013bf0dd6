"""What a word means: how it is asked for, and which sentence says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.definitions import Term

IMAGE = "An image is the read-only template that a container is started from."


@pytest.mark.parametrize(
    "question",
    [
        "what is an image", "what's an image?", "whats a docker image", "What is a Docker image exactly?",
        "ok so, what are images", "define image", "explain images", "what does image mean?",
    ],
)  # fmt: skip
def test_a_word_is_asked_for(question: str) -> None:
    term = Term.asked(question)
    assert term is not None
    assert term.is_defined_by(IMAGE)


@pytest.mark.parametrize(
    "question",
    ["", "image", "how do I shrink an image?", "what is the difference between an image and a container", "why images"],
)
def test_other_questions_ask_for_no_word(question: str) -> None:
    assert Term.asked(question) is None


@pytest.mark.parametrize(
    ("word", "sentence", "defined"),
    [
        ("registry", "A registry stores images so that another machine can pull them.", True),
        ("cgroup", "Namespaces give a view, and control groups (cgroups) bound how much memory it may use.", True),
        ("namespace", "Namespaces give the container its private view.", True),
        ("cache mount", "A cache mount (RUN --mount=type=cache) keeps downloads between builds.", True),
        ("EXPOSE", "EXPOSE only documents a port.", True),
        ("image", "An image name has a registry, a repository and a tag.", False),
        ("volume", "A volume is no backup, because it lives on the same disk.", False),
        ("container", "A container does not fix everything.", False),
        ("image", "A Dockerfile is the recipe of an image.", False),
        ("process", "A process ends when its main thread does.", True),
    ],
)
def test_a_definition_has_the_word_as_its_subject(word: str, sentence: str, *, defined: bool) -> None:
    assert Term(word).is_defined_by(sentence) is defined


@given(st.text(max_size=400))
def test_any_text_can_be_asked_and_read(text: str) -> None:
    term = Term.asked(text) or Term.asked(f"what is {text}")
    if term is not None:
        assert isinstance(term.is_defined_by(text), bool)
