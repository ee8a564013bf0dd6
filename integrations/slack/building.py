"""Builds that learners asked for in Slack: started, shown while they run, stopped, and told at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.bootstrap import Tutoring
from agent.jobs import Jobs
from agent.replies import Action, Reply
from agent.turns import BuildRequest
from integrations.slack.blocks import message, messages
from integrations.slack.courier import Courier
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Incoming
from integrations.slack.home import HomePages
from integrations.slack.pace import Pace
from integrations.slack.statuses import Statuses
from tools.builder import BuildProgress

PROGRESS_SECONDS = 3.0  # between two edits of one message: what Slack asks for


class Building:
    def __init__(
        self,
        tutoring: Tutoring,
        client: WebClient,
        *,
        courier: Courier,
        directory: Directory,
        homes: HomePages,
        statuses: Statuses,
        pace: Pace,
    ) -> None:
        self._tutoring, self._client = tutoring, client
        self._courier, self._directory, self._homes = courier, directory, homes
        self._statuses, self._pace = statuses, pace
        self.jobs: Jobs | None = None

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

    def stop(self, job_id: str, person_id: str) -> Reply:
        stopped = self._tutoring.build_jobs.stop(job_id, person_id)
        return Reply("Stopping the build." if stopped else "There is no build of yours to stop.")

    def run(self, job_id: str) -> None:
        found = self._tutoring.build_jobs.load(job_id)
        if found is None:
            return
        request, place = found
        self._statuses.begin(place["channel"], place["thread_ts"])  # while it runs, Slack shows its own Stop, too
        try:
            self._build(job_id, request, place)
        finally:
            self._statuses.end(place["channel"], place["thread_ts"])

    def _build(self, job_id: str, request: BuildRequest, place: dict[str, str]) -> None:
        reply = self._tutoring.builds.run(
            request,
            on_progress=self._progress(job_id, place),
            cancelled=lambda: self._tutoring.build_jobs.is_stopped(job_id),
        )
        self._tutoring.build_jobs.done(job_id)
        self._courier.post(
            f"{job_id}:done",
            *messages(reply),
            channel=place["channel"],
            user=place["user"],
            thread_ts=place["thread_ts"],
        )
        self._courier.flush()
        self._homes.publish(self._directory.person(place["team"], place["user"]))

    def _progress(self, job_id: str, place: dict[str, str]) -> Callable[[BuildProgress], None]:
        """Shown in the message that said that the build begins, its Stop button kept."""
        last = 0.0

        def show(progress: BuildProgress) -> None:
            nonlocal last
            ts = self._tutoring.outbox.where(place["reply"])
            if time.monotonic() - last < PROGRESS_SECONDS or not ts or not self._pace.allows("chat.update"):
                return
            last = time.monotonic()
            text = f"Building, step {progress.step} of {progress.steps}: `{progress.text}`"
            shown = message(Reply(text, actions=(Action("stop", "Stop", job_id, "danger"),)))
            with suppress(SlackApiError, SlackClientError, OSError):
                self._client.chat_update(channel=place["channel"], ts=ts, **shown)

        return show
