"""Runs turns that came in by Slack: from the stored message to the reply that is seen."""

from __future__ import annotations

import logging
from collections.abc import Callable

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.app import Tutoring
from agent.conversation.audience import Audience
from agent.delivery.queues import Queues
from agent.domain.act import Intent
from agent.domain.people import Person
from agent.domain.reply import Action, Reply
from agent.domain.turn import Spent, Turn, TurnResult
from agent.errors import TurnStopped
from integrations.slack.blocks import messages, pressed
from integrations.slack.build_runner import BuildRunner
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Incoming
from integrations.slack.files import Attachments
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack.streaming import Streams
from integrations.slack.typing_status import TypingStatus
from integrations.slack.views.home import HomePages

_APOLOGY = "Something went wrong on my side. Your message and your files are kept; please send the message again."
_ANSWERED_DIRECTLY = "Your own work stays between us: I have answered in our direct message."
_NO_FILE = "There is no file of yours in that message. I read files of your own only."
_EXTERNAL = "I teach the members of this workspace only. Please ask whoever invited you here."
_STOPPED = "Stopped. What you sent is kept; write again whenever you like."
_log = logging.getLogger(__name__)


class TurnRunner:
    def __init__(
        self,
        tutoring: Tutoring,
        client: WebClient,
        *,
        attachments: Attachments,
        outbox_worker: OutboxWorker,
        directory: Directory,
        homes: HomePages,
        build_runner: BuildRunner,
        typing_status: TypingStatus,
        streams: Streams,
        spent: Callable[[Spent], None],
    ) -> None:
        self._spent = spent
        self._tutoring, self._client, self._attachments = tutoring, client, attachments
        self._outbox_worker, self._directory, self._homes = outbox_worker, directory, homes
        self._build_runner, self._typing_status, self._streams = build_runner, typing_status, streams

    @property
    def jobs(self) -> Queues | None:
        return self._build_runner.jobs

    def run_turn(self, key: str) -> None:
        """One reply for one message, whatever happens in between."""
        payload = self._tutoring.inbox.load(key)
        if payload is None or not self._tutoring.inbox.start(key):
            self._tutoring.inbox.finish(key)
            return
        incoming = Incoming.from_json(payload)
        self._typing_status.begin(incoming.channel, incoming.thread_ts)
        try:
            self._answer(incoming)
            self._tutoring.inbox.finish(key)
        except Exception:  # noqa: BLE001 - a person waits, whatever broke
            _log.exception("turn %s failed", key)
            self._apologize(incoming)
            self._tutoring.inbox.finish(key, failed=True)
        finally:
            self._outbox_worker.flush()
            self._typing_status.end(incoming.channel, incoming.thread_ts)

    def _apologize(self, incoming: Incoming) -> None:
        """A person waits: whatever broke, they are told. An answer that is there is enough; half of one is replaced."""
        if not self._tutoring.outbox.has(f"{incoming.key}:reply"):
            self._say(incoming, "reply", Reply(_APOLOGY))

    def _answer(self, incoming: Incoming) -> None:
        action = pressed(incoming.action) if incoming.action else None
        if incoming.kind == "takeback":
            self._tutoring.retention.take_back(incoming.memory, incoming.key.removesuffix(":takeback"))
        elif incoming.stranger:
            self._say(incoming, "reply", Reply(_EXTERNAL))
        elif incoming.kind == "shortcut" and not incoming.files:
            self._note(incoming, _NO_FILE)
        elif action is not None and action.id == "stop":
            self._say(incoming, "stop", self._build_runner.stop(action.value, incoming.person_id))
        else:
            self._take(incoming, action)

    def _take(self, incoming: Incoming, action: Action | None) -> None:
        person = self._directory.person(incoming.team, incoming.user)
        turn = self._turn(incoming, person, action)
        with self._streams.of(incoming, lambda: self._tutoring.inbox.is_wanted(incoming.key)) as stream:
            try:
                result = self._tutoring.tutor.take(turn, audience=Audience(stream.emit, stream.see, stream.stay))
                stream.go_on()
                streamed = result.reply is not None and stream.finish(result.reply)
                if result.reply is None:
                    stream.drop()
            except TurnStopped:
                _log.info("turn %s was stopped; its answer is not sent", incoming.key)
                stream.drop()
                return
        self._spent(result.spent)
        self._deliver(incoming, result, streamed=streamed)
        if _changes_home(turn, result):
            self._homes.publish(person)

    def _turn(self, incoming: Incoming, person: Person, action: Action | None) -> Turn:
        """What concerns a learner's files is between the two, wherever they were sent."""
        files, refused = self._attachments.fetch(incoming.files)
        return Turn(
            key=incoming.key,
            conversation=incoming.memory,
            person=person,
            text=incoming.text,
            channel=self._directory.channel(incoming.channel) if _is_public(incoming) else None,
            files=files,
            refused=refused,
            action=action,
        )

    def _deliver(self, incoming: Incoming, result: TurnResult, *, streamed: bool) -> None:
        if result.reply is not None and not streamed:
            self._say(incoming, "reply", result.reply)
        for notice in result.notices:
            self._outbox_worker.post(notice.key, *messages(notice.reply), user=notice.person_id.partition(":")[2])
        self._outbox_worker.flush()
        for notice in result.notices:
            self._homes.refresh(notice.person_id)
        if result.reply is not None:
            self._send_files(incoming, result.reply)
        if result.build is not None:
            self._build_runner.start(incoming, result.build)

    def _say(self, incoming: Incoming, what: str, reply: Reply) -> None:
        key = f"{incoming.key}:{what}"
        if incoming.is_aside:
            self._outbox_worker.post(key, *messages(reply), user=incoming.user)
            self._note(incoming, _ANSWERED_DIRECTLY)
            return
        self._outbox_worker.post(
            key,
            *messages(reply),
            channel=incoming.channel,
            user=incoming.user,
            thread_ts=incoming.thread_ts,
            response_url=incoming.response_url,
        )

    def _note(self, incoming: Incoming, text: str) -> None:
        """A line where the person is, beside an answer that is elsewhere."""
        self._outbox_worker.post(
            f"{incoming.key}:note",
            *messages(Reply(text)),
            channel=incoming.channel,
            user=incoming.user,
            thread_ts=incoming.thread_ts,
            response_url=incoming.response_url,
        )

    def _send_files(self, incoming: Incoming, reply: Reply) -> None:
        """To the direct message, whatever the place: they are one person's."""
        for file in reply.files:
            try:
                here = incoming.channel.startswith("D")
                self._client.files_upload_v2(
                    channel=incoming.channel if here else self._directory.direct(incoming.user),
                    thread_ts=incoming.thread_ts or None if here else None,
                    filename=file.name,
                    title=file.title or file.name,
                    content=file.data,
                )
            except (SlackApiError, SlackClientError, OSError):
                text = f"Slack did not take `{file.name}` just now. Ask for it again in a minute."
                self._say(incoming, f"{file.name}:failed", Reply(text))

    def stop(self, place: str, incoming: Incoming) -> bool:
        """Ends what this person waits for in a place, and says so once; False where there was nothing to stop."""
        stopped = self._tutoring.inbox.stop(place, incoming.person_id if incoming.user else "")
        self._streams.end_unwanted()
        stopped += self._tutoring.build_jobs.stop_all(incoming.person_id) if incoming.direct and incoming.user else 0
        if stopped:
            self._say(incoming, "stopped", Reply(_STOPPED))
            self._outbox_worker.flush()
        return stopped > 0


def _is_public(incoming: Incoming) -> bool:
    """Whether others read the reply."""
    return not incoming.direct and not incoming.is_aside


def _changes_home(turn: Turn, result: TurnResult) -> bool:
    """Whether the person's Home may show something else now; a question answered changes nothing on their page."""
    return bool(turn.files or turn.action or result.notices) or result.intent in (Intent.SUBMIT, Intent.ANSWER)
