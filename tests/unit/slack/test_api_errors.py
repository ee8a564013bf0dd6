"""The table of Slack's errors against the published schema: none is left to chance."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from integrations.slack.api_errors import Remedy, remedies, remedy_of
from integrations.slack.web_api import METHODS

SCHEMA = json.loads(files("integrations.slack_emulator").joinpath("data/methods.json").read_text("utf-8"))
BEYOND = {  # seen from Slack, and in no page of these methods; `response_url_refused` is our own
    "cannot_dm_bot",
    "invalid_arguments",
    "invalid_thread_ts",
    "not_agent_app",
    "reserved_username",
    "response_url_refused",
    "subteam_limit_exceeded",
    "user_not_in_channel",
}


def _documented() -> set[str]:
    return set(SCHEMA["common_errors"]).union(*(SCHEMA["methods"][method]["errors"] for method in METHODS))


@pytest.mark.parametrize("method", METHODS)
def test_every_documented_error_of_a_method_that_is_called_has_a_remedy(method: str) -> None:
    documented = {*SCHEMA["methods"][method]["errors"], *SCHEMA["common_errors"]}
    assert documented - remedies().keys() == set()


def test_the_table_has_no_error_that_nobody_documents() -> None:
    assert remedies().keys() - _documented() == BEYOND


def test_what_slack_does_not_document_has_none() -> None:
    assert remedy_of("new_in_2027") is None
    assert remedy_of("ekm_access_denied") is Remedy.ELSEWHERE
