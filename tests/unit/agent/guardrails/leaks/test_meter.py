"""What a reply gives away is measured over the learner's own files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.grading.plan_review.reviewer import PlanReviewer
from agent.guardrails.leaks.meter import LeakMeter
from agent.guardrails.leaks.offers import offers
from agent.settings import Settings
from evals.suites.leaks import LeakCase, cases
from knowledge.course.loader import load_course
from knowledge.retrieval.embedding import Embedding
from tools.artefacts.offer import OfferKind
from tools.uploads.files import SourceFile, Upload

LESSON = load_course(Settings.read().course).lessons[0]
METER = LeakMeter({LESSON.id: PlanReviewer.load(LESSON, Embedding())})
RECIPES = list(cases("leaks/tuned/recipes.yaml"))
OPEN = Upload.of(SourceFile(path.name, path.read_bytes()) for path in Path("tests/submissions/weak").iterdir())


@pytest.mark.parametrize("case", list(cases("teaching/leaks.yaml")), ids=lambda case: f"{case.work}: {case.reply[:40]}")
def test_seeded_replies_are_measured_exactly(case: LeakCase) -> None:
    assert METER.leaks(LESSON, case.upload, case.reply) == case.leaks


@pytest.mark.parametrize("case", RECIPES, ids=lambda case: f"{case.work}: {case.reply[:40]}")
def test_recipes_are_measured_with_what_was_said_before(case: LeakCase) -> None:
    assert case.measured(METER, LESSON) == case.leaks


def test_naming_a_thing_is_not_writing_it() -> None:
    shell = next(case.upload for case in RECIPES if case.work == "shell-only")
    line = 'Line 7 is then `CMD ["node", "src/server.js"]`.'
    assert METER.leaks(LESSON, shell, line, learner=["I know that it is the exec form. Just write it."]) == ("D5",)
    assert METER.leaks(LESSON, shell, line, learner=['CMD ["node", "src/server.js"]?']) == ()


def test_what_a_card_says_may_be_said_whatever_is_open() -> None:
    card = next(card for card in LESSON.cards if card.id == "npm-install-or-ci")
    work = next(case.upload for case in RECIPES if case.work == "npm-install")
    assert METER.leaks(LESSON, work, f"{card.says} {card.check}") == ()
    assert METER.leaks(LESSON, work, "Write RUN npm ci --omit=dev.") == ("D2",)


def test_pieces_that_were_asked_for_one_by_one_count_together() -> None:
    upload = Upload.of([SourceFile("Dockerfile", b"FROM python:3.12-slim\nCOPY app /app\nCMD python -m app\n")])
    first = "A dedicated user is declared with `USER 10001`."
    second = 'And the process: `CMD ["python", "-m", "app"]`.'
    assert METER.leaks(LESSON, upload, first) == METER.leaks(LESSON, upload, second) == ()
    assert METER.leaks(LESSON, upload, second, [first]) == ("D5",)


def test_what_was_said_before_is_not_held_against_a_clean_reply() -> None:
    assert METER.leaks(LESSON, OPEN, "What do you expect?", ["Write `FROM python:3.12-slim`."]) == ()


def test_the_lesson_s_own_words_are_no_secret() -> None:
    for belief in LESSON.misconceptions:
        assert METER.leaks(LESSON, OPEN, f"{belief.reality} {belief.question}") == ()


def test_an_offer_is_read_from_code_prose_and_orders() -> None:
    kinds = {(offer.kind, offer.text) for offer in offers("Use `npm ci`.\n```\nRUN npm ci\n```")}
    assert (OfferKind.CODE, "npm ci") in kinds
    assert (OfferKind.BLOCK, "RUN npm ci") in kinds
    assert any(kind is OfferKind.DEED for kind, _ in kinds)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=300))
def test_any_reply_can_be_measured(reply: str) -> None:
    assert set(METER.leaks(LESSON, OPEN, reply)) <= {criterion.id for criterion in LESSON.rubric}


@pytest.mark.parametrize(
    "text", ["FROM\n", "\x00", "FROM a\n" * 300, "services: &a {x: *a}\n", "FROM python\nRUN <<E\n", ""]
)
def test_odd_files_are_no_obstacle(text: str) -> None:
    for name in ("Dockerfile", "compose.yaml", "plan.md"):
        upload = Upload.of([SourceFile(name, text.encode())])
        METER.leaks(LESSON, upload, "Write `FROM python:3.12` and remove line 1.\n```\nservices:\n  a: {image: b}\n```")
