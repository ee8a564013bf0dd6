"""The story through the browser page, as a person would go through it; screenshots are kept as build output."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no marker
from playwright.sync_api import Page, expect, sync_playwright

from integrations.slack_emulator.emulator import Emulator
from knowledge.course.loader import load_course
from tests.exercises import GOOD, solve, upload_of

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SUBMISSIONS = Path(__file__).parents[1] / "submissions"
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SECONDS = 30_000


@pytest.fixture(scope="module")
def page(emulator: Emulator) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed here (apt-get install chromium)")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1280, "height": 800})
        opened.set_default_timeout(SECONDS)
        _become(opened, emulator, "Learner B")
        yield opened
        browser.close()


def _become(page: Page, emulator: Emulator, person: str) -> None:
    """At the tutor's messages, as this person."""
    page.goto("about:blank")
    page.goto(f"{emulator.url}/#person={emulator.workspace.member(person).id}&channel={emulator.direct(person)}")
    page.get_by_role("tab", name="Messages").click()


def _write(page: Page, text: str, *files: Path) -> None:
    if files:
        page.locator('input[type="file"]').first.set_input_files([str(file) for file in files])
    box = page.locator("main textarea")
    box.fill(text)
    page.get_by_role("button", name="Send").first.click()


def _sees(page: Page, text: str, shot: str) -> None:
    """What they read is there, and a checker finds it accessible."""
    expect(page.locator("main").get_by_text(text).last).to_be_visible(timeout=SECONDS)
    page.screenshot(path=SCREENSHOTS / f"{shot}.png")
    found = Axe().run(page).response["violations"]
    assert [(match_found["id"], match_found["nodes"][0]["html"][:120]) for match_found in found] == []


def test_a_learner_asks_and_is_answered(page: Page) -> None:
    _write(page, "why does the order of COPY matter?")
    _sees(page, "[1]", "1-answer")


def test_a_weak_dockerfile_is_read_with_its_lines(page: Page) -> None:
    _write(page, "", SUBMISSIONS / "weak" / "Dockerfile")
    _sees(page, "names no version", "2-findings")


def test_the_form_is_looked_through_and_submitted(page: Page) -> None:
    good = SUBMISSIONS / "good"
    _write(page, "", good / "Dockerfile", good / "compose.yaml", good / "plan.md")
    _sees(page, "Nothing holds the gate back", "3-files")
    page.get_by_role("button", name="Submit for the gate").last.click()
    dialog = page.get_by_role("dialog", name="Submit for the gate")
    expect(dialog.get_by_role("checkbox")).to_have_count(3)
    page.screenshot(path=SCREENSHOTS / "4-form.png")
    dialog.get_by_role("button", name="Submit").click()
    _sees(page, "15 of 16 required criteria met", "5-review")


def test_the_instructor_decides_on_home_and_must_say_why_not(page: Page, emulator: Emulator) -> None:
    _become(page, emulator, "Instructor")
    page.get_by_role("tab", name="Home").click()
    _sees(page, "waits for your decision", "6-cohort")
    page.get_by_role("button", name="Decide…").first.click()
    dialog = page.get_by_role("dialog", name="Decide")
    dialog.get_by_label("Reject: not met").check()
    dialog.get_by_role("button", name="Decide").click()
    expect(dialog.get_by_text("Say what is missing")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "7-decision.png")
    dialog.get_by_label("Approve: met").check()
    dialog.get_by_role("button", name="Decide").click()
    _sees(page, "Nothing waits for your decision", "8-decided")


def test_the_learner_sees_the_passed_gate(page: Page, emulator: Emulator) -> None:
    _become(page, emulator, "Learner B")
    item = page.locator("main").get_by_text("one fault back").last
    expect(item).to_be_visible(timeout=SECONDS)
    _write(page, solve(load_course().lessons[0], page.locator("main").inner_text(), upload_of(GOOD)))
    _sees(page, "is unlocked", "9-passed")
    page.get_by_role("tab", name="Home").click()
    _sees(page, "passed on", "10-home")


def test_on_a_phone_at_night(page: Page, emulator: Emulator) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    page.emulate_media(color_scheme="dark")
    _become(page, emulator, "Learner B")
    _sees(page, "is unlocked", "11-phone")
