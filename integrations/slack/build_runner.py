"""Builds that learners asked for in Slack: started, shown while they run, stopped, and told at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.app import Tutoring
from agent.builds.requests import Taken
from agent.delivery.queues import Queues
from agent.domain.reply import Action, Reply
from agent.domain.turn import BuildRequest
from integrations.slack.blocks import message, messages
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Incoming
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack.rate_limiter import RateLimiter
from integrations.slack.typing_status import TypingStatus
from integrations.slack.views.home import HomePages
from tools.sandbox.builder import BuildProgress

PROGRESS_SECONDS = 3.0  # between two edits of one message: what Slack asks for


class BuildRunner:
    def __init__(
        self,
        tutoring: Tutoring,
        client: WebClient,
        *,
        outbox_worker: OutboxWorker,
        directory: Directory,
        homes: HomePages,
        typing_status: TypingStatus,
        rate_limiter: RateLimiter,
    ) -> None:
        self._tutoring, self._client = tutoring, client
        self._outbox_worker, self._directory, self._homes = outbox_worker, directory, homes
        self._typing_status, self._rate_limiter = typing_status, rate_limiter
        self.jobs: Queues | None = None

    def start(self, incoming: Incoming, request: BuildRequest) -> None:
        place = {
            "channel": incoming.channel,
            "thread_ts": incoming.thread_ts,
            "reply": f"{incoming.key}:reply",
            "user": incoming.user,
            "team": incoming.team,
        }
        self._tutoring.build_jobs.put(request, place)
        if self.jobs is not None:
            self.jobs.submit_build(request.job_id)
        ahead = self._tutoring.build_jobs.ahead(request.job_id)
        if ahead:
            self._post(f"{request.job_id}:line", Reply(_queue_position(ahead)), place)

    def stop(self, job_id: str, person_id: str) -> Reply:
        stopped = self._tutoring.build_jobs.stop(job_id, person_id)
        return Reply("Stopping the build." if stopped else "There is no build of yours to stop.")

    def run(self, taken: Taken) -> None:
        found = self._tutoring.build_jobs.load(taken.job_id)
        if found is None:
            return
        request, place = found
        if taken.cut_off:
            self._end(request, place, self._tutoring.builds.cut_off(request), cut_off=True)
            return
        self._update_waiting(place["team"])
        self._typing_status.begin(place["channel"], place["thread_ts"])  # while it runs, Slack shows its own Stop, too
        try:
            self._build(request, place)
        finally:
            self._typing_status.end(place["channel"], place["thread_ts"])

    def _build(self, request: BuildRequest, place: dict[str, str]) -> None:
        job_id = request.job_id
        reply = self._tutoring.builds.run(
            request,
            on_progress=self._progress(job_id, place),
            cancelled=lambda: self._tutoring.build_jobs.is_stopped(job_id),
        )
        self._end(request, place, reply)

    def _end(self, request: BuildRequest, place: dict[str, str], reply: Reply, *, cut_off: bool = False) -> None:
        """Said first, then noted: a crash between the two says nothing twice, for the message has a key."""
        self._post(f"{request.job_id}:done", reply, place)
        self._tutoring.build_jobs.done(request.job_id, cut_off=cut_off)
        self._homes.publish(self._directory.person(place["team"], place["user"]))

    def _post(self, key: str, reply: Reply, place: dict[str, str]) -> None:
        where = {name: place[name] for name in ("channel", "user", "thread_ts")}
        self._outbox_worker.post(key, *messages(reply), **where)
        self._outbox_worker.flush()

    def _update_waiting(self, team: str) -> None:
        """Every build behind this one moved up."""
        for ahead, job_id in enumerate(self._tutoring.build_jobs.waiting(), 1):
            found = self._tutoring.build_jobs.load(job_id)
            if found is not None and found[1]["team"] == team:
                self._show(job_id, found[1], _queue_position(ahead))

    def _progress(self, job_id: str, place: dict[str, str]) -> Callable[[BuildProgress], None]:
        """Shown in the message that said that the build begins, its Stop button kept."""
        last = 0.0

        def show(progress: BuildProgress) -> None:
            nonlocal last
            if time.monotonic() - last < PROGRESS_SECONDS:
                return
            text = f"Building, step {progress.step} of {progress.steps}: `{progress.text}`"
            if self._show(job_id, place, text):
                last = time.monotonic()

        return show

    def _show(self, job_id: str, place: dict[str, str], text: str) -> bool:
        ts = self._tutoring.outbox.where(place["reply"])
        if not ts or not self._rate_limiter.allows("chat.update"):
            return False
        shown = message(Reply(text, actions=(Action("stop", "Stop", job_id, "danger"),)))
        with suppress(SlackApiError, SlackClientError, OSError):
            self._client.chat_update(channel=place["channel"], ts=ts, **shown)
        return True


def _queue_position(ahead: int) -> str:
    return f"{ahead} {'build' if ahead == 1 else 'builds'} before yours."
