"""The browser workspace with a small Bolt app behind it, driven in a headless Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no marker
from playwright.sync_api import ConsoleMessage, Page, Request, expect, sync_playwright
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient

from integrations.slack_emulator import Emulator, Workspace

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PICTURES = Path("build/workspace-page")
HOSTILE = "<img src=x onerror=window.hacked=1> </script><script>window.hacked=1</script> <javascript:x|click> &lt;b&gt;"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(text: str, action_id: str) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "1"}


MODAL = {
    "type": "modal",
    "callback_id": "plan",
    "title": plain("Submit your plan"),
    "submit": plain("Submit"),
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Summary"),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        }
    ],
}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in ("ab", "cd")]}
FINDINGS = [
    {"type": "header", "text": plain("Findings")},
    section("*Line 1* moves :warning:\n```\nFROM python:latest\n```\nSee <https://example.com/guide|the guide>."),
    TABLE,
    {"type": "actions", "elements": [button("Submit plan…", "submit"), button("Build it", "build")]},
]
HOME = {
    "type": "home",
    "blocks": [section("*5 of 14* criteria met"), {"type": "actions", "elements": [button("Submit plan…", "submit")]}],
}


class SmallApp:
    """Answers `long` with a stream that waits for `go_on`, everything else with blocks."""

    def __init__(self, client: WebClient) -> None:
        self.client, self.go_on = client, threading.Event()
        self.app = App(client=client)
        self.app.event("message")(self.on_message)
        self.app.event("app_mention")(self.on_mention)
        self.app.event("app_home_opened")(self.on_home)
        self.app.event("agent_session_stopped")(self.on_stop)
        self.app.action("submit")(self.on_submit)
        self.app.action("build")(self.on_build)
        self.app.view("plan")(self.on_plan)

    def on_message(self, event: dict[str, Any]) -> None:
        if event["channel_type"] != "im" or event.get("bot_id") or event.get("subtype") not in (None, "file_share"):
            return
        place = {"channel": event["channel"], "thread_ts": event["ts"]}
        if event["text"] == "long":
            self.stream(place)
        elif event["text"] == "work":
            self.client.agents_sessions_setStatus(
                channel_id=event["channel"], thread_ts=event["ts"], status="processing"
            )
        elif event["text"].startswith("echo "):
            self.client.chat_postMessage(text=event["text"], **place)
        else:
            self.client.chat_postMessage(text="Findings", blocks=FINDINGS, **place)
            for file in event.get("files", []):
                self.client.reactions_add(channel=event["channel"], timestamp=event["ts"], name="eyes")
                self.client.files_upload_v2(filename=f"{file['name']}.annotated", content="# why?", **place)

    def stream(self, place: dict[str, Any]) -> None:
        stream = self.client.chat_stream(**place, buffer_size=1)
        stream.append(markdown_text="### Half\n\n- one `code`\n")
        self.go_on.wait(20)
        stream.stop(markdown_text="- two **bold**\n")

    def on_mention(self, event: dict[str, Any], say: Any) -> None:
        say("In the thread :tada:", thread_ts=event["ts"])

    def on_home(self, event: dict[str, Any]) -> None:
        if event["tab"] == "home":
            self.client.views_publish(user_id=event["user"], view=HOME)

    def on_stop(self, event: dict[str, Any]) -> None:
        self.client.agents_sessions_setStatus(
            channel_id=event["channel"], thread_ts=event["thread_ts"], status="active"
        )

    def on_submit(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        self.client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    def on_build(self, ack: Any, body: dict[str, Any]) -> None:
        ack()
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        self.client.chat_update(text="failed", blocks=[section("Build *failed* at line 7")], **place)

    def on_plan(self, ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        summary = view["state"]["values"]["why"]["text"]["value"]
        if summary == "x":
            ack(response_action="errors", errors={"why": "Say a little more."})
            return
        ack()
        self.client.chat_postMessage(channel=body["user"]["id"], text=f"Submitted: {summary}")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Workspace.demo()) as opened:
        yield opened


@pytest.fixture(scope="module")
def small_app(emulator: Emulator) -> Iterator[SmallApp]:
    base_url = f"{emulator.url}/api/"
    small = SmallApp(WebClient(emulator.installation().bot_token, base_url=base_url))
    token = emulator.app.app_token
    handler = SocketModeHandler(small.app, token, web_client=WebClient(token, base_url=base_url))
    handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    emulator.wait_for(emulator.sockets.connections)
    yield small
    handler.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip("There is no Chromium; the Debian package chromium brings it.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 820})
        page.set_default_timeout(30_000)
        yield page
        browser.close()


@pytest.fixture
def page(browser_page: Page, emulator: Emulator, small_app: SmallApp, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Learner A at the tutor's messages; complaints of the browser and foreign requests fail the test."""
    trouble: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "400" not in message.text:
            trouble.append(message.text)

    def on_request(asked: Request) -> None:
        if not asked.url.startswith((emulator.url, "about:", "data:")):
            trouble.append(asked.url)

    browser_page.on("console", on_console)
    browser_page.on("request", on_request)
    visit(browser_page, emulator, "U0LEARNERA")
    yield browser_page
    browser_page.screenshot(path=PICTURES / f"{request.node.name}.png")
    browser_page.remove_listener("console", on_console)
    browser_page.remove_listener("request", on_request)
    assert trouble == []


def visit(page: Page, emulator: Emulator, person: str, more: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"{emulator.url}/#person={person}&channel={emulator.direct(person)}{more}")
    expect(page.get_by_label("You are")).to_have_value(person)


def say(page: Page, text: str) -> None:
    page.locator("#composer").fill(text)
    page.locator("#composer").press("Enter")


def go_to_cohort(page: Page) -> None:
    page.get_by_role("navigation").get_by_text("cohort-7").click()
    expect(page.get_by_role("heading", name="# cohort-7")).to_be_visible()


def test_a_message_gets_its_answer_with_blocks(page: Page) -> None:
    say(page, "please look")
    answer = page.get_by_role("article").last
    expect(answer.get_by_role("heading", name="Findings")).to_be_visible()
    expect(answer.locator("pre")).to_have_text("FROM python:latest")
    expect(answer.get_by_role("cell", name="d")).to_be_visible()
    expect(answer.get_by_role("link", name="the guide")).to_have_attribute("href", "https://example.com/guide")
    answer.get_by_role("button", name="Build it").click()
    expect(answer).to_contain_text("Build failed at line 7")


def test_files_are_attached_by_button_and_by_drag_and_come_back(page: Page) -> None:
    page.locator("#conversation input[type=file]").set_input_files(
        {"name": "Dockerfile", "mimeType": "text/plain", "buffer": b"FROM scratch\n"}
    )
    transfer = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File(['# Plan'], 'plan.md')); return all; }"
    )
    page.dispatch_event("#conversation", "drop", {"dataTransfer": transfer})
    expect(page.get_by_label("Files to send").get_by_role("listitem")).to_have_text(["Dockerfile×", "plan.md×"])
    say(page, "both, please")
    link = page.get_by_label("Download Dockerfile.annotated")
    expect(link.last).to_be_visible()
    with page.expect_download() as download:
        page.get_by_label("Download plan.md,").last.click()
    assert download.value.path().read_bytes() == b"# Plan"
    expect(page.get_by_label("eyes by tutor").last).to_be_visible()


def test_an_answer_streams_in(page: Page, small_app: SmallApp) -> None:
    small_app.go_on.clear()
    say(page, "long")
    answer = page.get_by_role("article").last
    expect(answer.get_by_label("still writing")).to_be_visible()
    expect(answer.get_by_role("listitem")).to_have_text(["one code"])
    small_app.go_on.set()
    expect(answer.get_by_role("listitem")).to_have_text(["one code", "two bold"])
    expect(answer.get_by_label("still writing")).to_be_hidden()


def test_work_shows_a_status_and_can_be_stopped(page: Page) -> None:
    say(page, "work")
    expect(page.get_by_text("tutor is thinking…")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("tutor is thinking…")).to_be_hidden()


def test_a_modal_is_filled_by_keyboard_corrected_and_submitted(page: Page) -> None:
    page.get_by_role("tab", name="Home").click()
    expect(page.get_by_text("5 of 14 criteria met")).to_be_visible()
    page.get_by_role("button", name="Submit plan…").focus()
    page.keyboard.press("Enter")  # of the page: Home is drawn anew behind the dialog
    dialog = page.get_by_role("dialog", name="Submit your plan")
    summary = dialog.get_by_label("Summary")
    expect(summary).to_be_focused()
    summary.fill("x")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog.get_by_text("Say a little more.")).to_be_visible()
    expect(summary).to_be_focused()
    summary.fill("The base is pinned")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("tab", name="Messages").click()
    expect(page.get_by_role("article").last).to_contain_text("Submitted: The base is pinned")
    expect(page.locator("#announcer")).to_have_text("tutor: Submitted: The base is pinned")


def test_escape_closes_a_modal(page: Page, emulator: Emulator) -> None:
    page.get_by_role("tab", name="Home").click()
    page.get_by_role("button", name="Submit plan…").click()
    dialog = page.get_by_role("dialog", name="Submit your plan")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert emulator.modal("Learner A") is None


def test_a_question_in_the_cohort_is_answered_in_its_thread(page: Page) -> None:
    go_to_cohort(page)
    say(page, "@tutor what of depends_on?")
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("In the thread")
    thread.get_by_label("Reply in this thread").fill("thank you")
    thread.get_by_label("Reply in this thread").press("Enter")
    expect(thread.get_by_role("article").last).to_contain_text("thank you")
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()


def test_another_person_sees_only_their_own(page: Page, emulator: Emulator) -> None:
    emulator.person("Learner A").says("tutor", "echo my secret")
    expect(page.get_by_text("echo my secret").last).to_be_visible()
    page.get_by_label("You are").select_option("Instructor")
    expect(page.get_by_text("echo my secret")).to_have_count(0)
    emulator.person("Learner B").says("#cohort-7", "news for all")
    expect(page.get_by_label("1 unread")).to_be_visible()


def test_hostile_text_stays_text(page: Page, emulator: Emulator, small_app: SmallApp) -> None:
    place: dict[str, Any] = {"channel": emulator.direct("Learner A")}
    cells = [[{"type": "raw_text", "text": HOSTILE}]]
    small_app.client.chat_postMessage(text=HOSTILE, **place)
    small_app.client.chat_postMessage(markdown_text=f"[x](javascript:window.hacked=1) {HOSTILE}", **place)
    small_app.client.chat_postMessage(text="x", blocks=[section(HOSTILE), TABLE | {"rows": cells}], **place)
    emulator.person("Learner A").says("tutor", HOSTILE, files=[("<img src=x onerror=window.hacked=1>.txt", b"x")])
    expect(page.get_by_label("Download <img src=x").first).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".messages img, .messages script, .messages a[href^=javascript]").count() == 0


def test_ones_own_message_is_edited_as_it_was_typed_and_deleted(page: Page, emulator: Emulator) -> None:
    said = emulator.person("Learner A").says("tutor", "echo a < b")
    mine = page.locator(f'[data-ts="{said.ts}"]')
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    expect(page.locator("#composer")).to_have_value("echo a < b")
    say(page, "echo a > b")
    expect(mine).to_contain_text("a > b(edited)")
    mine.hover()
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)


def test_the_page_says_when_something_cannot_be_done(page: Page, emulator: Emulator) -> None:
    emulator.workspace.channel("cohort-7").archived = True
    go_to_cohort(page)
    say(page, "too late")
    expect(page.get_by_role("alert").filter(has_text="Nobody can write in #cohort-7.")).to_be_visible()
    emulator.workspace.channel("cohort-7").archived = False


def test_a_narrow_window_shows_one_pane_at_a_time(page: Page, emulator: Emulator) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    expect(page.get_by_role("navigation")).to_be_hidden()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.get_by_label("Back to the list of conversations").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 820})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["messages", "home", "thread", "modal"])
def test_an_accessibility_checker_finds_nothing(page: Page, emulator: Emulator, place: str, scheme: Any) -> None:
    """axe-core: names, roles, contrast, landmarks, lists, in both colour schemes."""
    page.emulate_media(color_scheme=scheme)
    if place == "home":
        page.get_by_role("tab", name="Home").click()
        page.locator(".home-page, .blank").first.wait_for()
    elif place == "thread":
        go_to_cohort(page)
        page.locator(".replies").first.click()
    elif place == "modal":
        page.get_by_role("button", name="Submit plan…").last.click()
        page.locator("dialog[open]").wait_for()
    found = Axe().run(page).response["violations"]
    assert [(match_found["id"], match_found["nodes"][0]["html"][:120]) for match_found in found] == []
    if place == "modal":
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")


def test_the_skip_link_leads_past_the_sidebar(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.locator("#skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "conversation"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_everything_has_a_name_for_a_screen_reader(page: Page) -> None:
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, a, select, input, textarea")].filter((one) =>
            !one.closest("[hidden]") && one.getAttribute("aria-hidden") !== "true" &&
            !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).map((one) => one.outerHTML)"""
    )
    assert unnamed == []
    expect(page.locator("#announcer")).to_have_attribute("aria-live", "polite")
