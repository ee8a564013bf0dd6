"""The browser workspace: static files, and a policy under which nothing foreign can run or load."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


def page_routes() -> list[BaseRoute]:
    return [Route("/", _index), Route("/static/{name}", _file)]


async def _index(_: Request) -> Response:
    return _serve("index.html")


async def _file(request: Request) -> Response:
    return _serve(request.path_params["name"])


def _serve(name: str) -> Response:
    found = {path.name: path for path in files(__package__).joinpath("static").iterdir()}.get(name)
    if found is None:
        return PlainTextResponse("There is no such page.", 404)
    return Response(found.read_bytes(), media_type=TYPES[name.rpartition(".")[2]], headers=HEADERS)
