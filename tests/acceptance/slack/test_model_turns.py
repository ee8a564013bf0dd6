"""A model that takes its time: what it does is seen, its first segments are read early, and stop ends it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.llm.port import Completion, Request
from integrations.slack import streaming
from integrations.slack.rate_limiter import RateLimiter
from integrations.slack_emulator.transcript import Seen
from tests.acceptance.slack.harness import SECONDS, Harness, open_harness, weak
from tests.scripted_models import ScriptedModel, Turn, calling, replying

QUESTION = "what does my CMD line do?"
REMARK = "{remark1.place}: {remark1.says}"
ADDED = "Fair enough."


class PatientModel(ScriptedModel):
    """Reads a line first, then writes its reply in two halves; it waits before each where a test wants it."""

    def __init__(self) -> None:
        super().__init__(self._turn)
        self.reading, self.writing = threading.Event(), threading.Event()
        self.goes_on: list[threading.Event] = []

    def complete(self, request: Request) -> Completion:
        answer = super().complete(request)
        if request.watch is not None and answer.calls and answer.calls[0].name == "reply":
            written = json.dumps(dict(answer.calls[0].arguments))
            request.watch("reply", written[: written.find(ADDED)])
            self._wait(self.writing)
            request.watch("reply", written)
        return answer

    def _turn(self, turn: Turn) -> Completion:
        if QUESTION not in turn.message:
            return replying(("answer", "{gate.state}", ["gate.state"]))
        if not turn.asked_tools:
            return calling(("read_file", {"path": "Dockerfile", "first": 2, "last": 2, "instruction": ""}))
        self._wait(self.reading)
        return replying(("answer", REMARK, ["remark1.place"]), ("ack", ADDED, []))

    def _wait(self, begun: threading.Event) -> None:
        begun.set()
        if self.goes_on:
            assert self.goes_on.pop(0).wait(SECONDS)


MODEL = PatientModel()


@pytest.fixture(scope="module")
def harness(folder: Path) -> Iterator[Harness]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "START_AFTER", 0.1)
        patch.setattr(streaming, "ASK_EVERY", 0.0)
        patch.setattr(RateLimiter, "allows", lambda *_: True)
        with open_harness(folder, "agent", model=MODEL) as opened:
            opened.direct("Learner A").asks("here are my files", files=[weak("Dockerfile")])
            yield opened


@contextmanager
def _asked(harness: Harness) -> Iterator[tuple[Seen, threading.Event, threading.Event]]:
    """The message, and what lets the model read and then write on."""
    read, write = threading.Event(), threading.Event()
    MODEL.goes_on = [read, write]
    MODEL.reading.clear()
    MODEL.writing.clear()
    try:
        said = harness.direct("Learner A").says(QUESTION)
        assert MODEL.reading.wait(SECONDS)
        yield said, read, write
    finally:
        read.set()
        write.set()


def _shown(harness: Harness, said: Seen) -> list[Seen]:
    return [one for one in harness.direct("Learner A").seen() if one.user == harness.bot and one.thread_ts == said.ts]


def test_what_it_does_is_seen_and_the_beginning_is_read_while_the_rest_is_written(harness: Harness) -> None:
    emulator = harness.emulator
    with _asked(harness) as (said, read, write):
        emulator.wait_for(lambda: "Reading line 2 of your Dockerfile" in _cards(harness, said), SECONDS)
        assert "line 1" not in _shown(harness, said)[0].text
        read.set()
        emulator.wait_for(lambda: "`Dockerfile` line" in _shown(harness, said)[0].text, SECONDS)
        beginning = _shown(harness, said)[0]
        assert beginning.streaming
        assert "`Dockerfile` line" in beginning.text
        assert ADDED not in beginning.text
        write.set()
        answer = harness.direct("Learner A").answer(said)
    assert answer.ts == beginning.ts
    assert answer.text.startswith(beginning.text)
    assert ADDED in answer.text
    assert not answer.streaming
    emulator.wait_for(lambda: emulator.status(said.channel, said.ts)["status"] == "active", SECONDS)


def test_stop_ends_the_turn_where_it_is(harness: Harness) -> None:
    with _asked(harness) as (said, read, write):
        before = len(MODEL.requests)
        learner = harness.direct("Learner A")
        harness.emulator.wait_for(lambda: harness.emulator.status(said.channel, said.ts).get("stoppable"), SECONDS)
        learner.person.stops(said.channel, said.ts)
        harness.emulator.wait_for(lambda: bool(learner.answers_now(said)), SECONDS)
        read.set()
        write.set()
        answers = learner.answers(said)
    assert "Stopped" in answers[-1].text
    assert ADDED not in answers[0].text
    assert not any(one.streaming for one in answers)
    assert len(MODEL.requests) == before


def _cards(harness: Harness, said: Seen) -> str:
    return str([block for one in _shown(harness, said) for block in one.raw["blocks"] if block["type"] == "task_card"])
