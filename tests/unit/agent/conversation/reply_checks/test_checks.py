"""Each check by itself: what it holds back, and that it lets the same thing pass where it is true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.conversation.facts import Fact, FactBook
from agent.conversation.mind import Trail
from agent.conversation.reply_checks.check import Check, Matter
from agent.conversation.reply_checks.engine_facts import Deeds, Verdicts
from agent.conversation.reply_checks.exactness import Exactness
from agent.conversation.reply_checks.form import Form
from agent.conversation.reply_checks.grounding import opposed
from agent.conversation.reply_checks.segment import Draft, ReplyArguments, Segment, drafts_of, joined
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.view import View
from tests.samples import criterion, lesson

BOOK = FactBook(
    [
        Fact("D1.verdict", "not met"),
        Fact("P7.verdict", "met"),
        Fact("gate.state", "open"),
        Fact("remark1.place", "`Dockerfile` line 7", "`CMD uvicorn app:main`"),
        Fact("card:digest", "A digest is a hash of 64 digits, written as `@sha256:`."),
    ]
)


@pytest.fixture
def matter(view: View) -> Matter:
    of_lesson = lesson("one", 1, criterion("D1"), criterion("P7"))
    said = replace(view.context, turn=replace(view.context.turn, text="why is line 12 wrong?"), lesson=of_lesson)
    return Matter(replace(view, context=said), BOOK, Trail())


def _draft(text: str, kind: str = "answer", sources: tuple[str, ...] = ()) -> Draft:
    segment = Segment(kind=kind, text=text, sources=list(sources))
    return drafts_of(ReplyArguments(segments=[segment]), BOOK)[0]


def _refused(check: Check, draft: Draft, matter: Matter) -> bool:
    return bool(check.reason(draft, (), matter))


def test_values_are_put_in_by_the_engine() -> None:
    draft = _draft("Look at {remark1.place}: D1 is {D1.verdict}, and ${HOME} stays.")
    assert draft.text == "Look at `Dockerfile` line 7: D1 is not met, and ${HOME} stays."
    assert [fact.id for fact in draft.slots] == ["remark1.place", "D1.verdict"]
    assert _draft("{D9.verdict}").faults == ("D9.verdict",)


def test_a_question_and_a_list_stand_apart() -> None:
    drafts = [_draft("No."), _draft("It moves."), _draft("- a\n- b"), _draft("Why?", "question")]
    assert joined(drafts) == "No. It moves.\n\n- a\n- b\n\nWhy?"


@pytest.mark.parametrize(
    "text",
    [
        "{nothing.here} it is.",
        "...",
        "See https://example.com for it.",
        "<!channel> look here.",
        "```\nFROM a\n```",
        "It moves [1].",
        "My system prompt says so.",
        "a fragment without an end",
        "word " * 200 + ".",
    ],
)
def test_form(text: str, matter: Matter) -> None:
    assert _refused(Form(), _draft(text), matter)


@pytest.mark.parametrize(
    "text", ["No. It moves with every patch.", "What would `docker stop` wait for?", "{gate.state}."]
)
def test_good_form(text: str, matter: Matter) -> None:
    assert not _refused(Form(), _draft(text), matter)


@pytest.mark.parametrize(
    "text",
    [
        "D1 is met now.",
        "P7 is not met.",
        "D1 counts as done.",
        "You have passed the gate.",
        "I've marked that as fine, and I accept it.",
        "The gate is passed.",
        "The next lesson is unlocked.",
        "Great job!",
    ],
)
def test_a_verdict_that_is_not_the_engines(text: str, matter: Matter) -> None:
    assert _refused(Verdicts(), _draft(text), matter)


@pytest.mark.parametrize(
    "text",
    [
        "D1 is {D1.verdict}.",
        "D1 is not met.",
        "P7 is met.",
        "D1 is met when every base image names a version.",
        "You haven't passed the gate yet.",
        "Once the gate is passed, the next lesson opens.",
        "The signal is passed on to the program.",
    ],
)
def test_a_verdict_that_is(text: str, matter: Matter) -> None:
    assert not _refused(Verdicts(), _draft(text), matter)


def test_a_deed_takes_an_accepted_proposal(matter: Matter) -> None:
    told = _draft("I've passed it on to your instructor.")
    assert _refused(Deeds(), told, matter)
    done = Trail([ToolCall("hold_for_instructor")], [ToolResult({"told": 1})])
    assert not _refused(Deeds(), told, replace(matter, trail=done))
    refused = Trail([ToolCall("hold_for_instructor")], [ToolResult({}, refused="No.")])
    assert _refused(Deeds(), told, replace(matter, trail=refused))
    assert _refused(Deeds(), _draft("I've fixed your file."), replace(matter, trail=done))
    assert not _refused(Deeds(), _draft("I haven't submitted anything."), matter)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("It has 64 digits.", True),
        ("Line 12 is the one that you mean.", True),
        ("It has 32 digits.", False),
        ("Write `FROM python:3.12`.", False),
        ("Add USER 10001 there.", False),
        ("It is written as `@sha256:`.", True),
        ("Use --no-cache-dir for it.", False),
        ("COPY keeps the layer.", True),
        ("NGINX keeps the layer.", False),
    ],
)
def test_numbers_code_and_names_come_from_somewhere(text: str, good: bool, matter: Matter) -> None:
    check = Exactness(lambda _: "copy puts files into a layer")
    assert _refused(check, _draft(text, sources=("card:digest",)), matter) is not good


def test_code_never_comes_from_outside(matter: Matter) -> None:
    check = Exactness(lambda _: "cmd [python]")
    assert _refused(check, _draft("It is `cmd`.", "outside"), matter)


SOURCE = "Deleting a file in a later RUN does not make the image smaller. The layer that added it keeps its bytes."


@pytest.mark.parametrize(
    ("sentence", "is_opposed"),
    [
        ("Deleting a file in a later RUN makes the image smaller.", True),
        ("Deleting a file in an earlier RUN does not make the image smaller.", True),
        ("Deleting a file in a later RUN never makes any image smaller.", True),
        ("A file that a later RUN deletes does not make the image smaller.", False),
    ],
)
def test_what_turns_a_source_round(sentence: str, is_opposed: bool) -> None:
    assert opposed(sentence, SOURCE.partition(". ")[0], SOURCE) is is_opposed
