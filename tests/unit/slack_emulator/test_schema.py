from __future__ import annotations

import inspect

import pytest
from slack_sdk import WebClient

from integrations.slack_emulator.apps import BOT_EVENTS, BOT_SCOPES
from integrations.slack_emulator.deliveries import Deliveries
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.methods import handlers
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.schema import event_scopes, methods
from integrations.slack_emulator.world import World

NOT_BY_TOKEN = {"apps.connections.open"}
CLIENT_ONLY = {"args", "kwargs", "self", "files", "additional_context"}


def test_every_published_method_is_there() -> None:
    world = World([], strict=True)
    events = Events(world, Deliveries(world))
    assert set(handlers(Postings(world, events), events)) == methods().keys() - NOT_BY_TOKEN


@pytest.mark.parametrize("name", sorted(methods()))
def test_every_argument_of_the_client_is_known(name: str) -> None:
    signature = inspect.signature(getattr(WebClient, name.replace(".", "_")))
    sent = {parameter.name for parameter in signature.parameters.values() if parameter.kind is parameter.KEYWORD_ONLY}
    assert methods()[name].unknown(dict.fromkeys(sent - CLIENT_ONLY)) == []


def test_the_tutors_events_and_scopes_exist() -> None:
    assert event_scopes().keys() >= BOT_EVENTS
    assert set[str]().union(*(event_scopes()[event] for event in BOT_EVENTS)) - BOT_SCOPES <= {"admin.apps:read"}


def test_missing_mistyped_and_unreadable_arguments_are_refused() -> None:
    method = methods()["conversations.replies"]
    for args in ({"channel": "C1"}, {"channel": "C1", "ts": "1.2", "limit": "many"}, {"channel": ["C1"], "ts": "1"}):
        with pytest.raises(ApiRefusal, match="invalid_arguments"):
            method.checked(args)
    with pytest.raises(ApiRefusal, match="invalid_blocks_format"):
        methods()["chat.postMessage"].checked({"channel": "C1", "blocks": "[{"})


def test_structures_in_forms_are_read_as_json() -> None:
    checked = methods()["chat.postMessage"].checked({"channel": "C1", "blocks": '[{"type": "divider"}]'})
    assert checked["blocks"] == [{"type": "divider"}]
