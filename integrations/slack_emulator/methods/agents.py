from __future__ import annotations

from typing import Any

from integrations.slack_emulator.calls import Call
from integrations.slack_emulator.channels import Channel
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.sessions import Prompts, Session
from integrations.slack_emulator.world import Change

Answer = dict[str, Any]
STATUSES = ("active", "processing", "suspended", "closed")
MAX_PROMPTS = 4
NO_STOP = "missing_agent_session_stopped_event_subscription"


class AgentMethods:
    def set_status(self, call: Call) -> Answer:
        _require_agent(call, "feature_disabled")
        channel = call.channel("channel_id")
        if call.bot not in channel.members:
            raise ApiRefusal("not_authorized")
        initiator = call.args.get("initiator_user_id")
        if initiator and initiator not in channel.members:
            raise ApiRefusal("user_not_found")
        session = change_status(call, channel, _thread(call, "thread_ts_required"), str(call.args["status"]))
        session.title = session.title or str(call.args.get("title") or "")[:200]
        return {"status": session.status, "agent_status": session.status, "title": session.title}

    def rename(self, call: Call) -> Answer:
        _require_agent(call, "feature_disabled")
        channel = call.channel("channel_id")
        session = call.world.sessions.get(call.team.id, channel.id, _thread(call, "thread_ts_required"))
        if session is None:
            raise ApiRefusal("session_not_found")
        session.title = str(call.args["title"])[:200]
        _publish(call, session)
        return {"title": session.title}

    def set_loading(self, call: Call) -> Answer:
        channel = call.joined_channel("channel_id")
        session = self._session(call, channel)
        messages = call.args.get("loading_messages") or []
        if any(not isinstance(message, str) or not 0 < len(message) <= 50 for message in messages):
            raise ApiRefusal("invalid_arguments", "loading_messages hold 1 to 50 characters each")
        status = str(call.args["status"])
        call.world.sessions.set_loading(session, (messages[0] if messages else status) if status else "")
        _publish(call, session)
        return {}

    def set_title(self, call: Call) -> Answer:
        channel = call.joined_channel("channel_id")
        session = self._session(call, channel)
        session.title = str(call.args["title"])
        _publish(call, session)
        return {}

    def set_prompts(self, call: Call) -> Answer:
        _require_agent(call, "not_agent_app")
        channel = call.joined_channel("channel_id")
        prompts = call.args["prompts"]
        whole = isinstance(prompts, list) and all(
            isinstance(prompt, dict) and prompt.get("title") and prompt.get("message") for prompt in prompts
        )
        if not whole or len(prompts) > MAX_PROMPTS:
            raise ApiRefusal("invalid_arguments", f"prompts: 1 to {MAX_PROMPTS} objects with title and message")
        if call.args.get("thread_ts"):
            call.world.note("warning", call.method, "prompts_in_thread_have_no_effect")
            return {}
        title = str(call.args.get("title") or "")
        call.world.sessions.prompts[call.team.id, channel.id] = Prompts(title, prompts)
        call.world.publish(Change("prompts", call.team.id, channel.id, {"title": title, "items": prompts}))
        return {}

    def _session(self, call: Call, channel: Channel) -> Session:
        thread_ts = _thread(call, "invalid_thread_ts")
        if thread_ts not in channel.messages:
            raise ApiRefusal("invalid_thread_ts")
        return call.world.sessions.ensure(call.team.id, call.installation.app.id, channel.id, thread_ts)


def change_status(call: Call, channel: Channel, thread_ts: str, status: str) -> Session:
    if status not in STATUSES:
        raise ApiRefusal("invalid_status")
    app = call.installation.app
    session = call.world.sessions.ensure(call.team.id, app.id, channel.id, thread_ts)
    session.stoppable = "agent_session_stopped" in app.events
    if status == "processing" and not session.stoppable:
        call.warnings.append(NO_STOP)
    call.world.sessions.set_status(session, status)
    _publish(call, session)
    return session


def _require_agent(call: Call, error: str) -> None:
    if not call.installation.app.is_agent:
        raise ApiRefusal(error)


def _thread(call: Call, otherwise: str) -> str:
    thread_ts = str(call.args.get("thread_ts") or "")
    if not thread_ts:
        raise ApiRefusal(otherwise)
    return thread_ts


def _publish(call: Call, session: Session) -> None:
    call.world.publish(Change("session", call.team.id, session.channel, session.to_view()))
