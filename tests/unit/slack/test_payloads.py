"""Envelopes in Slack's own shapes: messages are read as they were written, and what is missing breaks nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agent.settings import SlackProfile
from integrations.slack.envelopes import Reader, home_team
from integrations.slack.errors import MalformedEnvelope
from integrations.slack.feedback import Feedback
from integrations.slack.listeners import unhandled
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import (
    ActionListener,
    Body,
    CommandListener,
    EventListener,
    Handler,
    Listener,
    ShortcutListener,
    ViewListener,
)
from integrations.slack.listeners.registry import registry
from integrations.slack.rich_text import written
from integrations.slack.views.forms import Forms
from integrations.slack_emulator.composer import composed
from integrations.slack_emulator.workspaces import Workspace
from knowledge.markdown import code_blocks

SHAPES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("payloads.yaml").read_text("utf-8"))
READER = Reader("T0HOME", "U0TUTOR", SlackProfile.AGENT)
NAMED = {shape["name"]: shape for shape in SHAPES}
READ = [shape["name"] for shape in SHAPES if "reads" in shape]


def _body(shape: dict[str, Any]) -> Body:
    if "body" in shape:
        return copy.deepcopy(shape["body"])
    authorization = {"enterprise_id": None, "team_id": "T0HOME", "user_id": "U0TUTOR", "is_bot": True}
    event = copy.deepcopy(shape["event"])
    return {"type": "event_callback", "team_id": "T0HOME", "event": event, "authorizations": [authorization]}


@pytest.mark.parametrize("name", READ)
def test_a_message_is_read_as_it_was_written(name: str) -> None:
    incoming = READER.message(NAMED[name]["event"])
    assert incoming is not None
    assert incoming.text == NAMED[name]["reads"]


def test_what_nobody_wrote_is_no_message() -> None:
    assert READER.message(NAMED["a huddle begins"]["event"]) is None


def _handler(body: Body) -> Handler:
    """As Bolt routes it; what names no listener is nobody's."""
    with suppress(KeyError, IndexError, TypeError, AttributeError):
        return next((entry.handle for entry in registry() if _hears(entry, body)), unhandled.handle)
    return unhandled.handle


def _hears(entry: Listener, body: Body) -> bool:
    event = body.get("event") or {}
    match entry:
        case EventListener():
            fits = not entry.subtypes or event.get("subtype") in entry.subtypes
            return entry.type == event.get("type") and fits
        case ActionListener():
            return any(action["action_id"].partition(".")[0] in entry.ids for action in body.get("actions", ()))
        case ViewListener():
            return body.get("type") == "view_submission" and body["view"]["callback_id"] == entry.callback_id
        case CommandListener():
            return body.get("command") == entry.command
        case ShortcutListener():
            return body.get("callback_id") == entry.callback_id


def _context() -> ListenerContext:
    """Reads and takes as in a workspace; what follows an acknowledgement is left out."""
    parts = MagicMock()
    parts.inbox.state.return_value = ""
    return ListenerContext(
        reader=READER,
        inbox=parts.inbox,
        jobs=parts.jobs,
        turn_runner=parts.turn_runner,
        outbox_worker=parts.outbox_worker,
        home_pages=parts.home_pages,
        feedback=Feedback(parts.inbox, parts.client, "T0HOME"),
        forms=Forms(parts.tutor, parts.client, directory=parts.directory, reader=READER),
        typing_status=parts.typing_status,
        executor=parts.executor,
        leave=parts.leave,
    )


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from _places(value, (*path, key))


def _variants(body: Body) -> Iterator[Body]:
    """Each part missing, empty, or of another kind, one at a time."""
    for *parents, last in _places(body):
        value: Any
        for value in (..., None, 7, "", [], {}):
            changed = copy.deepcopy(body)
            holder: Any = changed
            for key in parents:
                holder = holder[key]
            if value is ...:
                del holder[last]
            else:
                holder[last] = value
            yield changed


@pytest.mark.parametrize("name", NAMED)
def test_no_shape_breaks_its_listener(name: str) -> None:
    body = _body(NAMED[name])
    context = _context()
    for changed in (body, *_variants(body)):
        home_team(changed)
        with suppress(MalformedEnvelope):
            _handler(changed)(context, changed)


_LINE = st.text(alphabet=st.characters(exclude_characters="`", exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
_WORDS = st.sampled_from(["", "look\n", "\nok?"])


@given(before=_WORDS, code=st.lists(_LINE, min_size=2, max_size=6), after=_WORDS)
def test_code_from_the_composer_arrives_as_it_was_typed(before: str, code: list[str], after: str) -> None:
    typed = "\n".join(["FROM a:1", *code, "end"])
    text, blocks = composed(f"{before}```\n{typed}\n```{after}", Workspace.classroom())
    read = written({"text": text, "blocks": blocks}, bot="U0TUTOR")
    assert [block.content for block in code_blocks(read, indented=False)] == [f"{typed}\n"]


def test_every_shape_but_a_huddle_has_a_listener() -> None:
    nobodys = [name for name, shape in NAMED.items() if _handler(_body(shape)) is unhandled.handle]
    assert nobodys == ["a huddle begins"]
