"""What no listener takes, mostly buttons and forms of an older version: acknowledged, and the person is told."""

from __future__ import annotations

from agent.domain.reply import Reply
from integrations.slack.blocks import messages
from integrations.slack.envelopes import Incoming, part, reading
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.listeners.listener import Body

_UNKNOWN = "That belongs to an older version of me and does nothing any more. Write me what you need."


def handle(context: ListenerContext, body: Body) -> Body | None:
    """Events and whatever else nobody waits for are only acknowledged, so that Slack does not send them again."""
    if "command" in body:
        return {"response_type": "ephemeral", "text": _UNKNOWN}
    match body.get("type"):
        case "block_actions":
            if not _is_link(body):  # a link has done its work
                _tell(context, body, context.reader.action(body))
        case "message_action":
            _tell(context, body, context.reader.shortcut(body))
        case "view_submission":
            return {"response_action": "update", "view": _outdated()}
    return None


@reading
def _is_link(body: Body) -> bool:
    return bool(body["actions"][0].get("url"))


def _tell(context: ListenerContext, body: Body, incoming: Incoming) -> None:
    """Seen by this person only."""
    url, channel = str(body.get("response_url") or ""), str(part(body, "channel").get("id") or "")
    context.outbox_worker.post(
        f"{incoming.key}:unknown",
        *messages(Reply(_UNKNOWN)),
        channel=channel if url else "",
        user=incoming.user,
        response_url=url,
    )
    context.later(context.outbox_worker.flush)


def _outdated() -> Body:
    text = {"type": "plain_text", "text": _UNKNOWN}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Out of date"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": text}],
    }
