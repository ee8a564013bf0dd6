"""Delivery by HTTP, and what an operator asks the app for."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier

from agent.delivery.inbox import Inbox
from agent.errors import StorageUnavailable
from evals.benchmarks.app_process import AppProcess
from integrations.slack.health import serving
from integrations.slack.http import PATH, guarded
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.workspaces import Workspace
from tests.acceptance.slack.harness import QUESTION, SECONDS, Harness, open_harness

JSON = "application/json"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> int:
    return _free_port()


@pytest.fixture(scope="module")
def status_port() -> int:
    return _free_port()


@pytest.fixture(scope="module")
def harness(folder: Path, port: int, status_port: int) -> Iterator[Harness]:
    with open_harness(folder, "agent", socket=False) as opened:
        secret = opened.emulator.app.signing_secret
        app = guarded(opened.tutor.app, secret)
        status = serving(opened.tutor.health.app(), "127.0.0.1", status_port)
        with serving(app, "127.0.0.1", port), status:
            opened.emulator.wait_for(lambda: _get(status_port, "/healthz")[0] == 200, SECONDS)
            assert opened.emulator.use_http(f"http://127.0.0.1:{port}{PATH}")
            yield opened


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        return _request(port, "GET", path)
    except OSError:
        return 0, ""


def _request(
    port: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _signed(harness: Harness, body: str, *, age: float = 0.0, secret: str = "") -> dict[str, str]:
    at = str(int(time.time() - age))
    verifier = SignatureVerifier(secret or harness.emulator.app.signing_secret)
    signature = str(verifier.generate_signature(timestamp=at, body=body))
    return {"Content-Type": JSON, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}


def _event(harness: Harness, text: str, ts: str) -> str:
    learner = harness.direct("Learner A")
    event = {"type": "message", "channel": learner.channel, "channel_type": "im", "user": learner.person.id}
    team = harness.emulator.workspace.id
    outer: dict[str, Any] = {"type": "event_callback", "team_id": team, "authorizations": [{"team_id": team}]}
    return json.dumps(outer | {"event_id": f"Ev{ts}", "event": event | {"text": text, "ts": ts}})


def test_an_event_by_http_is_answered_once(harness: Harness) -> None:
    """T-DUP1, T-SIG: acknowledged at once; the retry of the same event changes nothing."""
    learner = harness.direct("Learner A")
    said = learner.says(QUESTION)
    delivery = harness.deliveries("message")[-1]
    harness.emulator.deliveries.repeat(delivery, number=1)
    assert "venv" in learner.answer(said).text
    assert [attempt.outcome for attempt in delivery.attempts] == ["acknowledged"] * 2


@pytest.mark.parametrize("age", [0, 299], ids=["T-SIG-fresh", "T-SIG-299s"])
def test_a_signed_request_is_taken(harness: Harness, port: int, age: int) -> None:
    """T-SIG."""
    body = json.dumps({"type": "url_verification", "challenge": "said back", "token": "t"})
    status, answer = _request(port, "POST", PATH, body, _signed(harness, body, age=age))
    assert (status, "said back" in answer) == (200, True)


@pytest.mark.parametrize("fault", ["secret", "old", "future", "body", "missing"], ids=lambda one: f"T-SIG-{one}")
def test_a_request_that_slack_did_not_sign_is_refused_and_not_kept(harness: Harness, port: int, fault: str) -> None:
    """T-SIG: another secret, 301 s old, from the future, another body under the signature, no signature at all."""
    body = _event(harness, "let me in", f"1700000000.{len(fault):06d}")
    age = {"old": 301.0, "future": -302.0}.get(fault, 0.0)
    headers = _signed(harness, body, age=age, secret="another" if fault == "secret" else "")
    headers = {"Content-Type": JSON} if fault == "missing" else headers
    waiting = harness.tutoring.inbox.waiting()
    status, _ = _request(port, "POST", PATH, body + " " if fault == "body" else body, headers)
    assert status == 401
    assert harness.tutoring.inbox.waiting() == waiting


def test_a_request_that_is_replayed_within_its_five_minutes_is_one_message(harness: Harness, port: int) -> None:
    """T-SIG: the signature is good twice; the message's key is not new twice."""
    learner = harness.direct("Learner A")
    said = learner.says(QUESTION)
    learner.answer(said)
    body = _event(harness, QUESTION, said.ts)
    headers = _signed(harness, body)
    assert [_request(port, "POST", PATH, body, headers)[0] for _ in range(3)] == [200] * 3
    learner.answer(said)


def test_a_database_that_is_away_is_no_acknowledgement(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-INBOX: 500; the retry after its recovery is processed once."""
    learner = harness.direct("Learner A")

    def away(*_: object, **__: object) -> bool:
        raise StorageUnavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(Inbox, "accept", away)
        said = learner.says(QUESTION)
        delivery = harness.deliveries("message")[-1]
        harness.emulator.wait_for(lambda: len(delivery.attempts) == 2 and delivery.attempts[1].outcome, SECONDS)
    assert not learner.answers_now(said)
    harness.emulator.clock.advance(61)
    learner.answer(said)
    assert [attempt.outcome for attempt in delivery.attempts] == ["http_error", "http_error", "acknowledged"]


def test_the_public_port_has_one_path(harness: Harness, port: int) -> None:
    """What runs the app is asked elsewhere."""
    assert {_get(port, path)[0] for path in ("/healthz", "/readyz", "/metrics", "/", "/docs")} == {404}
    assert _request(port, "POST", "/metrics", "x")[0] == 404


HOSTILE = ["[" * 100_000, '{"a":' * 50_000, "\x00\xff", "a" * 1_048_577]


@pytest.mark.parametrize("body", HOSTILE, ids=["T-SIG-deep", "T-SIG-deeper", "T-SIG-binary", "T-SIG-huge"])
@pytest.mark.parametrize("signed", [False, True])
def test_a_hostile_body_is_refused_without_a_trace(
    harness: Harness, port: int, body: str, caplog: pytest.LogCaptureFixture, *, signed: bool
) -> None:
    """T-SIG: before its signature is known to be good nothing of it is parsed; nor does the log hold any of it."""
    with caplog.at_level("INFO"):
        headers = _signed(harness, body) if signed else {"Content-Type": JSON}
        status, answer = _request(port, "POST", PATH, body, headers)
    assert 400 <= status < 500
    assert answer == ""
    assert not [record for record in caplog.records if record.exc_info or body[:20] in record.getMessage()]


@pytest.mark.parametrize("date", ["abc", "", "-1", "1e9", "9" * 400, "١٢٣"])
def test_a_date_that_is_none_is_refused(harness: Harness, port: int, date: str) -> None:
    """T-SIG."""
    headers = _signed(harness, "{}") | {"X-Slack-Request-Timestamp": date.encode("utf-8").decode("latin-1")}
    assert _request(port, "POST", PATH, "{}", headers)[0] == 401


def test_who_sends_slowly_is_left(harness: Harness, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-SIG: a body in drops, and a connection that says nothing at all."""
    monkeypatch.setattr("integrations.slack.http_guard.BODY_SECONDS", 0.2)
    monkeypatch.setattr("integrations.slack.http_guard.HEADER_SECONDS", 0.2)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n"
    for begun in ("", head, f"{head}X-Slack-Request-Timestamp: 1\r\nX-Slack-Signature: v0=0\r\n\r\nabc"):
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as slow:
            slow.sendall(begun.encode())
            said = slow.recv(1_000)
            assert said.startswith(b"HTTP/1.1 408") or not said


def test_health_readiness_and_figures(harness: Harness, status_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs the app asks these; what is wrong stands in the answer."""
    harness.direct("Learner A").asks(QUESTION)
    assert _get(status_port, "/healthz") == (200, "ok")
    assert _get(status_port, "/readyz") == (200, '{"ready":true,"wrong":{}}')
    figures = _get(status_port, "/metrics")[1]
    for name in (
        "tutor_acknowledgement_seconds_bucket",
        'tutor_job_seconds_count{kind="turn"}',
        "tutor_waiting_turns 0.0",
    ):
        assert name in figures, name

    def away(*_: object) -> int:
        raise StorageUnavailable("The database does not answer.")

    monkeypatch.setattr(Inbox, "waiting", away)
    status, wrong = _get(status_port, "/readyz")
    assert (status, "The database does not answer." in wrong) == (503, True)
    assert _get(status_port, "/healthz") == (200, "ok")


def test_a_stop_lets_work_end_and_leaves_the_rest_for_the_next_start(new_folder: Callable[[], Path]) -> None:
    """SIGTERM under load: each message is answered once, before or after; the exit is clean and soon."""
    port, own = _free_port(), new_folder()
    with Emulator(Workspace.classroom("agent", 12), strict=True) as emulator:
        with AppProcess(emulator, own, TUTOR_STATUS_PORT=str(port), TUTOR_LOG_FORMAT="json") as app:
            people = [person.name for person in emulator.workspace.people() if person.name.startswith("Learner")]
            said = [emulator.person(name).says(emulator.direct(name), QUESTION) for name in people]
            emulator.wait_for(
                lambda: all(delivery.state == "acknowledged" for delivery in emulator.deliveries.log), SECONDS
            )
            emulator.wait_for(lambda: _get(port, "/readyz")[0] == 200, SECONDS)
            assert app.stop() == 0
        assert _get(port, "/healthz")[0] == 0
        bot = emulator.installation().user_id

        def answers() -> list[int]:
            return [
                sum(one.user == bot and one.thread_ts == each.ts for one in emulator.transcript(each.channel))
                for each in said
            ]

        with AppProcess(emulator, own):
            emulator.wait_for(lambda: all(answers()), SECONDS * 2)
        assert answers() == [1] * len(said)
    for line in (own / "local.log").read_text("utf-8").splitlines():
        assert not line.startswith("{") or {"time", "level", "logger", "turn", "message"} <= json.loads(line).keys()
