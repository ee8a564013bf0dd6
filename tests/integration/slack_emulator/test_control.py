from __future__ import annotations

import base64
import json
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from integrations.slack_emulator import Emulator

ME = {"person": "U0LEARNERA"}
JSON = {"content-type": "application/json"}


def ask(emulator: Emulator, path: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{emulator.url}{path}", data, {**JSON, **headers})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()).get("error", "")


def test_a_person_can_speak_and_read_over_http(emulator: Emulator) -> None:
    file = {"name": "Dockerfile", "data": base64.b64encode(b"FROM scratch\n").decode()}
    said = ask(emulator, "/control/say", ME | {"channel": "tutor", "text": "hello", "files": [file]})
    place = f"?person=U0LEARNERA&channel={said['channel']}"
    shown = ask(emulator, f"/control/channel{place}")["messages"]
    assert (shown[0]["text"], shown[0]["files"][0]["size"]) == ("hello", 13)
    assert ask(emulator, f"/control/transcript{place}") == ["Learner A: hello <Dockerfile>"]


def test_one_person_does_not_see_anothers_messages_or_files(emulator: Emulator) -> None:
    said = emulator.person("Learner A").says("tutor", "mine", files=[("plan.md", b"x")])
    listed = ask(emulator, "/control/workspace?person=U0LEARNERB")["channels"]
    assert said.channel not in {entry["id"] for entry in listed}
    status, _ = ask(emulator, f"/control/files/{said.files[0].id}?person=U0LEARNERB")
    assert status == 404
    status, text = ask(emulator, f"/control/channel?person=U0LEARNERB&channel={said.channel}")
    assert (status, "not in" in text) == (400, True)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        ({"person": "U0NOBODY", "channel": "tutor", "text": "x"}, {}, 400),
        (ME | {"channel": "#nowhere", "text": "x"}, {}, 400),
        (ME | {"channel": "tutor", "text": " "}, {}, 400),
        (ME | {"channel": "tutor", "text": "x", "files": [{"name": "a"}]}, {}, 400),
        (ME | {"channel": "tutor", "text": "x"}, {"content-type": "text/plain"}, 415),
        (ME | {"channel": "tutor", "text": "x"}, {"origin": "https://elsewhere.example"}, 403),
        (ME | {"channel": "tutor", "text": "x"}, {"host": "rebound.example"}, 403),
    ],
)
def test_bad_and_foreign_requests_change_nothing(
    emulator: Emulator, body: Any, headers: dict[str, str], status: int
) -> None:
    code, text = ask(emulator, "/control/say", body, **headers)
    assert code == status
    assert text
    assert emulator.transcript(emulator.direct("Learner A")) == []


def test_the_feed_tells_only_those_who_may_know(emulator: Emulator, client: WebClient) -> None:
    lines: list[str] = []
    ready, done = threading.Event(), threading.Event()

    def read() -> None:
        with urllib.request.urlopen(f"{emulator.url}/control/feed?person=U0LEARNERB", timeout=5) as feed:  # noqa: S310 - loopback
            for line in feed:
                lines.append(line.decode())
                ready.set()
                if "for all" in lines[-1]:
                    done.set()
                    return

    reader = threading.Thread(target=read)
    reader.start()
    assert ready.wait(5)
    emulator.person("Learner A").says("tutor", "secret")
    client.chat_postEphemeral(channel="C0COHORT7", user="U0LEARNERA", text="psst")
    client.chat_postMessage(channel="C0COHORT7", text="for all")
    assert done.wait(5)
    reader.join()
    assert not [line for line in lines if "secret" in line or "psst" in line]


def test_the_page_forbids_all_that_is_foreign(emulator: Emulator) -> None:
    with urllib.request.urlopen(f"{emulator.url}/", timeout=5) as answer:  # noqa: S310 - loopback
        policy, page = answer.headers["content-security-policy"], answer.read().decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in page.replace("http-equiv", "")


def test_tests_in_other_languages_can_order_faults_and_move_the_clock(emulator: Emulator, client: WebClient) -> None:
    ask(emulator, "/control/fault", {"method": "auth.test", "kind": "rate_limited"})
    before = emulator.clock.now()
    ask(emulator, "/control/clock", {"seconds": 60})
    assert emulator.clock.now() - before >= 60
    calls = ask(emulator, "/control/calls?method=auth.test")
    assert calls == []
