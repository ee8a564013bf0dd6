"""Views come into being, are replaced and shown."""

from __future__ import annotations

from typing import Any

from integrations.slack_emulator.apps import Installation
from integrations.slack_emulator.postings import with_ids
from integrations.slack_emulator.views import View
from integrations.slack_emulator.world import Change, World


def new_view(world: World, installation: Installation, user: str, body: dict[str, Any]) -> View:
    view_id = world.new_id("V")
    named = body | {"blocks": with_ids(body["blocks"], view_id)}
    app_id, bot_id = installation.app.id, installation.bot_id
    return View(view_id, installation.team_id, app_id, bot_id, user, named, world.new_ts(), view_id)


def replace_view(world: World, view: View, body: dict[str, Any]) -> None:
    view.body = body | {"blocks": with_ids(body["blocks"], view.id)}
    view.hash = world.new_ts()


def show_stack(world: World, team_id: str, user: str) -> None:
    top = world.views.top(team_id, user)
    world.publish(Change("modal", team_id, "", {"view": top.to_wire() if top else None}, user))
