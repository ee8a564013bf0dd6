from __future__ import annotations

from typing import Any

from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.permits import Trigger
from integrations.slack_emulator.views import MAX_STACK, View, check_view
from integrations.slack_emulator.viewstack import new_view, replace_view, show_stack
from integrations.slack_emulator.world import Change

Answer = dict[str, Any]


class ViewMethods:
    def publish(self, call: Call) -> Answer:
        body = check_view(call.args["view"], "home")
        user = str(call.args["user_id"])
        member = call.team.members.get(user)
        if member is None:
            raise ApiRefusal("user_not_found")
        if member.is_guest and call.installation.app.is_agent:
            raise ApiRefusal("not_enabled")
        key = (call.team.id, call.installation.app.id, user)
        view = call.world.views.homes.get(key)
        if view is None:
            call.world.views.check_external_id(body, call.team.id)
            view = new_view(call.world, call.installation, user, body)
            call.world.views.homes[key] = view
        else:
            self._replace(call, view, body)
        call.world.publish(Change("home", call.team.id, "", {"app_id": view.app_id}, user))
        return {"view": view.to_wire()}

    def open(self, call: Call) -> Answer:
        body, trigger = self._exchange(call)
        key = (call.team.id, trigger.user)
        call.world.views.stacks[key] = []
        return self._stack(call, body, trigger)

    def push(self, call: Call) -> Answer:
        body, trigger = self._exchange(call)
        stack = call.world.views.stacks.get((call.team.id, trigger.user), [])
        if not stack:
            raise ApiRefusal("not_found")
        if len(stack) >= MAX_STACK:
            raise ApiRefusal("push_limit_reached")
        return self._stack(call, body, trigger)

    def update(self, call: Call) -> Answer:
        body = check_view(call.args["view"], "home", "modal")
        view_id, external_id = str(call.args.get("view_id") or ""), str(call.args.get("external_id") or "")
        if not view_id and not external_id:
            raise ApiRefusal("invalid_arguments", "one of view_id and external_id is needed")
        view = call.world.views.find(call.team.id, call.installation.app.id, view_id, external_id)
        self._replace(call, view, body)
        if view.type == "home":
            call.world.publish(Change("home", view.team_id, "", {"app_id": view.app_id}, view.user))
        else:
            show_stack(call.world, view.team_id, view.user)
        return {"view": view.to_wire()}

    def _exchange(self, call: Call) -> tuple[dict[str, Any], Trigger]:
        body = check_view(call.args["view"], "modal")
        call.world.views.check_external_id(body, call.team.id)
        key = call.args.get("trigger_id") or call.args.get("interactivity_pointer")
        if not key:
            raise ApiRefusal("invalid_arguments", "missing required field: trigger_id")
        return body, call.world.permits.exchange(str(key), call.installation.app.id)

    def _stack(self, call: Call, body: dict[str, Any], trigger: Trigger) -> Answer:
        stack = call.world.views.stacks[call.team.id, trigger.user]
        view = new_view(call.world, call.installation, trigger.user, body)
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        show_stack(call.world, call.team.id, trigger.user)
        return {"view": view.to_wire()}

    def _replace(self, call: Call, view: View, body: dict[str, Any]) -> None:
        if call.args.get("hash") and call.args["hash"] != view.hash:
            raise ApiRefusal("hash_conflict")
        call.world.views.check_external_id(body, call.team.id, replacing=view)
        replace_view(call.world, view, body)
