"""Runs turns and builds that came in by Slack: from the stored message to the reply that is seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.bootstrap import Tutoring
from agent.jobs import Jobs
from agent.people import Person, Role
from agent.replies import Reply
from agent.settings import Profile
from agent.turns import BuildRequest, Turn, TurnResult
from integrations.slack.blocks import message, pressed
from integrations.slack.courier import Courier
from integrations.slack.envelopes import Incoming
from integrations.slack.files import Attachments
from integrations.slack.home import home
from tools.builder import BuildProgress

PROGRESS_SECONDS = 3.0  # between two edits of one message: what Slack asks for
_APOLOGY = "Something went wrong on my side. Your message and your files are kept; please send the message again."
_log = logging.getLogger(__name__)


class Room:
    def __init__(self, tutoring: Tutoring, client: WebClient, attachments: Attachments, courier: Courier) -> None:
        self._tutoring, self._client, self._attachments, self._courier = tutoring, client, attachments, courier
        self.jobs: Jobs | None = None
        self._name = lru_cache(maxsize=2_000)(self._name_of)
        self._channel = lru_cache(maxsize=500)(self._channel_name)

    def run_turn(self, key: str) -> None:
        """One reply for one message, whatever happens in between."""
        payload = self._tutoring.inbox.load(key)
        if payload is None:
            return
        incoming = Incoming.from_json(payload)
        self._tutoring.inbox.start(key)
        self._show_work(incoming, "processing")
        try:
            self._answer(incoming)
            self._tutoring.inbox.finish(key)
        except Exception:  # noqa: BLE001 - a person waits: whatever broke, they are told and the log has it
            _log.exception("turn %s failed", key)
            self._courier.post(
                f"{key}:apology",
                channel=incoming.channel,
                thread_ts=incoming.thread_ts,
                message=message(Reply(_APOLOGY)),
            )
            self._tutoring.inbox.finish(key, failed=True)
        finally:
            self._courier.flush()
            self._show_work(incoming, "active")

    def _answer(self, incoming: Incoming) -> None:
        action = pressed(incoming.action) if incoming.action else None
        if action is not None and action.id == "stop":
            self._stop(incoming, action.value)
            return
        files, refused = self._attachments.fetch(incoming.files)
        person = self.person(incoming.team, incoming.user)
        turn = Turn(
            key=incoming.key,
            conversation=incoming.conversation,
            person=person,
            text=incoming.text,
            channel=None if incoming.direct else self._channel(incoming.channel),
            files=files,
            refused=refused,
            action=action,
        )
        self._deliver(incoming, self._tutoring.take(turn))
        if incoming.direct:
            self.publish_home(incoming.user, person)

    def _deliver(self, incoming: Incoming, result: TurnResult) -> None:
        if result.reply is not None:
            self._courier.post(
                f"{incoming.key}:reply",
                channel=incoming.channel,
                user="" if incoming.channel else incoming.user,
                thread_ts=incoming.thread_ts,
                message=message(result.reply),
            )
        for notice in result.notices:
            self._courier.post(notice.key, user=notice.person_id.partition(":")[2], message=message(notice.reply))
        self._courier.flush()
        for notice in result.notices:
            self._refresh_home(notice.person_id)
        if result.reply is not None:
            self._send_files(incoming, result.reply)
        if result.build is not None:
            self._start_build(incoming, result.build)

    def _send_files(self, incoming: Incoming, reply: Reply) -> None:
        for file in reply.files:
            try:
                self._client.files_upload_v2(
                    channel=incoming.channel,
                    thread_ts=incoming.thread_ts or None,
                    filename=file.name,
                    title=file.title or file.name,
                    content=file.data,
                )
            except (SlackApiError, SlackClientError, OSError):
                text = f"Slack did not take `{file.name}` just now. Ask for it again in a minute."
                self._courier.post(
                    f"{incoming.key}:{file.name}",
                    channel=incoming.channel,
                    thread_ts=incoming.thread_ts,
                    message=message(Reply(text)),
                )

    def _start_build(self, incoming: Incoming, request: BuildRequest) -> None:
        place = {
            "channel": incoming.channel,
            "thread_ts": incoming.thread_ts,
            "ts": self._tutoring.outbox.where(f"{incoming.key}:reply"),
            "user": incoming.user,
            "team": incoming.team,
        }
        self._tutoring.build_jobs.put(request, place)
        if self.jobs is not None:
            self.jobs.submit_build(request.job_id)

    def _stop(self, incoming: Incoming, job_id: str) -> None:
        stopped = self._tutoring.build_jobs.stop(job_id, f"{incoming.team}:{incoming.user}")
        text = "Stopping the build." if stopped else "There is no build of yours to stop."
        self._courier.post(
            f"{incoming.key}:stop", channel=incoming.channel, thread_ts=incoming.thread_ts, message=message(Reply(text))
        )

    def run_build(self, job_id: str) -> None:
        found = self._tutoring.build_jobs.load(job_id)
        if found is None:
            return
        request, place = found
        reply = self._tutoring.builds.run(
            request,
            on_progress=self._progress(place),
            cancelled=lambda: self._tutoring.build_jobs.is_stopped(job_id),
        )
        self._tutoring.build_jobs.done(job_id)
        self._courier.post(
            f"{job_id}:done", channel=place["channel"], thread_ts=place["thread_ts"], message=message(reply)
        )
        self._courier.flush()
        self.publish_home(place["user"], self.person(place["team"], place["user"]))

    def _progress(self, place: dict[str, str]) -> Callable[[BuildProgress], None]:
        last = 0.0

        def show(progress: BuildProgress) -> None:
            nonlocal last
            if time.monotonic() - last < PROGRESS_SECONDS or not place["ts"]:
                return
            last = time.monotonic()
            text = f"Building, step {progress.step} of {progress.steps}: `{progress.text}`"
            with suppress(SlackApiError, SlackClientError, OSError):
                self._client.chat_update(channel=place["channel"], ts=place["ts"], **message(Reply(text)))

        return show

    def person(self, team: str, user: str) -> Person:
        """The role comes from the configuration and from nowhere else."""
        role = Role.INSTRUCTOR if user in self._tutoring.settings.instructors else Role.LEARNER
        return Person(f"{team}:{user}", self._name(user), role)

    def know_instructors(self, team: str) -> None:
        """They are told of what waits for them, also before they have ever written."""
        for user in self._tutoring.settings.instructors:
            self._tutoring.tutor.enrol(self.person(team, user))

    def _name_of(self, user: str) -> str:
        try:
            found: Any = self._client.users_info(user=user)
        except (SlackApiError, SlackClientError, OSError):
            return user
        profile = found["user"].get("profile") or {}
        return str(profile.get("display_name") or profile.get("real_name") or found["user"].get("real_name") or user)

    def _channel_name(self, channel: str) -> str:
        try:
            found: Any = self._client.conversations_info(channel=channel)
        except (SlackApiError, SlackClientError, OSError):
            return channel
        return str(found["channel"].get("name") or channel)

    def publish_home(self, user: str, person: Person) -> None:
        with suppress(SlackApiError, SlackClientError, OSError):
            self._client.views_publish(user_id=user, view=home(self._tutoring.tutor.services, person))

    def _refresh_home(self, person_id: str) -> None:
        """A learner's page after somebody else decided on their work."""
        person = self._tutoring.tutor.services.learners.find(person_id)
        if person is not None and not person.is_instructor:
            self.publish_home(person_id.partition(":")[2], person)

    def open_home(self, team: str, user: str, *, greet_in: str = "") -> None:
        """What a person sees who opens the app; the first time they are greeted in the conversation."""
        person = self.person(team, user)
        self._tutoring.tutor.enrol(person)
        self.publish_home(user, person)
        if greet_in and not person.is_instructor and self._tutoring.tutor.services.learners.is_new(person.id):
            key = f"{team}:{greet_in}:greeting"
            result = self._tutoring.take(Turn(key, f"{team}:{greet_in}", person, "hello"))
            if result.reply is not None:
                self._courier.post(key, channel=greet_in, message=message(result.reply))
                self._courier.flush()

    def _show_work(self, incoming: Incoming, status: str) -> None:
        """Best effort: a status never holds an answer back."""
        if self._tutoring.settings.profile is not Profile.AGENT or not incoming.direct or not incoming.thread_ts:
            return
        with suppress(SlackApiError, SlackClientError, OSError):
            self._client.api_call(
                "agents.sessions.setStatus",
                json={"channel_id": incoming.channel, "thread_ts": incoming.thread_ts, "status": status},
            )
