"""The registry of listeners against what it has to agree with: its files, Bolt, both manifests, the emulator."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult

from agent.domain.act import ACTIONS
from agent.settings import SlackProfile
from integrations.slack import manifest
from integrations.slack.listeners import attaching, events, listener, unhandled
from integrations.slack.listeners.listener import (
    ActionListener,
    Body,
    CommandListener,
    EventListener,
    Listener,
    ShortcutListener,
    ViewListener,
)
from integrations.slack.listeners.registry import FOLDERS, registry
from integrations.slack.metrics import Metrics
from integrations.slack.web_api import GROUP_SCOPES, METHODS
from integrations.slack.workspaces import WorkspaceRegistry
from integrations.slack_emulator.apps import App as EmulatedApp
from integrations.slack_emulator.deliveries import Deliveries
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.methods import handlers
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.schema import event_scopes, methods
from integrations.slack_emulator.world import World
from tests.guide import shown

SLACK = Path(listener.__file__).parents[1]
EVENTS = [entry for entry in registry() if isinstance(entry, EventListener)]


def names(entry: Listener) -> list[str]:
    match entry:
        case EventListener():
            return [f"{entry.type}/{subtype or ''}" for subtype in entry.subtypes or ("",)]
        case ActionListener():
            return list(entry.ids)
        case ViewListener() | ShortcutListener():
            return [entry.callback_id]
        case CommandListener():
            return [entry.command]


def bodies(entry: Listener) -> Iterator[Body]:
    """What Slack sends for each name of a listener."""
    for name in names(entry):
        match entry:
            case EventListener():
                kind, _, subtype = name.partition("/")
                yield {"type": "event_callback", "event": {"type": kind, **({"subtype": subtype} if subtype else {})}}
            case ActionListener():
                yield {"type": "block_actions", "actions": [{"action_id": f"{name}.0"}]}
                yield {"type": "block_actions", "actions": [{"action_id": name}]}
            case ViewListener():
                yield {"type": "view_submission", "view": {"type": "modal", "callback_id": name}}
            case CommandListener():
                yield {"command": name}
            case ShortcutListener():
                yield {"type": "message_action", "callback_id": name}


UNHANDLED: list[Body] = [
    {"type": "event_callback", "event": {"type": "message", "subtype": "channel_join"}},
    {"type": "event_callback", "event": {"type": "reaction_added"}},
    {"type": "block_actions", "actions": [{"action_id": "submitted"}]},
    {"type": "block_actions", "actions": [{"action_id": "former.submit"}]},
    {"type": "view_submission", "view": {"type": "modal", "callback_id": "former"}},
    {"type": "view_closed", "view": {"callback_id": "submit"}},
    {"type": "message_action", "callback_id": "former"},
    {"command": "/former"},
]


class Recorded:
    """A Bolt app with every listener of the registry, where each handler only says that it was called."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.called: list[object] = []
        self.error: Exception | None = None
        self.installed = True
        patch.setattr(attaching, "registry", lambda: [self._recording(entry) for entry in registry()])
        patch.setattr(unhandled, "handle", self._handler(unhandled))
        self.app = App(
            authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id=None),
            request_verification_enabled=False,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
        )
        attaching.attach(self.app, cast("WorkspaceRegistry", SimpleNamespace(of=self._workspace)), Metrics())

    def send(self, body: Body) -> int:
        return self.app.dispatch(BoltRequest(body={"team": {"id": "T"}, **body}, mode="socket_mode")).status

    def _workspace(self, team: str) -> Any:
        return SimpleNamespace(listening=team) if self.installed else None

    def _recording(self, entry: Listener) -> Listener:
        return replace(entry, handle=self._handler(entry))

    def _handler(self, called: object) -> listener.Handler:
        def handle(context: object, body: Body) -> None:
            assert context == "T"
            self.called.append(called)
            if self.error is not None:
                raise self.error

        return cast("listener.Handler", handle)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return Recorded(monkeypatch)


def test_every_file_of_the_folders_is_a_listener() -> None:
    files = [file for folder in FOLDERS for file in Path(folder.__path__[0]).glob("*.py") if file.stem != "__init__"]
    assert len(registry()) == len(files) >= 18
    assert {Path(folder.__path__[0]).name for folder in FOLDERS} == {
        path.name for path in (SLACK / "listeners").iterdir() if (path / "__init__.py").exists()
    }


def test_the_example_of_the_guide_is_one_file_that_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "team_join.py").write_text(shown("A Slack event", "python"), "utf-8")
    monkeypatch.setattr(events, "__path__", [*events.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, f"{events.__name__}.team_join", raising=False)
    (added,) = set(names_of(registry.__wrapped__())) - set(names_of(registry()))
    assert added == "team_join/"
    complete = manifest.complete(manifest.load(SlackProfile.PLAIN), SlackProfile.PLAIN, registry.__wrapped__())
    assert "team_join" in complete["settings"]["event_subscriptions"]["bot_events"]


@pytest.mark.parametrize("text", ["", "LISTENER = 1"])
def test_a_file_without_a_listener_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "empty.py").write_text(text, "utf-8")
    monkeypatch.setattr(events, "__path__", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, f"{events.__name__}.empty", raising=False)
    with pytest.raises(TypeError, match="empty has no LISTENER"):
        registry.__wrapped__()


def names_of(entries: Iterable[Listener]) -> list[str]:
    return [name for entry in entries for name in names(entry)]


def test_each_envelope_reaches_its_own_listener_and_no_other(recorded: Recorded) -> None:
    for entry in registry():
        for body in bodies(entry):
            recorded.called.clear()
            assert recorded.send(body) == 200
            assert recorded.called == [entry], body


@pytest.mark.parametrize("body", UNHANDLED, ids=str)
def test_what_no_listener_takes_is_acknowledged(recorded: Recorded, body: Body) -> None:
    assert recorded.send(body) == 200
    assert recorded.called == [unhandled]


@pytest.mark.parametrize("body", [next(bodies(EVENTS[0])), UNHANDLED[0]], ids=["listener", "unhandled"])
def test_a_listener_that_fails_acknowledges_nothing(recorded: Recorded, body: Body) -> None:
    recorded.error = ConnectionError("the database is away")
    assert recorded.send(body) == 500


def test_a_workspace_without_the_app_is_acknowledged_and_ignored(recorded: Recorded) -> None:
    recorded.installed = False
    assert recorded.send(UNHANDLED[0]) == recorded.send(next(bodies(EVENTS[0]))) == 200
    assert recorded.called == []


def test_every_button_of_the_agent_has_a_listener() -> None:
    taken = {name for entry in registry() if isinstance(entry, ActionListener) for name in entry.ids}
    assert taken >= set(ACTIONS)


@pytest.mark.parametrize("profile", SlackProfile)
def test_a_manifest_is_what_the_registry_makes_of_it(profile: SlackProfile) -> None:
    """Events, commands, shortcuts and scopes; after a change: python -m integrations.slack.manifest."""
    written = manifest.load(profile)
    assert written == manifest.complete(written, profile, registry())


@pytest.mark.parametrize("profile", SlackProfile)
def test_a_manifest_subscribes_to_what_is_heard_and_to_nothing_else(profile: SlackProfile) -> None:
    subscribed = manifest.load(profile)["settings"]["event_subscriptions"]["bot_events"]
    heard = {name for entry in EVENTS if profile in entry.profiles for name in entry.subscriptions}
    assert set(subscribed) == heard
    assert {"app_home_opened", "app_mention", "message.im"} <= heard
    assert ("agent_session_stopped" in heard) == (profile is SlackProfile.AGENT)


@pytest.mark.parametrize("profile", SlackProfile)
def test_every_scope_of_a_manifest_has_a_caller(profile: SlackProfile) -> None:
    written = manifest.load(profile)
    needed = {scope for scopes in METHODS.values() for scope in scopes} - GROUP_SCOPES
    needed |= {scope for entry in EVENTS for scope in entry.subscriptions.values() if scope} | {"commands"}
    needed |= {manifest.AGENT_SCOPE} if "agent_view" in written["features"] else set()
    assert set(written["oauth_config"]["scopes"]["bot"]) == needed
    assert written["settings"]["interactivity"]["is_enabled"]


@pytest.mark.parametrize("profile", SlackProfile)
def test_a_manifest_stays_within_slacks_limits(profile: SlackProfile) -> None:
    features = manifest.load(profile)["features"]
    view = features.get("agent_view", {})
    assert ("agent_view" in features) == (profile is SlackProfile.AGENT)
    assert len(view.get("agent_description", "")) <= 300
    assert len(view.get("suggested_prompts", ())) <= 4


@pytest.mark.parametrize("entry", EVENTS, ids=lambda entry: "+".join(names(entry)))
def test_the_emulator_sends_every_event_that_is_heard(entry: EventListener) -> None:
    for name, scope in entry.subscriptions.items():
        assert name.partition(".")[0] == entry.type
        assert event_scopes()[name] == ({scope} if scope else set())


@pytest.mark.parametrize("profile", SlackProfile)
def test_the_emulator_installs_the_app_as_its_manifest_says(profile: SlackProfile) -> None:
    written = manifest.load(profile)
    app = EmulatedApp.from_manifest("A0TUTOR", written)
    assert app.profile.value == profile.value
    assert app.events == set(written["settings"]["event_subscriptions"]["bot_events"])
    assert app.scopes == set(written["oauth_config"]["scopes"]["bot"])
    assert app.commands == {entry.command for entry in registry() if isinstance(entry, CommandListener)}
    assert set(app.message_shortcuts) == {
        entry.callback_id for entry in registry() if isinstance(entry, ShortcutListener)
    }


def test_the_methods_that_are_listed_are_those_that_the_source_calls() -> None:
    known = {name.replace(".", "_"): name for name in methods()} | {name: name for name in methods()}
    called = {known[word] for file in SLACK.rglob("*.py") for word in _words(file) if word in known}
    assert called | UPLOAD == set(METHODS)


UPLOAD = {"files.getUploadURLExternal", "files.completeUploadExternal"}  # what the SDK's files_upload_v2 calls


def _words(file: Path) -> Iterator[str]:
    """Attributes and strings of a module, where it is not the list itself."""
    if file.name == "web_api.py":
        return
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("name", METHODS)
def test_the_emulator_has_every_method_that_is_called_and_slack_asks_for_its_scopes(name: str) -> None:
    world = World([], strict=True)
    emulated = Events(world, Deliveries(world))
    assert name in handlers(Postings(world, emulated), emulated)
    assert set(METHODS[name]) <= methods()[name].scopes
    assert bool(METHODS[name]) == bool(methods()[name].scopes)
