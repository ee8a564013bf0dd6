"""Modals: handing in with a last look at the files, and deciding what an instructor was asked to decide."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.app import Tutoring
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Incoming, Reader
from integrations.slack.views import decision_form, submission_form

Body = dict[str, Any]
_log = logging.getLogger(__name__)


class Forms:
    """A pressed button opens one within three seconds; what is sent with it is a turn like any other."""

    def __init__(self, tutoring: Tutoring, client: WebClient, *, directory: Directory, reader: Reader) -> None:
        self._tutoring, self._client, self._directory, self._reader = tutoring, client, directory, reader
        self._makers: Mapping[str, Callable[[Incoming, str], Body]] = {
            "submit": self._submission,
            "decide": self._decision,
        }

    def opens(self, action: str) -> bool:
        return action in self._makers

    def open(self, body: Body, incoming: Incoming, action: str, value: str) -> bool:
        """False where Slack did not open it, mostly because the three seconds were over."""
        view = self._makers[action](incoming, value)
        place = {"channel": incoming.channel, "thread_ts": incoming.thread_ts, "value": value}
        try:
            self._client.views_open(
                trigger_id=body["trigger_id"],
                view=view | {"callback_id": action, "private_metadata": json.dumps(place)},
            )
        except (SlackApiError, SlackClientError, OSError) as error:
            _log.info("a form was not opened: %s", type(error).__name__)
            return False
        return True

    def read(self, body: Body) -> tuple[Incoming | None, dict[str, str]]:
        """What was sent with a form, or what is wrong with it by the name of its input."""
        view = body["view"]
        values = view["state"]["values"]
        place = json.loads(view["private_metadata"])
        if view["callback_id"] == "submit":
            action, text, errors = submission_form.read(values)
        else:
            action, text, errors = decision_form.read(values, place["value"])
        return (None if errors else self._reader.form(body, place, action, text)), errors

    def _submission(self, incoming: Incoming, value: str) -> Body:
        del value
        services = self._tutoring.tutor.services
        person = self._directory.person(incoming.team, incoming.user)
        lesson = self._tutoring.tutor.lesson_of(person)
        return submission_form.form(services, person, lesson)

    def _decision(self, incoming: Incoming, value: str) -> Body:
        person = self._directory.person(incoming.team, incoming.user)
        return decision_form.form(self._tutoring.tutor.services, person, value)
