"""The page on which a person allows an app into their workspace."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from integrations.slack_emulator.apps import App
from integrations.slack_emulator.oauth import Authorization
from integrations.slack_emulator.schema import known_scopes
from integrations.slack_emulator.world import World

ADDRESS = "/oauth/v2/authorize"
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
Asked = QueryParams | dict[str, str]


class ConsentPage:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        return [Route(ADDRESS, self.ask), Route(ADDRESS, self.answer, methods=["POST"])]

    async def ask(self, request: Request) -> Response:
        app, fault = self._checked(request.query_params)
        if app is None or fault:
            return _refused(fault)
        return _page(f"{app.name} asks for permission", self._form(app, request.query_params))

    async def answer(self, request: Request) -> Response:
        """Back to the app, with a code or with what was refused."""
        given = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        app, fault = self._checked(given)
        team = self._world.workspaces.get(given.get("team", ""))
        if app is None or fault or team is None:
            return _refused(fault or "There is no such workspace.")
        told = {"state": given["state"]} if given.get("state") else {}
        if given.get("answer") != "allow":
            return _back(app, given, {"error": "access_denied", **told})
        scopes = frozenset(given["scope"].split(","))
        user = given.get("user") or team.people()[0].id
        grant = Authorization(app.id, team.id, scopes, user, given.get("redirect_uri", ""))
        with self._world.lock:
            return _back(app, given, {"code": self._world.authorizations.issue(grant), **told})

    def _checked(self, asked: Asked) -> tuple[App | None, str]:
        """The app, and Slack's word for what is wrong."""
        app = next(
            (app for app in self._world.apps.values() if app.client_id == asked.get("client_id")),
            None,
        )
        if app is None:
            return None, "invalid_client_id"
        scopes = [word for word in asked.get("scope", "").split(",") if word]
        if not scopes:
            return app, "no_scopes"
        if unknown := set(scopes) - known_scopes():
            return app, f"invalid_scope: {', '.join(sorted(unknown))}"
        redirect = asked.get("redirect_uri", "")
        if redirect and not any(redirect.startswith(url) for url in app.redirect_urls):
            return app, "bad_redirect_uri"
        return app, "" if redirect or app.redirect_urls else "bad_redirect_uri: the app has named none"

    def _form(self, app: App, asked: Asked) -> str:
        kept = "".join(
            f'<input type="hidden" name="{name}" value="{escape(asked.get(name, ""))}">'
            for name in ("client_id", "scope", "redirect_uri", "state")
        )
        wanted = asked.get("team", "")
        teams = "".join(
            f'<option value="{workspace.id}"{" selected" * (workspace.id == wanted)}>{escape(workspace.name)}</option>'
            for workspace in self._world.workspaces.values()
        )
        scopes = "".join(f"<li><code>{escape(word)}</code></li>" for word in asked["scope"].split(","))
        return (
            f'<form method="post" action="{ADDRESS}">{kept}'
            '<p><label for="team">Workspace</label><br>'
            f'<select class="select" id="team" name="team">{teams}</select></p>'
            f"<p><strong>{escape(app.name)}</strong> would be able to use:</p><ul>{scopes}</ul>"
            '<p class="actions"><button class="button primary" name="answer" value="allow">Allow</button>'
            '<button class="button" name="answer" value="cancel">Cancel</button></p></form>'
        )


def _back(app: App, given: Asked, said: dict[str, str]) -> Response:
    address = given.get("redirect_uri") or app.redirect_urls[0]
    joined = "&" if urlsplit(address).query else "?"
    return RedirectResponse(f"{address}{joined}{urlencode(said)}", 302)


def _refused(fault: str) -> Response:
    return _page("This app cannot be installed", f"<p>{escape(fault)}</p>", 400)


def _page(title: str, body: str, status: int = 200) -> Response:
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/static/style.css"></head><body><main class="consent"><h1>{escape(title)}</h1>'
        f"{body}</main></body></html>"
    )
    return HTMLResponse(page, status, {"content-security-policy": POLICY, "referrer-policy": "no-referrer"})
