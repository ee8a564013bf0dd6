from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.slack_emulator import Emulator, NotPossible, Workspace

COHORT = "C0COHORT7"


def client_of(emulator: Emulator) -> WebClient:
    return WebClient(emulator.installation().bot_token, base_url=f"{emulator.url}/api/")


def error_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


@pytest.fixture
def asked(emulator: Emulator) -> dict[str, Any]:
    """A question in the direct message: where an answer goes."""
    said = emulator.person("Learner A").says("tutor", "why containers?")
    return {"channel": said.channel, "thread_ts": said.ts}


def test_a_streamed_answer_grows_and_is_whole_at_its_end(
    emulator: Emulator, client: WebClient, asked: dict[str, Any]
) -> None:
    stream = client.chat_stream(**asked, buffer_size=1)
    stream.append(markdown_text="First. ")
    assert emulator.transcript(asked["channel"])[-1].streaming
    stream.append(markdown_text="Second.")
    stream.stop(blocks=[{"type": "divider"}])
    seen = emulator.transcript(asked["channel"])[-1]
    assert (seen.text, seen.streaming) == ("First. Second.", False)


def test_a_live_stream_is_not_updated_and_an_expired_one_takes_nothing(
    emulator: Emulator, client: WebClient, asked: dict[str, Any]
) -> None:
    ts = str(client.chat_startStream(**asked, markdown_text="half")["ts"])
    place: dict[str, Any] = {"channel": asked["channel"], "ts": ts}
    assert error_of(client.chat_update, **place, text="x") == "streaming_state_conflict"
    emulator.clock.advance(301)
    assert error_of(client.chat_appendStream, **place, markdown_text="x") == "message_not_in_streaming_state"
    assert error_of(client.chat_stopStream, **place) == "message_not_in_streaming_state"
    client.chat_update(**place, text="whole")
    assert emulator.transcript(asked["channel"])[-1].text == "whole"


def test_streaming_to_a_channel_needs_a_recipient(emulator: Emulator, client: WebClient) -> None:
    root = emulator.person("Learner A").says(COHORT, "hello").ts
    start: dict[str, Any] = {"channel": COHORT, "thread_ts": root, "markdown_text": "x"}
    assert error_of(client.chat_startStream, **start) == "missing_recipient_user_id"
    client.chat_startStream(**start, recipient_user_id="U0LEARNERA", recipient_team_id="T0SHIPPING")


def test_stop_ends_the_streams_and_leaves_the_status_to_the_app(
    emulator: Emulator, client: WebClient, asked: dict[str, Any]
) -> None:
    session: dict[str, Any] = {"channel_id": asked["channel"], "thread_ts": asked["thread_ts"]}
    client.agents_sessions_setStatus(**session, status="processing")
    assert emulator.status(*asked.values())["stoppable"]
    ts = str(client.chat_startStream(**asked, markdown_text="half")["ts"])
    delivery = emulator.person("Learner A").stops(*asked.values())
    assert delivery is not None
    assert delivery.payload["event"]["streaming_message_ts"] == [ts]
    place: dict[str, Any] = {"channel": asked["channel"], "ts": ts}
    assert error_of(client.chat_appendStream, **place, markdown_text="x") == "stopped_by_user"
    assert emulator.status(*asked.values())["status"] == "processing"
    client.agents_sessions_setStatus(**session, status="active")
    with pytest.raises(NotPossible, match="not processing"):
        emulator.person("Learner A").stops(*asked.values())


def test_processing_ends_after_an_hour_unless_said_again(
    emulator: Emulator, client: WebClient, asked: dict[str, Any]
) -> None:
    session: dict[str, Any] = {"channel_id": asked["channel"], "thread_ts": asked["thread_ts"], "status": "processing"}
    client.agents_sessions_setStatus(**session)
    emulator.clock.advance(3_000)
    client.agents_sessions_setStatus(**session)
    emulator.clock.advance(3_000)
    assert emulator.status(*asked.values())["status"] == "processing"
    emulator.clock.advance(700)
    assert emulator.status(*asked.values())["status"] == "active"


def test_both_status_methods_share_one_slot_and_a_reply_clears_the_text(
    emulator: Emulator, client: WebClient, asked: dict[str, Any]
) -> None:
    session: dict[str, Any] = {"channel_id": asked["channel"], "thread_ts": asked["thread_ts"]}
    client.agents_sessions_setStatus(**session, status="processing")
    client.assistant_threads_setStatus(**session, status="reads your files…")
    assert emulator.status(*asked.values())["indicator"] == "reads your files…"
    client.chat_postMessage(**asked, text="done")
    assert emulator.status(*asked.values())["indicator"] == "is thinking…"


def test_a_status_without_the_stop_event_is_warned_about(emulator: Emulator, asked: dict[str, Any]) -> None:
    emulator.app.events -= {"agent_session_stopped"}
    session: dict[str, Any] = {"channel_id": asked["channel"], "thread_ts": asked["thread_ts"], "status": "processing"}
    answer = client_of(emulator).agents_sessions_setStatus(**session)
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"


def test_prompts_have_no_effect_in_a_thread(emulator: Emulator, client: WebClient, asked: dict[str, Any]) -> None:
    prompts = [{"title": "Review", "message": "Please review"}]
    place: dict[str, Any] = {"channel_id": asked["channel"], "prompts": prompts}
    client.assistant_threads_setSuggestedPrompts(**place, thread_ts=asked["thread_ts"])
    assert not emulator.world.sessions.prompts
    assert emulator.defects[-1].error == "prompts_in_thread_have_no_effect"
    client.assistant_threads_setSuggestedPrompts(**place)
    assert emulator.world.sessions.prompts


def test_guests_are_kept_from_agents_and_welcome_in_the_plain_profile() -> None:
    with Emulator(Workspace.classroom("agent")) as agent, pytest.raises(NotPossible, match="Guests"):
        agent.person("Guest").says("tutor", "hello")
    with Emulator(Workspace.classroom("plain")) as plain:
        plain.person("Guest").says("tutor", "hello")
        client = client_of(plain)
        session = {"channel_id": plain.direct("Guest"), "thread_ts": "1.1", "status": "processing"}
        assert error_of(client.agents_sessions_setStatus, **session) == "feature_disabled"
