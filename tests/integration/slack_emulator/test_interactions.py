from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from integrations.slack_emulator import Emulator, NotPossible

Connect = Callable[[Emulator, App], SocketModeHandler]
PLAIN = {"type": "plain_text", "text": "Text"}
MODAL = {
    "type": "modal",
    "callback_id": "plan",
    "title": PLAIN,
    "submit": PLAIN,
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": PLAIN,
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
BUTTONS = [
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
                "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
            }
        ],
    },
]


def post_buttons(emulator: Emulator, client: WebClient) -> Any:
    client.chat_postMessage(channel=emulator.direct("Learner A"), text="Choose", blocks=BUTTONS)
    return emulator.transcript(emulator.direct("Learner A"))[-1]


def test_a_pressed_button_carries_what_the_app_needs(emulator: Emulator, client: WebClient) -> None:
    message, person = post_buttons(emulator, client), emulator.person("Learner A")
    payload = person.clicks(message, "go").payload
    action = payload["actions"][0]
    assert (action["action_id"], action["value"], action["type"]) == ("go", "7", "button")
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == message.ts
    feedback = person.clicks(message, "Bad").payload["actions"][0]
    assert (feedback["action_id"], feedback["value"]) == ("feedback", "bad")
    with pytest.raises(NotPossible, match="shown: Go"):
        person.clicks(message, "stop")


def test_a_modal_is_opened_corrected_and_submitted(
    emulator: Emulator, bolt: App, client: WebClient, connect: Connect
) -> None:
    @bolt.action("go")
    def go(ack: Any, body: dict[str, Any]) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bolt.view("plan")
    def plan(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        if view["state"]["values"]["why"]["text"]["value"] == "no":
            ack(response_action="errors", errors={"why": "Say more."})
        else:
            ack()

    connect(emulator, bolt)
    person = emulator.person("Learner A")
    person.clicks(post_buttons(emulator, client), "go")
    emulator.wait_for(lambda: emulator.modal("Learner A"))
    assert person.submits({"why": "no"}) == {"why": "Say more."}
    assert emulator.modal("Learner A") is not None
    assert person.submits({"why": "because"}) == {}
    assert emulator.modal("Learner A") is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "Say more."}},
        {"response_action": "update", "view": {"type": "modal"}},
    ],
)
def test_a_wrong_answer_to_a_submission_is_a_defect(
    emulator: Emulator, bolt: App, client: WebClient, connect: Connect, answer: dict[str, Any]
) -> None:
    bolt.view("plan")(lambda ack: ack(**answer))
    connect(emulator, bolt)
    person = emulator.person("Learner A")
    trigger = person.clicks(post_buttons(emulator, client), "go").payload["trigger_id"]
    client.views_open(trigger_id=trigger, view=MODAL)
    assert "trouble" in person.submits({"why": "because"})[""]
    assert emulator.defects[-1].method == "view_submission"


def test_a_trigger_works_once_and_not_for_long(emulator: Emulator, client: WebClient) -> None:
    message, person = post_buttons(emulator, client), emulator.person("Learner A")
    trigger = person.clicks(message, "go").payload["trigger_id"]
    client.views_open(trigger_id=trigger, view=MODAL)
    late = person.clicks(message, "go").payload["trigger_id"]
    emulator.clock.advance(4)
    for key, error in ((trigger, "exchanged_trigger_id"), (late, "expired_trigger_id"), ("1", "invalid_trigger_id")):
        with pytest.raises(SlackApiError, match=error):
            client.views_open(trigger_id=key, view=MODAL)


def test_a_home_is_published_for_one_person_and_guarded_by_its_hash(emulator: Emulator, client: WebClient) -> None:
    view = {"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Progress"}}]}
    published = client.views_publish(user_id="U0LEARNERA", view=view)["view"]
    client.views_publish(user_id="U0LEARNERA", view=view, hash=published["hash"])
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_publish(user_id="U0LEARNERA", view=view, hash=published["hash"])
    home = emulator.home("Learner A")
    assert home is not None
    assert home.text == "Progress"
    assert emulator.home("Learner B") is None
    opened = emulator.person("Learner A").opens_home()
    assert opened is not None
    assert opened.payload["event"]["view"]["id"] == published["id"]


def test_a_response_url_replaces_deletes_and_runs_out(emulator: Emulator, client: WebClient) -> None:
    message, channel = post_buttons(emulator, client), emulator.direct("Learner A")
    webhook = WebhookClient(emulator.person("Learner A").clicks(message, "go").payload["response_url"])
    webhook.send(text="chosen", replace_original=True)
    assert [one.text for one in emulator.transcript(channel)] == ["chosen"]
    webhook.send(text="only for you")
    assert emulator.transcript(channel)[-1].only_for == "U0LEARNERA"
    webhook.send(delete_original=True)
    assert [one.text for one in emulator.transcript(channel)] == ["only for you"]
    assert [webhook.send(text="more").status_code for _ in range(3)] == [200, 200, 404]


def test_a_slash_command_answers_with_its_acknowledgement(emulator: Emulator, bolt: App, connect: Connect) -> None:
    @bolt.command("/tutor")
    def tutor(ack: Any, command: dict[str, Any]) -> None:
        ack(f"You asked for {command['text']}")

    connect(emulator, bolt)
    emulator.person("Learner A").commands("tutor", "/tutor", "progress")
    direct = emulator.direct("Learner A")
    seen = emulator.wait_for(lambda: emulator.transcript(direct))
    assert (seen[-1].text, seen[-1].only_for) == ("You asked for progress", "U0LEARNERA")


def test_an_edit_and_a_deletion_reach_the_app(emulator: Emulator) -> None:
    person = emulator.person("Learner A")
    said = person.says("tutor", "one")
    person.edits(said, "two")
    person.deletes(said)
    events = [delivery.payload["event"] for delivery in emulator.deliveries.log]
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert (events[1]["previous_message"]["text"], events[1]["message"]["text"]) == ("one", "two")
    assert events[2]["deleted_ts"] == said.ts


def test_a_message_shortcut_brings_the_message(emulator: Emulator) -> None:
    person = emulator.person("Learner A")
    said = person.says("tutor", "look", files=[("Dockerfile", b"FROM scratch\n")])
    payload = person.shortcut(said, "review_message_file").payload
    assert payload["message"]["files"][0]["name"] == "Dockerfile"
