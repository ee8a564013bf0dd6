"""Modals: a pressed button opens one within three seconds; what is sent with it is a turn like any other."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.conversation.tutor import Tutor
from agent.domain.people import Person
from integrations.slack.block_kit import Block
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Incoming, Reader, reading, sent_form

Body = dict[str, Any]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FormInput:
    """What a person sent with a form: an action of the agent's, words for it, or faults by the name of the input."""

    action: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """`name` is the button's action and the modal's callback id; `value` is the button's."""

    name: str
    build: Callable[[Tutor, Person, str], Block]
    read: Callable[[Mapping[str, Any], str], FormInput]  # the inputs' values, and `value`


class Forms:
    def __init__(self, tutor: Tutor, client: WebClient, *, directory: Directory, reader: Reader) -> None:
        self._tutor, self._client, self._directory, self._reader = tutor, client, directory, reader

    def open(self, body: Body, incoming: Incoming, form: Form, value: str) -> bool:
        """False where Slack did not open it, mostly because the three seconds were over."""
        person = self._directory.person(incoming.team, incoming.user)
        place = {"channel": incoming.channel, "thread_ts": incoming.thread_ts, "value": value}
        view = form.build(self._tutor, person, value)
        try:
            self._client.views_open(
                trigger_id=body["trigger_id"],
                view=view | {"callback_id": form.name, "private_metadata": json.dumps(place)},
            )
        except (SlackApiError, SlackClientError, OSError) as error:
            _log.info("Slack did not open a form: %s", type(error).__name__)
            return False
        return True

    @reading
    def read(self, body: Body, form: Form) -> tuple[Incoming | None, Mapping[str, str]]:
        """What was sent with a form, or what is wrong with it by the name of its input."""
        place, values = sent_form(body)
        given = form.read(values, place.get("value", ""))
        if given.faults:
            return None, given.faults
        return self._reader.form(body, place, given.action, given.text), {}
