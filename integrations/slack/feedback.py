"""Whether an answer helped, and why it did not: one opinion of one person on one answer."""

from __future__ import annotations

import json
import logging
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.delivery.inbox import Inbox
from integrations.slack.envelopes import reading, required, sent_form

ACTION, FORM = "feedback", "feedback_reason"
HELPED = "helped"
MAX_REASON = 1_000
_log = logging.getLogger(__name__)


class Feedback:
    """Kept as a message of the person: it ends with their other messages, and goes when they ask to be forgotten."""

    def __init__(self, inbox: Inbox, client: WebClient, team: str) -> None:
        self._inbox, self._client, self._team = inbox, client, team

    @reading
    def clicked(self, body: dict[str, Any]) -> bool:
        """Keeps the opinion; True where the person is to be asked for a reason. The last click counts."""
        user, place = _user(body), _place(body)
        value = str(body["actions"][0].get("value") or "")
        self._keep(user, place, {"helped": value == HELPED})
        return value != HELPED

    def ask_why(self, body: dict[str, Any]) -> None:
        """Slack gives three seconds; where they are over, the click alone counts."""
        try:
            self._client.views_open(trigger_id=body["trigger_id"], view=_form(_place(body)))
        except (SlackApiError, SlackClientError, OSError) as error:
            _log.info("nobody was asked for a reason: %s", type(error).__name__)

    @reading
    def submitted(self, body: dict[str, Any]) -> None:
        place, values = sent_form(body)
        reason = str(values.get("reason", {}).get("text", {}).get("value") or "")[:MAX_REASON]
        self._keep(_user(body), place, {"helped": False, "reason": reason})

    def _keep(self, user: str, place: dict[str, str], opinion: dict[str, Any]) -> None:
        conversation = f"{self._team}:{required(place, 'channel')}"
        key = f"{conversation}:{required(place, 'ts')}:feedback:{user}"
        self._inbox.record(key, conversation, {"kind": "feedback", **opinion}, person_id=f"{self._team}:{user}")


def _user(body: dict[str, Any]) -> str:
    return required(body.get("user") or {}, "id")


def _place(body: dict[str, Any]) -> dict[str, str]:
    container = body.get("container") or {}
    return {"channel": str(container.get("channel_id") or ""), "ts": str(container.get("message_ts") or "")}


def _form(place: dict[str, str]) -> dict[str, Any]:
    def plain(text: str) -> dict[str, str]:
        return {"type": "plain_text", "text": text}

    reason = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": MAX_REASON}
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps(place),
        "title": plain("What was missing?"),
        "submit": plain("Send"),
        "close": plain("Not now"),
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": plain("What would have helped you?"),
                "element": reason,
                "optional": True,
            }
        ],
    }
