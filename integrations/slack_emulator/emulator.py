"""The emulator as a whole: start it, be the people in it, see what they see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from starlette.applications import Starlette

from integrations.slack_emulator.apps import App, Installation
from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.clock import Clock
from integrations.slack_emulator.commands import Commands
from integrations.slack_emulator.consent import ConsentPage
from integrations.slack_emulator.control import Control
from integrations.slack_emulator.deliveries import Deliveries
from integrations.slack_emulator.errors import NotPossible
from integrations.slack_emulator.events import Events
from integrations.slack_emulator.faults import InjectedFault, Kind
from integrations.slack_emulator.feed import Feed
from integrations.slack_emulator.interactions import Interactions
from integrations.slack_emulator.methods import handlers
from integrations.slack_emulator.oauth import Authorization
from integrations.slack_emulator.pages import page_routes
from integrations.slack_emulator.persons import EmulatedPerson, WorkspaceClient
from integrations.slack_emulator.postings import Postings
from integrations.slack_emulator.responses import Responses
from integrations.slack_emulator.routes import SlackRoutes
from integrations.slack_emulator.server import Server
from integrations.slack_emulator.sockets import Sockets
from integrations.slack_emulator.transcript import Seen, SeenView, seen_message, seen_view
from integrations.slack_emulator.webapi import WebApi
from integrations.slack_emulator.webhooks import Webhooks
from integrations.slack_emulator.workspaces import Workspace
from integrations.slack_emulator.world import Defect, World

T = TypeVar("T")


class Emulator:
    """A context manager; `workspace` is where references are looked up unless `team` says otherwise.

    `strict` refuses arguments that the published schema does not know; otherwise they are defects only.
    `ack_seconds` is real time; retries, stream expiry, trigger ids and rate limits follow `clock`.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        more: Iterable[Workspace] = (),
        apps: Iterable[App] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        strict: bool = False,
        rate_limits: bool = False,
        ack_seconds: float = 3.0,
    ) -> None:
        self.workspace = workspace or Workspace.demo()
        self.world = World([self.workspace, *more], strict=strict)
        self.world.registered = {app.id: app for app in apps}
        self.world.rates.enabled = rate_limits
        self.deliveries = Deliveries(self.world)
        events = Events(self.world, self.deliveries)
        self._postings = Postings(self.world, events)
        interactions = Interactions(self.world, self.deliveries)
        self._client = WorkspaceClient(self.world, self.deliveries, events, self._postings, interactions)
        self.sockets = Sockets(self.world, self.deliveries, ack_seconds)
        self._webhooks = Webhooks(self.deliveries, ack_seconds)
        self.deliveries.sockets, self.deliveries.webhooks = self.sockets, self._webhooks
        responses = Responses(self.world, self._postings)
        self.deliveries.settled = Commands(self.world, responses).settled
        self._feed = Feed(self.world)
        api = WebApi(self.world, handlers(self._postings, events), self.sockets)
        slack = SlackRoutes(self.world, api, self.sockets, responses, self._abort)
        control = Control(self.world, self._feed, self.person, self.sockets)
        self._server = Server(
            Starlette(routes=[*page_routes(), *slack.routes(), *ConsentPage(self.world).routes(), *control.routes()]),
            host=host,
            port=port,
            tick=self.world.clock.run_due,
            ready=self._ready,
        )
        self.url = f"http://{host}:{self._server.port}"
        self.world.base_url = self.url

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        return self.__enter__()

    def stop(self) -> None:
        self._feed.close()
        self.sockets.close()
        self._server.stop()
        self._webhooks.stop()

    @property
    def app(self) -> App:
        """The first app: the tutor."""
        return self.installation().app

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def defects(self) -> list[Defect]:
        return self.world.defects

    def installation(self, app: str = "", *, team: str = "") -> Installation:
        for installation in self._team(team).installations.values():
            if app in ("", installation.app.id, installation.app.name):
                return installation
        raise NotPossible(f"There is no app {app!r}.")

    def person(self, reference: str, *, team: str = "") -> EmulatedPerson:
        """By user id or name."""
        workspace = self._team(team)
        return EmulatedPerson(self._client, workspace, workspace.member(reference).id)

    def transcript(self, channel: str, *, viewer: str = "", team: str = "") -> list[Seen]:
        """In order of time; ephemeral messages of `viewer` are among them, or all of them without one."""
        workspace = self._team(team)
        with self.world.lock:
            place = workspace.channel(channel)
            mine = [ephemeral for ephemeral in place.ephemerals if viewer in ("", ephemeral.only_for)]
            messages = sorted([*place.messages.values(), *mine], key=lambda message: float(message.ts))
            return [seen_message(message, workspace) for message in messages]

    def direct(self, person: str, other: str = "", *, team: str = "") -> str:
        """The id of the direct message with the app's bot, or with another member."""
        workspace = self._team(team)
        partner = workspace.member(other).id if other else self.installation(team=team).user_id
        return workspace.direct(workspace.member(person).id, partner).id

    def home(self, user: str, *, app: str = "", team: str = "") -> SeenView | None:
        workspace = self._team(team)
        key = (workspace.id, self.installation(app, team=team).app.id, workspace.member(user).id)
        with self.world.lock:
            view = self.world.views.homes.get(key)
            return seen_view(view, workspace) if view else None

    def modal(self, user: str, *, team: str = "") -> SeenView | None:
        workspace = self._team(team)
        with self.world.lock:
            view = self.world.views.top(workspace.id, workspace.member(user).id)
            return seen_view(view, workspace) if view else None

    def status(self, channel: str, thread_ts: str, *, team: str = "") -> dict[str, Any]:
        """Session of a thread: status, title, indicator, stoppable; empty where there is none."""
        workspace = self._team(team)
        with self.world.lock:
            session = self.world.sessions.get(workspace.id, workspace.channel(channel).id, thread_ts)
            return session.to_view() if session else {}

    def calls(self, method: str = "") -> list[Call]:
        with self.world.lock:
            return [call for call in self.world.calls if method in ("", call.method)]

    def wait_for(self, predicate: Callable[[], T], seconds: float = 5.0) -> T:
        """The predicate's first true value; raises TimeoutError with what was last said."""
        end = time.monotonic() + seconds
        with self.world.lock:
            while not (value := predicate()) and (left := end - time.monotonic()) > 0:
                self.world.changed.wait(min(left, 0.1))
        if not value:
            raise TimeoutError(f"It did not come about within {seconds} s. Last calls:\n{self._last_calls()}")
        return value

    def fault(self, method: str, kind: Kind, **details: Any) -> InjectedFault:
        """`method`: of the Web API, `upload`, `download` or `*`; details are those of Fault."""
        with self.world.lock:
            return self.world.faults.add(InjectedFault(method, kind, **details))

    def use_http(self, url: str, app: str = "") -> bool:
        """Deliver by signed HTTP from now on; False where the address fails Slack's challenge."""
        target = self.installation(app).app
        accepted = self._webhooks.verify(target, url)
        if accepted:
            target.request_url = url
        return accepted

    def oauth_code(self, app: str = "", *, team: str = "") -> str:
        """What the app gets to exchange after somebody has allowed it, as on the page /oauth/v2/authorize."""
        workspace = self._team(team)
        target = next(known for known in self.world.apps.values() if app in ("", known.id, known.name))
        grant = Authorization(target.id, workspace.id, target.scopes, workspace.people()[0].id)
        with self.world.lock:
            return self.world.authorizations.issue(grant)

    def uninstall(self, app: str = "", *, team: str = "") -> None:
        installation = self.installation(app, team=team)
        with self.world.lock:
            tokens = {"oauth": [], "bot": [installation.user_id]}
            self._client.events.emit(installation, "app_uninstalled", {"type": "app_uninstalled"})
            self._client.events.emit(installation, "tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})
            installation.refused = "account_inactive"

    def emit(self, name: str, event: dict[str, Any], *, actor: str = "", app: str = "", team: str = "") -> None:
        """Any further event, by the name of its subscription."""
        with self.world.lock:
            self._client.events.emit(self.installation(app, team=team), name, event, actor=actor)

    def reset_sockets(self) -> None:
        """TCP reset for every open socket."""
        self._on_peers(self._server.abort)

    def half_open_sockets(self) -> None:
        """Pings stay unanswered, nothing closes."""
        self._on_peers(self._server.stop_reading)

    def _on_peers(self, action: Callable[[tuple[str, int]], None]) -> None:
        for connection in self.sockets.connections():
            self._loop.call_soon_threadsafe(action, connection.client)

    def _abort(self, peer: tuple[str, int]) -> None:
        self._server.abort(peer)

    def _ready(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.sockets.start(loop)
        self._feed.start(loop)

    def _team(self, team: str) -> Workspace:
        if team and team not in self.world.workspaces:
            raise NotPossible(f"There is no workspace {team!r}.")
        return self.world.workspaces[team] if team else self.workspace

    def _last_calls(self) -> str:
        calls = list(self.world.calls)[-8:]
        return "\n".join(f"{call.method} {call.status} {call.answer.get('error', 'ok')}" for call in calls)
