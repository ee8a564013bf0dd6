"""The Bolt app: stores what came before Slack hears that it arrived, and hands it to the jobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from agent.bootstrap import Tutoring
from agent.durable_jobs import QUEUES, DurableJobs
from agent.errors import ConfigurationInvalid
from agent.jobs import Jobs
from agent.settings import Settings
from integrations.slack.courier import Courier
from integrations.slack.envelopes import Incoming, home_team, of_action, of_message
from integrations.slack.files import Attachments
from integrations.slack.room import Room

LISTENERS = 20  # threads; a full pool would leave slash commands without an answer
_EVERYTHING = re.compile(".*")


@dataclass(frozen=True)
class SlackTutor:
    app: App
    room: Room
    courier: Courier


@contextmanager
def open_slack(tutoring: Tutoring, *, listen: Sequence[str] = QUEUES) -> Iterator[SlackTutor]:
    """The app with durable jobs behind it; what was accepted before a crash is taken up again."""
    settings = tutoring.settings
    client = open_client(settings)
    courier = Courier(client, tutoring.outbox)
    room = Room(tutoring, client, Attachments(client.token or "", settings.slack_base_url), courier)
    jobs = DurableJobs(
        settings.database,
        run_turn=room.run_turn,
        run_build=room.run_build,
        run_tidy=tutoring.retention.tidy,
        executor=settings.executor,
        listen=listen,
    )
    with jobs, ThreadPoolExecutor(LISTENERS) as executor:
        room.jobs = jobs
        for key, conversation in tutoring.inbox.unfinished():
            jobs.submit_turn(key, conversation)
        yield SlackTutor(create_app(tutoring, client, room, jobs, executor), room, courier)


def open_client(settings: Settings) -> WebClient:
    if settings.slack_bot_token is None:
        raise ConfigurationInvalid(
            "SLACK_BOT_TOKEN is not set. The guide in integrations/slack/README.md says where to get it."
        )
    return WebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_base_url)


def create_app(tutoring: Tutoring, client: WebClient, room: Room, jobs: Jobs, executor: ThreadPoolExecutor) -> App:
    secret = tutoring.settings.slack_signing_secret
    app = App(
        client=client,
        signing_secret=secret.get_secret_value() if secret else None,
        request_verification_enabled=secret is not None,
        listener_executor=executor,
    )
    known = client.auth_test()
    bot = str(known["user_id"])
    room.know_instructors(str(known["team_id"]))
    app.middleware(_keeper(tutoring, jobs, bot))
    app.event("app_home_opened")(_home_opener(room))
    app.event(_EVERYTHING)(_nothing)
    app.action(_EVERYTHING)(_acknowledge)
    return app


def _keeper(tutoring: Tutoring, jobs: Jobs, bot: str) -> Callable[..., None]:
    """Runs before the ack: when the database is away this raises, and Slack sends again."""

    def keep(body: dict[str, Any], next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's argument name
        incoming = _incoming(body, bot, tutoring.settings)
        if incoming is not None:
            person = f"{incoming.team}:{incoming.user}"
            if tutoring.inbox.accept(incoming.key, incoming.conversation, incoming.to_json(), person_id=person):
                jobs.submit_turn(incoming.key, incoming.conversation)
        next()

    return keep


def _incoming(body: dict[str, Any], bot: str, settings: Settings) -> Incoming | None:
    if body.get("type") == "block_actions":
        first = body["actions"][0]
        ours = not str(first["action_id"]).startswith("feedback")
        return of_action(body, profile=settings.profile) if ours else None
    if body.get("event", {}).get("type") in ("message", "app_mention"):
        return of_message(body, bot=bot, profile=settings.profile)
    return None


def _home_opener(room: Room) -> Callable[..., None]:
    def opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        greet_in = str(event.get("channel") or "") if event.get("tab") == "messages" else ""
        room.open_home(home_team(body), event["user"], greet_in=greet_in)

    return opened


def _nothing() -> None:
    """Events that ask for nothing are acknowledged, so that Slack does not send them again."""


def _acknowledge(ack: Callable[[], None]) -> None:
    ack()
