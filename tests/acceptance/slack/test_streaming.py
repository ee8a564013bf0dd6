"""Long answers that are seen while they are worded: whole, once, and never left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evals.benchmarks.app_process import AppProcess
from integrations.slack import streaming
from integrations.slack.rate_limiter import RateLimiter
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace
from tests.acceptance.slack.harness import QUESTION, SECONDS, Harness, open_harness


@pytest.fixture(scope="module")
def harness(folder: Path) -> Iterator[Harness]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "START_AFTER", 0.0)
        patch.setattr(streaming, "APPEND_EVERY", 0.0)
        patch.setattr(RateLimiter, "allows", lambda *_: True)
        with open_harness(folder, "agent") as opened:
            opened.mind.telling = True
            yield opened


def _fresh(harness: Harness) -> int:
    return len(harness.emulator.calls())


def _calls(harness: Harness, since: int) -> list[str]:
    return [call.method for call in harness.emulator.calls()[since:] if call.method.startswith("chat.")]


def _whole(harness: Harness, answer: Seen) -> bool:
    """All that the mind said, and no sign of a stream that is still open."""
    said = "".join(harness.mind.said.split())
    return said in "".join(answer.text.split()) and not answer.streaming


@contextmanager
def _under_way(harness: Harness, text: str = QUESTION) -> Iterator[Seen]:
    """The message; its answer has begun to show."""
    learner = harness.direct("Learner A")
    with harness.mind.held(text):
        said = learner.says(text)
        assert harness.mind.begun.wait(SECONDS)
        yield said


def _shown(harness: Harness, said: Seen) -> Seen:
    return next(
        one for one in harness.direct("Learner A").seen() if one.user == harness.bot and one.thread_ts == said.ts
    )


def test_the_beginning_is_seen_while_the_rest_is_worded(harness: Harness) -> None:
    """T-STR1, before anything goes wrong: one message, begun early, ended with its sources and the question back."""
    before = _fresh(harness)
    with _under_way(harness) as said:
        beginning = _shown(harness, said)
        assert beginning.streaming
        assert 0 < len(beginning.text) < 200
    answer = harness.direct("Learner A").answer(said)
    assert answer.ts == beginning.ts
    assert _whole(harness, answer)
    assert {"helped", "did-not-help"} & {button.value for button in answer.buttons}
    assert "chat.postMessage" not in _calls(harness, before)
    assert "chat.update" not in _calls(harness, before)


def test_what_is_done_at_once_is_posted(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams are scarce: 20 a minute for a whole workspace."""
    monkeypatch.setattr(streaming, "START_AFTER", 60.0)
    before = _fresh(harness)
    harness.direct("Learner A").asks(QUESTION)
    assert _calls(harness, before) == ["chat.postMessage"]


def test_a_stream_that_expires_ends_as_the_whole_answer(harness: Harness) -> None:
    """T-STR1: five minutes are over while the model thinks; nothing is lost, doubled or stuck."""
    with _under_way(harness) as said:
        harness.emulator.clock.advance(301)
    answer = harness.direct("Learner A").answer(said)
    assert _whole(harness, answer)


REFUSALS = ["channel_type_not_supported", "missing_recipient_user_id", "messages_tab_disabled", "unknown_method"]


@pytest.mark.parametrize("code", REFUSALS, ids=[f"T-STR2-{code}" for code in REFUSALS])
def test_an_answer_whose_stream_is_refused_is_posted_in_the_same_turn(harness: Harness, code: str) -> None:
    """T-STR2: and where Slack has no streams at all, it is not asked again."""
    harness.emulator.fault("chat.startStream", "error", error=code)
    before = _fresh(harness)
    assert _whole(harness, harness.direct("Learner A").asks(QUESTION))
    assert _calls(harness, before) == ["chat.startStream", "chat.postMessage"]
    again = _fresh(harness)
    harness.direct("Learner A").asks(QUESTION)
    assert ("chat.startStream" in _calls(harness, again)) is (code != "unknown_method")
    for workspace in harness.tutor.workspaces._open.values():
        workspace.turn_runner._streams.refused = ""


@pytest.mark.parametrize("kind", ["timeout_after_commit", "server_error_after_commit", "reset_after_commit"])
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_a_call_that_took_effect_and_did_not_say_so_leaves_one_whole_answer(
    harness: Harness, method: str, kind: str
) -> None:
    """T-STR4: for each call of a stream."""
    harness.emulator.fault(method, kind, seconds=0.1)  # type: ignore[arg-type]  # one of the kinds
    assert _whole(harness, harness.direct("Learner A").asks(QUESTION))


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_a_stream_that_is_limited_loses_nothing(harness: Harness, method: str) -> None:
    """T-429."""
    harness.emulator.fault(method, "rate_limited", retry_after=1)
    assert _whole(harness, harness.direct("Learner A").asks(QUESTION))


def test_the_stop_button_ends_an_answer(harness: Harness) -> None:
    """T-STR3: Slack ends the stream; one confirmation follows, and the status is taken back."""
    with _under_way(harness) as said:
        beginning = _shown(harness, said)
        harness.direct("Learner A").person.stops(said.channel, said.ts)
        harness.emulator.wait_for(lambda: harness.emulator.status(said.channel, said.ts)["status"] == "active", SECONDS)
    _, confirmation = _stopped(harness, said, beginning)
    assert "Stopped" in confirmation.text


def test_the_word_stop_ends_an_answer_before_its_next_sentence(harness: Harness) -> None:
    """T-STR3: the stream is closed by us, while the model still thinks."""
    learner = harness.direct("Learner A")
    with _under_way(harness) as said:
        beginning = _shown(harness, said)
        learner.says("stop", thread=said.ts)
        harness.emulator.wait_for(lambda: not _shown(harness, said).streaming, SECONDS)
    _, confirmation = _stopped(harness, said, beginning)
    assert "Stopped" in confirmation.text
    harness.emulator.wait_for(lambda: harness.emulator.status(said.channel, said.ts)["status"] == "active", SECONDS)


def _stopped(harness: Harness, said: Seen, beginning: Seen) -> tuple[Seen, Seen]:
    """What was read stays, and one confirmation follows."""
    answers = harness.direct("Learner A").answers(said)
    assert len(answers) == 2
    assert answers[0].ts == beginning.ts
    assert not answers[0].streaming
    assert not _whole(harness, answers[0])
    return answers[0], answers[1]


def test_in_a_channel_the_stream_names_who_asked(harness: Harness) -> None:
    """Slack shows no stream in a channel otherwise."""
    learner = harness.channel("Learner A")
    said = learner.mentions(QUESTION)
    assert _whole(harness, learner.answer(said))
    started = harness.emulator.calls("chat.startStream")[-1]
    assert started.args["recipient_user_id"] == learner.person.id


def test_a_process_that_is_killed_in_the_middle_ends_as_the_whole_answer(new_folder: Callable[[], Path]) -> None:
    """T-CRASH b, T-STR1: the message that was begun is completed after the restart, not said a second time."""
    program = str(Path(__file__).with_name("slow_mind.py"))
    with (
        Emulator(Workspace.demo("agent"), strict=True) as emulator,
        AppProcess(emulator, new_folder(), command=(program,)) as app,
    ):
        for found in (True, False):  # it knows where the message is; it was killed before it heard
            if not found:
                emulator.fault("chat.startStream", "timeout_after_commit", seconds=600)
            said = emulator.person("Learner A").says(emulator.direct("Learner A"), QUESTION)
            emulator.wait_for(lambda said=said: _of_bot(emulator, said), SECONDS)  # type: ignore[misc]
            app.kill()
            assert [one.streaming for one in _of_bot(emulator, said)] == [True]
            app.start()
            emulator.wait_for(lambda said=said: _is_done(emulator, said), SECONDS)  # type: ignore[misc]


def _of_bot(emulator: Emulator, said: Seen) -> list[Seen]:
    bot = emulator.installation().user_id
    return [one for one in emulator.transcript(said.channel) if one.user == bot and one.thread_ts == said.ts]


def _is_done(emulator: Emulator, said: Seen) -> bool:
    answers = _of_bot(emulator, said)
    assert len(answers) == 1
    return not answers[0].streaming and bool(answers[0].buttons)
