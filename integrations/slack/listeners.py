"""What comes from Slack is stored here before Slack hears that it arrived; everything else happens later."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

from slack_bolt import BoltResponse

from agent.delivery.inbox import NEW, Inbox
from agent.delivery.queues import Queues
from agent.domain.act import ACTIONS
from agent.domain.reply import Action, Reply
from integrations.slack import feedback
from integrations.slack.blocks import messages, pressed
from integrations.slack.envelopes import Incoming, Reader, says_stop
from integrations.slack.feedback import Feedback
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack.turn_runner import TurnRunner
from integrations.slack.typing_status import TypingStatus
from integrations.slack.views.cohort_home import TURN
from integrations.slack.views.forms import Forms
from integrations.slack.views.home import HomePages

COMMAND, SHORTCUT = "/tutor", "review_message_file"
FRESH_SECONDS = 3_600.0  # an edit of an older message is no new question
_UNKNOWN = "That belongs to an older version of me and does nothing any more. Write me what you need."
_log = logging.getLogger(__name__)
Body = dict[str, Any]


class Listener:
    """One call for one envelope, before the acknowledgement: when it raises, Slack sends again."""

    def __init__(
        self,
        reader: Reader,
        inbox: Inbox,
        *,
        jobs: Queues,
        turn_runner: TurnRunner,
        outbox_worker: OutboxWorker,
        homes: HomePages,
        opinions: Feedback,
        executor: Executor,
        leave: Callable[[str], None],
        typing_status: TypingStatus,
        forms: Forms,
    ) -> None:
        self._reader, self._inbox, self._jobs, self._turn_runner = reader, inbox, jobs, turn_runner
        self._outbox_worker, self._homes, self._opinions, self._executor = outbox_worker, homes, opinions, executor
        self._leave, self._typing_status, self._forms = leave, typing_status, forms
        self._kinds: Mapping[str, Callable[[Body], Body | None]] = {
            "event_callback": self._event,
            "block_actions": self._action,
            "message_action": self._shortcut,
            "view_submission": self._submission,
        }
        self._events: Mapping[str, Callable[[Body], None]] = {
            "message": self._message,
            "app_mention": self._message,
            "app_home_opened": self._home_opened,
            "agent_session_stopped": self._stopped,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._revoked,
        }

    def take(self, body: Body) -> BoltResponse:
        """Stores what asks for an answer; what asks for none is acknowledged, so that Slack does not send it again."""
        kind = self._command if "command" in body else self._kinds.get(str(body.get("type")))
        answer = kind(body) if kind is not None else None
        return BoltResponse(status=200, body=answer or "")

    def _event(self, body: Body) -> None:
        event = body.get("event") or {}
        handle = self._events.get(str(event.get("type")))
        if handle is not None:
            handle(event)

    def _message(self, event: Body) -> None:
        if event.get("subtype") == "message_changed":
            self._changed(event)
        elif event.get("subtype") == "message_deleted":
            self._deleted(event)
        else:
            incoming = self._addressed(event)
            if incoming is not None and not self._is_stop(incoming):
                self._accept(incoming)

    def _addressed(self, event: Body) -> Incoming | None:
        """The message, where it is for us: asked, or a follow-up of somebody whom we answer in this thread."""
        addressed = self._reader.addressing(event)
        incoming = self._reader.message(event) if addressed is not False else None
        if incoming is None or addressed:
            return incoming
        return incoming if self._inbox.takes_part(incoming.conversation, incoming.person_id) else None

    def _is_stop(self, incoming: Incoming) -> bool:
        """The word is a command only while there is something to stop."""
        if not says_stop(incoming.text):
            return False
        place = f"{incoming.team}:{incoming.channel}" if incoming.direct else incoming.conversation
        if not self._turn_runner.stop(place, incoming):
            return False
        self._inbox.record(incoming.key, incoming.conversation, {"kind": "stop"}, person_id=incoming.person_id)
        return True

    def _accept(self, incoming: Incoming) -> None:
        """A second delivery submits again, too: the first may have ended between the two. A job is known by its key."""
        key, conversation = incoming.key, incoming.conversation
        if self._inbox.accept(key, conversation, incoming.to_json(), person_id=incoming.person_id):
            self._typing_status.announce(incoming.channel, incoming.thread_ts)
        self._jobs.submit_turn(key, conversation)

    def _changed(self, event: Body) -> None:
        message = _in_place(event, event.get("message") or {})
        if message.get("subtype") == "tombstone":  # a deleted message that others have replied to
            self._deleted({**event, "deleted_ts": message.get("ts")})
            return
        incoming = self._reader.message(message)
        if incoming is None:
            return
        state = self._inbox.state(incoming.key)
        if state == NEW:
            self._correct(incoming)
        elif not state and _age(event, incoming) < FRESH_SECONDS:
            self._message(message)  # the mention came with the edit, or the first delivery is still to come

    def _correct(self, incoming: Incoming) -> None:
        """Corrections may come in any order; the last one that was made counts."""
        stored = self._inbox.load(incoming.key) or {}
        if stored.get("edited", "") <= incoming.edited:
            self._inbox.edit(incoming.key, incoming.to_json())

    def _deleted(self, event: Body) -> None:
        former = _in_place(event, event.get("previous_message") or {}) | {"ts": event.get("deleted_ts") or ""}
        incoming = self._reader.message(former)
        if incoming is None:
            return
        state = self._inbox.state(incoming.key)
        if not state:
            if self._reader.addressing(former) is True:  # its first delivery may still be on the way
                self._inbox.accept(incoming.key, incoming.conversation, {}, person_id=incoming.person_id)
                self._inbox.delete(incoming.key)
            return
        self._outbox_worker.cancel(incoming.key)
        if not self._inbox.delete(incoming.key):
            self._accept(replace(incoming, key=f"{incoming.key}:takeback", text="", kind="takeback"))

    def _home_opened(self, event: Body) -> None:
        greet_in = str(event.get("channel") or "") if event.get("tab") == "messages" else ""
        self._later(self._homes.opened, self._reader.team, event["user"], greet_in=greet_in)

    def _stopped(self, event: Body) -> None:
        """Slack's own Stop button; the session's status is ours to end."""
        channel, root = str(event["channel"]), str(event.get("thread_ts") or "")
        place = f"{self._reader.team}:{channel}"
        key = f"{self._reader.team}:{channel}:{event['event_ts']}:stop"
        incoming = Incoming(
            key, self._reader.team, channel, "", root, str(event["user"]), "", direct=True, conversation=place
        )
        self._turn_runner.stop(place, incoming)
        self._typing_status.end(channel, root)

    def _uninstalled(self, event: Body) -> None:
        self._leave(self._reader.team)
        self._outbox_worker.halt(str(event["type"]))

    def _revoked(self, event: Body) -> None:
        if (event.get("tokens") or {}).get("bot"):
            self._outbox_worker.halt("tokens_revoked")

    def _action(self, body: Body) -> None:
        if not body.get("actions"):
            return
        incoming = self._reader.action(body)
        action = pressed(incoming.action or {})
        if action.id == feedback.ACTION:
            if self._opinions.clicked(body):
                self._later(self._opinions.ask_why, body)
        elif action.id == TURN:
            self._later(self._homes.turn, self._reader.team, incoming.user, action.value)
        elif self._forms.opens(action.id) and not incoming.stranger:
            self._later(self._form, body, incoming, action)
        elif action.id in ACTIONS:
            self._accept(incoming)
        elif not body["actions"][0].get("url"):
            self._notice(f"{incoming.key}:unknown", body, incoming.user)

    def _form(self, body: Body, incoming: Incoming, action: Action) -> None:
        """Without its form, the button does what it can by itself."""
        if not self._forms.open(body, incoming, action.id, action.value):
            self._accept(incoming)

    def _submission(self, body: Body) -> Body | None:
        if body["view"].get("callback_id") == feedback.FORM:
            self._opinions.submitted(body)
            return None
        if self._forms.opens(str(body["view"].get("callback_id"))):
            incoming, faults = self._forms.read(body)
            if incoming is None:
                return {"response_action": "errors", "errors": faults}
            self._accept(incoming)
            return None
        return {"response_action": "update", "view": _gone()}

    def _command(self, body: Body) -> Body | None:
        if body["command"] != COMMAND:
            return {"response_type": "ephemeral", "text": _UNKNOWN}
        self._accept(self._reader.command(body))
        return None

    def _shortcut(self, body: Body) -> None:
        incoming = self._reader.shortcut(body)
        if body.get("callback_id") == SHORTCUT:
            self._accept(incoming)
        else:
            self._notice(f"{incoming.key}:unknown", body, incoming.user)

    def _notice(self, key: str, body: Body, user: str) -> None:
        """Seen by this person only."""
        url, channel = str(body.get("response_url") or ""), str((body.get("channel") or {}).get("id") or "")
        self._outbox_worker.post(
            key, *messages(Reply(_UNKNOWN)), channel=channel if url else "", user=user, response_url=url
        )
        self._later(self._outbox_worker.flush)

    def _later(self, action: Callable[..., None], *arguments: Any, **named: Any) -> None:
        """For what may be lost in a crash: it comes again with the next click."""

        def run() -> None:
            try:
                action(*arguments, **named)
            except Exception:  # noqa: BLE001 - nobody waits for it, and the log must say it
                _log.exception("something that was to follow an envelope failed")

        self._executor.submit(run)


def _in_place(event: Body, message: Body) -> Body:
    """A message inside another event, with the place that only the outer one names."""
    return {"type": "message"} | message | {key: event[key] for key in ("channel", "channel_type") if key in event}


def _age(event: Body, incoming: Incoming) -> float:
    return float(event.get("event_ts") or incoming.ts) - float(incoming.ts)


def _gone() -> Body:
    text = {"type": "plain_text", "text": _UNKNOWN}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Out of date"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": text}],
    }
