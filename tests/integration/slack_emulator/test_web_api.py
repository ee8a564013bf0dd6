from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.slack_emulator import Attachment, Emulator

COHORT = "C0COHORT7"


def refused(call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    data = caught.value.response.data
    assert isinstance(data, dict)
    return data


def test_auth_test_says_who_the_bot_is(emulator: Emulator, client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["user_id"], answer["team_id"], answer["bot_id"]) == ("U0TUTOR", "T0SHIPPING", "B0TUTOR")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


def test_tokens_are_told_apart(emulator: Emulator) -> None:
    base_url = f"{emulator.url}/api/"
    assert refused(WebClient(base_url=base_url).auth_test)["error"] == "not_authed"
    assert refused(WebClient("xoxb-wrong", base_url=base_url).auth_test)["error"] == "invalid_auth"
    app_token, bot_token = emulator.app.app_token, emulator.installation().bot_token
    assert refused(WebClient(app_token, base_url=base_url).auth_test)["error"] == "not_allowed_token_type"
    opened = WebClient(base_url=base_url).apps_connections_open
    assert refused(opened, app_token=bot_token)["error"] == "not_allowed_token_type"
    assert opened(app_token=app_token)["url"].startswith("ws://")


def test_a_posted_message_can_be_read_changed_and_deleted(emulator: Emulator, client: WebClient) -> None:
    metadata = {"event_type": "reply", "event_payload": {"key": "1"}}
    ts = str(client.chat_postMessage(channel=COHORT, text="one", metadata=metadata)["ts"])
    client.chat_postMessage(channel=COHORT, text="two", thread_ts=ts)
    replies = client.conversations_replies(channel=COHORT, ts=ts, include_all_metadata=True)["messages"]
    assert [reply["text"] for reply in replies] == ["one", "two"]
    assert replies[0]["metadata"] == metadata
    assert "metadata" not in client.conversations_replies(channel=COHORT, ts=ts)["messages"][0]
    client.chat_update(channel=COHORT, ts=ts, text="uno")
    history = client.conversations_history(channel=COHORT)["messages"]
    assert [(message["text"], bool(message.get("edited"))) for message in history] == [("uno", True)]
    client.chat_delete(channel=COHORT, ts=ts)
    assert [str(one) for one in emulator.transcript(COHORT)] == ["  ↳ tutor: two"]


def test_pages_follow_each_other(client: WebClient) -> None:
    root = str(client.chat_postMessage(channel=COHORT, text="root")["ts"])
    for number in range(5):
        client.chat_postMessage(channel=COHORT, text=str(number), thread_ts=root)
    texts: list[str] = []
    for page in client.conversations_replies(channel=COHORT, ts=root, limit=2):
        texts += [message["text"] for message in page["messages"]]
    assert texts == ["root", *"01234"]


@pytest.mark.filterwarnings("ignore:The top-level `text` argument")  # the client warns before Slack refuses
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": COHORT, "text": " \n "}, "no_text"),
        ({"channel": COHORT, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": COHORT, "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"channel": COHORT, "text": "x", "blocks": [{"type": "hologram"}]}, "invalid_blocks"),
        ({"channel": COHORT, "text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"channel": COHORT, "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"channel": COHORT, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": COHORT, "text": "x", "colour": "red"}, "invalid_arguments"),
        ({"channel": "C0COHORT8", "text": "x"}, "not_in_channel"),
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OLDCOHORT", "text": "x"}, "is_archived"),
        ({"channel": "C0ANNOUNCEMENTS", "text": "x"}, "restricted_action_read_only_channel"),
    ],
)
def test_what_slack_would_not_post_is_refused(
    emulator: Emulator, client: WebClient, arguments: dict[str, Any], error: str
) -> None:
    arguments = dict(arguments)
    extra = {"colour": arguments.pop("colour")} if "colour" in arguments else {}
    assert refused(client.chat_postMessage, **arguments, **extra)["error"] == error
    assert [defect.error for defect in emulator.defects if defect.kind == "refused"] == [error]


def test_long_text_is_cut_when_posted_and_refused_when_updated(emulator: Emulator, client: WebClient) -> None:
    answer = client.chat_postMessage(channel=COHORT, text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    too_long = refused(client.chat_update, channel=COHORT, ts=answer["ts"], text="x" * 4_001)
    assert too_long["error"] == "msg_too_long"
    client.chat_update(channel=COHORT, ts=str(answer["ts"]), text="x" * 4_000)


def test_a_missing_scope_is_named(emulator: Emulator, client: WebClient) -> None:
    installation = emulator.installation()
    installation.scopes -= {"reactions:write", "im:history"}
    answer = refused(client.reactions_add, channel=COHORT, timestamp="1.1", name="eyes")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "reactions:write")
    assert "chat:write" in answer["provided"]
    assert refused(client.conversations_history, channel=emulator.direct("Learner A"))["needed"] == "im:history"
    client.conversations_history(channel=COHORT)


def test_one_app_cannot_change_what_another_said(emulator: Emulator, client: WebClient) -> None:
    helper = WebClient(emulator.installation("helper").bot_token, base_url=f"{emulator.url}/api/")
    ts = str(helper.chat_postMessage(channel=COHORT, text="mine")["ts"])
    assert refused(client.chat_update, channel=COHORT, ts=ts, text="x")["error"] == "cant_update_message"
    assert refused(client.chat_delete, channel=COHORT, ts=ts)["error"] == "cant_delete_message"


def test_reactions_are_added_once_and_removed_once(emulator: Emulator, client: WebClient) -> None:
    said = emulator.person("Learner A").says(COHORT, "hello")
    place = {"channel": COHORT, "timestamp": said.ts, "name": "eyes"}
    client.reactions_add(**place)
    assert refused(client.reactions_add, **place)["error"] == "already_reacted"
    assert emulator.transcript(COHORT)[0].reactions == ("eyes",)
    client.reactions_remove(**place)
    assert refused(client.reactions_remove, **place)["error"] == "no_reaction"


def test_people_and_channels_are_told(emulator: Emulator, client: WebClient) -> None:
    users = {name: client.users_info(user=f"U0{name}")["user"] for name in ("GUEST", "EXTERNAL", "INSTRUCTOR")}
    assert users["GUEST"]["is_restricted"]
    assert users["EXTERNAL"]["is_stranger"]
    assert users["INSTRUCTOR"]["is_admin"]
    names = {one["name"] for one in client.conversations_list(types="public_channel,private_channel")["channels"]}
    assert {"cohort-7", "cohort-8", "staff"} <= names
    assert "U0TUTOR" in client.conversations_members(channel=COHORT)["members"]
    direct = client.conversations_open(users="U0LEARNERA")["channel"]["id"]
    assert client.conversations_info(channel=direct)["channel"]["user"] == "U0LEARNERA"


def test_an_ephemeral_message_is_for_one_person(emulator: Emulator, client: WebClient) -> None:
    client.chat_postEphemeral(channel=COHORT, user="U0LEARNERA", text="psst")
    assert [one.text for one in emulator.transcript(COHORT, viewer="U0LEARNERA")] == ["psst"]
    assert emulator.transcript(COHORT, viewer="U0LEARNERB") == []
    wrong = refused(client.chat_postEphemeral, channel=COHORT, user="U0EXTERNAL", text="psst")
    assert wrong["error"] == "user_not_in_channel"


def test_files_go_up_and_come_down(emulator: Emulator, client: WebClient) -> None:
    client.files_upload_v2(channel=COHORT, filename="Dockerfile", content="FROM scratch\n", initial_comment="annotated")
    seen = emulator.transcript(COHORT)[0]
    assert (seen.text, seen.files[0].name, seen.files[0].data) == ("annotated", "Dockerfile", b"FROM scratch\n")
    client.files_delete(file=seen.files[0].id)
    assert refused(client.files_info, file=seen.files[0].id)["error"] == "file_deleted"


def test_lies_about_a_file_are_undone_by_files_info(emulator: Emulator, client: WebClient) -> None:
    hidden = Attachment("plan.md", b"# Plan", {"file_access": "check_file_info"})
    said = emulator.person("Learner A").says(COHORT, files=[hidden])
    assert set(said.raw["files"][0]) == {"id", "created", "file_access"}
    assert client.files_info(file=said.raw["files"][0]["id"])["file"]["name"] == "plan.md"


def test_rate_limits_say_how_long_to_wait(client: WebClient, emulator: Emulator) -> None:
    emulator.world.rates.enabled = True
    for _ in range(20):
        client.conversations_list()
    with pytest.raises(SlackApiError) as caught:
        client.conversations_list()
    assert caught.value.response.status_code == 429
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60
    emulator.clock.advance(61)
    client.conversations_list()


def test_blocks_can_be_checked_without_posting(client: WebClient) -> None:
    client.blocks_validate(blocks=[{"type": "divider"}])
    assert refused(client.blocks_validate, blocks=[{"type": "hologram"}])["error"] == "invalid_blocks"


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    assert refused(client.api_call, api_method="chat.shout")["error"] == "unknown_method"


def test_an_app_is_installed_by_code_and_gone_after_uninstall(emulator: Emulator, client: WebClient) -> None:
    app = emulator.app
    public = WebClient(base_url=f"{emulator.url}/api/")
    login = {"client_id": app.client_id, "client_secret": app.client_secret, "code": emulator.oauth_code()}
    assert public.oauth_v2_access(**login)["access_token"] == emulator.installation().bot_token
    assert refused(public.oauth_v2_access, **login)["error"] == "invalid_code"
    emulator.uninstall()
    assert [delivery.event_type for delivery in emulator.deliveries.log] == ["app_uninstalled", "tokens_revoked"]
    assert refused(client.auth_test)["error"] == "account_inactive"
