"""The story through the browser page, as a person would go through it; screenshots are kept as build output."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from integrations.slack_emulator.emulator import Emulator
from knowledge.course_loader import load_course
from tests.twins import GOOD, solve, upload_of

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SUBMISSIONS = Path(__file__).parents[1] / "submissions"
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SECONDS = 20_000


@pytest.fixture(scope="module")
def page(emulator: Emulator) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed here (apt-get install chromium)")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.set_default_timeout(SECONDS)
        opened.goto(
            f"{emulator.url}/#person={emulator.workspace.member('Learner B').id}&channel={emulator.direct('Learner B')}"
        )
        yield opened
        browser.close()


def _write(page: Page, text: str, *files: Path) -> None:
    if files:
        page.locator('input[type="file"]').first.set_input_files([str(file) for file in files])
    box = page.locator("main textarea")
    box.fill(text)
    page.get_by_role("button", name="Send").first.click()


def _sees(page: Page, text: str, shot: str) -> None:
    expect(page.locator("main").get_by_text(text).last).to_be_visible(timeout=SECONDS)
    page.screenshot(path=SCREENSHOTS / f"{shot}.png")


def test_a_learner_asks_and_is_answered(page: Page) -> None:
    _write(page, "why does the order of COPY matter?")
    _sees(page, "[1]", "1-answer")


def test_a_weak_dockerfile_is_read_with_its_lines(page: Page) -> None:
    _write(page, "", SUBMISSIONS / "weak" / "Dockerfile")
    _sees(page, "names no version", "2-findings")


def test_a_submission_waits_for_the_instructor(page: Page) -> None:
    good = SUBMISSIONS / "good"
    _write(page, "I submit this for the gate", good / "Dockerfile", good / "compose.yaml", good / "plan.md")
    _sees(page, "15 of 16 required criteria met", "3-review")


def test_the_instructor_approves_with_a_button(page: Page, emulator: Emulator) -> None:
    page.locator("nav select").select_option(label="Instructor")
    page.goto(
        f"{emulator.url}/#person={emulator.workspace.member('Instructor').id}&channel={emulator.direct('Instructor')}"
    )
    page.get_by_role("button", name="Approve D6").last.click()
    _sees(page, "Approved D6 for Learner B", "4-instructor")


def test_the_learner_sees_the_passed_gate(page: Page, emulator: Emulator) -> None:
    page.goto(
        f"{emulator.url}/#person={emulator.workspace.member('Learner B').id}&channel={emulator.direct('Learner B')}"
    )
    item = page.locator("main").get_by_text("one fault back").last
    expect(item).to_be_visible(timeout=SECONDS)
    _write(page, solve(load_course().lessons[0], page.locator("main").inner_text(), upload_of(GOOD)))
    _sees(page, "is unlocked", "5-passed")
    page.get_by_role("tab", name="Home").or_(page.get_by_role("button", name="Home")).first.click()
    _sees(page, "passed", "6-home")
