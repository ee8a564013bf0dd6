"""What comes of a message when Slack says no: each documented error, one at a time, beside another conversation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from agent.delivery.outbox import Outbox
from agent.storage.database import Storage
from integrations.slack.api_errors import Remedy, remedies
from integrations.slack.directory import Directory
from integrations.slack.outbox_worker import UNKNOWN_TRIES, OutboxWorker

SCHEMA = json.loads(files("integrations.slack_emulator").joinpath("data/methods.json").read_text("utf-8"))
ERRORS = sorted({*SCHEMA["methods"]["chat.postMessage"]["errors"], *SCHEMA["common_errors"]})
MESSAGE = {"text": "hello", "blocks": [{"type": "section"}]}


class Response(dict[str, Any]):
    headers: dict[str, str] = {}  # noqa: RUF012 - never written

    def __init__(self, error: str, status: int = 200) -> None:
        super().__init__(ok=False, error=error)
        self.status_code = status


class Slack:
    """Takes every message, but those to a thread of which it was told."""

    def __init__(self) -> None:
        self.refused: dict[str, str] = {}  # thread -> error
        self.once: dict[str, str] = {}
        self.closed = ""  # the error of looking at a history
        self.said: list[tuple[str, str, bool]] = []
        self.asked = 0

    def chat_postMessage(self, *, channel: str, thread_ts: str = "", **message: Any) -> dict[str, str]:  # noqa: N802 - the SDK's
        self.asked += 1
        error = self.once.pop(thread_ts, "") or self.refused.get(thread_ts, "")
        if error and (remedies().get(error) is not Remedy.AS_TEXT or "blocks" in message):
            raise SlackApiError("refused", cast("Any", Response(error)))  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        self.said.append((channel, thread_ts, "blocks" in message))
        return {"ts": f"{len(self.said)}.0"}

    def conversations_open(self, *, users: str) -> dict[str, Any]:
        return {"channel": {"id": f"D{users}"}}

    def conversations_replies(self, **_: Any) -> dict[str, Any]:
        if self.closed:
            raise SlackApiError("closed", cast("Any", Response(self.closed)))  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        return {"messages": []}


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def box(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Outbox]:
    file = shutil.copy(migrated_sqlite, tmp_path / "tutor.db")
    with Storage.open(f"sqlite:///{file}", migrate=False) as storage:
        yield Outbox(storage)


@pytest.fixture
def worker(slack: Slack, box: Outbox) -> OutboxWorker:
    client = cast("WebClient", slack)
    return OutboxWorker(client, box, Directory(client, cast("Any", None), "T"), "T")


def _post(worker: OutboxWorker, key: str, thread: str) -> None:
    worker.post(key, MESSAGE, channel="C1", user="U1", thread_ts=thread)


@pytest.mark.parametrize("error", ERRORS)
def test_no_error_stops_another_conversation_and_each_has_its_end(
    worker: OutboxWorker, slack: Slack, box: Outbox, error: str
) -> None:
    slack.refused["bad"] = error
    _post(worker, "first", "bad")
    _post(worker, "second", "good")
    worker.flush()
    remedy = remedies()[error]
    if remedy is Remedy.HALT:
        assert worker.halted == error
        assert box.waiting() == 2
        return
    waits = remedy in (Remedy.RETRY, Remedy.LATER)
    assert ("C1", "good", True) in slack.said
    assert box.waiting() == waits
    assert (("DU1", "", True) in slack.said) == (remedy in (Remedy.ELSEWHERE, Remedy.SETTINGS))
    assert (("C1", "bad", False) in slack.said) == (remedy is Remedy.AS_TEXT)


def test_an_error_that_slack_does_not_document_ends_after_some_tries(
    worker: OutboxWorker, slack: Slack, box: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.slack.outbox_worker.LONGEST_WAIT", 0.0)
    slack.refused["bad"] = "new_in_2027"
    _post(worker, "first", "bad")
    for _ in range(UNKNOWN_TRIES):
        worker.flush()
    assert box.waiting() == 0
    assert slack.said == [("DU1", "", True)]


@pytest.mark.parametrize("error", ["missing_scope", "thread_not_found", "not_in_channel"])
def test_a_history_that_is_closed_to_us_costs_no_message(
    worker: OutboxWorker, slack: Slack, box: Outbox, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    """An attempt ended without an answer; whether it arrived cannot be looked up."""
    monkeypatch.setattr("integrations.slack.outbox_worker.LONGEST_WAIT", 0.0)
    slack.once["t"], slack.closed = "fatal_error", error
    _post(worker, "first", "t")
    worker.flush()
    assert slack.said == [("C1", "t", True)]
    assert box.waiting() == 0


def test_what_one_person_sees_waits_for_nothing_in_its_place(worker: OutboxWorker, slack: Slack, box: Outbox) -> None:
    slack.refused["t"] = "fatal_error"
    _post(worker, "first", "t")
    worker.post("only", MESSAGE, channel="C1", user="U1", thread_ts="t", response_url="http://127.0.0.1:9/x")
    lanes = {outgoing.key for outgoing in box.due(9, within="T/")}
    assert lanes == {"first", "only"}
