"""One call from arguments to answer: faults, token, scopes, limits, schema, method."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from integrations.slack_emulator.apps import App, Installation
from integrations.slack_emulator.calls import Arguments, Call
from integrations.slack_emulator.channels import LISTED_AS, SCOPE_PREFIX
from integrations.slack_emulator.errors import ApiRefusal, Faulty
from integrations.slack_emulator.faults import AFTER_COMMIT, InjectedFault
from integrations.slack_emulator.methods import Handler
from integrations.slack_emulator.schema import Method, methods
from integrations.slack_emulator.sockets import Sockets
from integrations.slack_emulator.world import World

Answer = dict[str, Any]
Headers = Mapping[str, str]
NOWHERE = Installation(App("", ""), "", "", "", frozenset())


class WebApi:
    def __init__(self, world: World, handlers: dict[str, Handler], sockets: Sockets) -> None:
        self._world = world
        self._handlers = handlers
        self._sockets = sockets

    def handle(
        self, method: str, args: Arguments, headers: Headers, fault: InjectedFault | None, base_url: str
    ) -> Call:
        """The finished call, kept in the world's log; raises Interrupted for faults that cut the connection."""
        with self._world.lock:
            call = Call(self._world, method, args, NOWHERE, self._world.clock.now(), base_url)
            self._world.calls.append(call)
            try:
                if fault is not None and fault.kind not in AFTER_COMMIT:
                    fault.strike()
                call.answer, call.status = self._answer(call, headers), 200
                if fault is not None:
                    fault.strike()
            except ApiRefusal as refusal:
                call.answer, call.status = refusal.answer(), 200
                self._world.note("refused", method, refusal.error, *refusal.messages)
            except Faulty as faulty:
                call.answer, call.status, call.headers = faulty.body, faulty.status, faulty.headers
            finally:
                self._world.changed.notify_all()
            return call

    def _answer(self, call: Call, headers: Headers) -> Answer:
        token = headers.get("authorization", "").removeprefix("Bearer ") or str(call.args.pop("token", ""))
        call.args.pop("token", None)
        if call.method == "apps.connections.open":
            return self._open_socket(token, call.base_url)
        method = methods().get(call.method)
        if method is None or call.method not in self._handlers:
            raise ApiRefusal("unknown_method", req_method=call.method)
        if call.method == "oauth.v2.access":
            return {"ok": True, **self._handlers[call.method](_with_client(call, headers))}
        call.installation = self._installed(token)
        self._check_arguments(call, method)
        self._check_scopes(call, method)
        self._check_rate(call, method)
        answer = {"ok": True, **self._handlers[call.method](call)}
        return answer | self._warned(call)

    def _open_socket(self, token: str, base_url: str) -> Answer:
        if not token:
            raise ApiRefusal("not_authed")
        if token.startswith("xoxb-"):
            raise ApiRefusal("not_allowed_token_type")
        for app in self._world.apps.values():
            if app.app_token == token:
                address = base_url.replace("http", "ws", 1)
                return {"ok": True, "url": f"{address}/link/?ticket={self._sockets.ticket(app)}&app_id={app.id}"}
        raise ApiRefusal("invalid_auth")

    def _installed(self, token: str) -> Installation:
        if not token:
            raise ApiRefusal("not_authed")
        if token.startswith("xapp-"):
            raise ApiRefusal("not_allowed_token_type")
        installation = self._world.installation(token)
        if installation is None:
            raise ApiRefusal("invalid_auth")
        if installation.refused:
            raise ApiRefusal(installation.refused)
        return installation

    def _check_arguments(self, call: Call, method: Method) -> None:
        unknown = method.unknown(call.args)
        if unknown and self._world.strict:
            raise ApiRefusal("invalid_arguments", *(f"unknown argument: {name}" for name in unknown))
        if unknown:
            self._world.note("warning", call.method, "unknown_arguments", *unknown)
        call.args = method.checked(call.args)

    def _check_scopes(self, call: Call, method: Method) -> None:
        if call.method == "conversations.open":
            needed = {"im:write"}
        elif call.method in ("conversations.list", "users.conversations"):
            types = str(call.args.get("types") or "public_channel").split(",")
            wanted = {SCOPE_PREFIX[kind] for kind, listed in LISTED_AS.items() if listed in types}
            needed = {f"{prefix}:read" for prefix in wanted}
        elif call.method.startswith("conversations."):
            needed = {scope for scope in method.scopes if scope.startswith(f"{SCOPE_PREFIX[call.channel().kind]}:")}
        else:
            needed = set(method.scopes)
        missing = needed - call.installation.scopes
        if missing:
            provided = ",".join(sorted(call.installation.scopes))
            raise ApiRefusal("missing_scope", needed=",".join(sorted(missing)), provided=provided)

    def _check_rate(self, call: Call, method: Method) -> None:
        owner = (call.installation.team_id, call.installation.app.id)
        wait = self._world.rates.wait(method, owner, str(call.args.get("channel") or ""), call.at)
        if wait:
            self._world.note("refused", call.method, "ratelimited", f"wait {wait} s")
            raise Faulty(429, {"ok": False, "error": "ratelimited"}, {"retry-after": str(wait)})

    def _warned(self, call: Call) -> Answer:
        if not call.warnings:
            return {}
        for warning in call.warnings:
            self._world.note("warning", call.method, warning)
        return {"warning": ",".join(call.warnings), "response_metadata": {"warnings": call.warnings}}


def _with_client(call: Call, headers: Headers) -> Call:
    """Client id and secret come as HTTP Basic, or as arguments."""
    kind, _, encoded = headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        call.args |= {"client_id": client_id, "client_secret": secret}
    return call
