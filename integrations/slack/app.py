"""The Bolt app: stores what came before Slack hears that it arrived, and hands it to the jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient

from agent.bootstrap import Tutoring
from agent.durable_jobs import QUEUES, DurableJobs
from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from integrations.slack.building import Building
from integrations.slack.courier import Courier
from integrations.slack.directory import Directory
from integrations.slack.door import Door
from integrations.slack.envelopes import Reader
from integrations.slack.feedback import Feedback
from integrations.slack.files import Attachments
from integrations.slack.home import HomePages
from integrations.slack.latest import Latest
from integrations.slack.room import Room

LISTENERS = 20  # threads for what follows an envelope and may be lost
CALL_SECONDS = 20  # for one call of the Web API; shorter than the outbox's lease


@dataclass(frozen=True)
class SlackTutor:
    app: App
    room: Room
    courier: Courier


@dataclass(frozen=True)
class _Parts:
    client: WebClient
    courier: Courier
    directory: Directory
    homes: HomePages
    building: Building
    room: Room


@contextmanager
def open_slack(tutoring: Tutoring, *, listen: Sequence[str] = QUEUES) -> Iterator[SlackTutor]:
    """The app with durable jobs behind it; what was accepted before a crash is taken up again."""
    settings = tutoring.settings
    with Latest() as latest:
        parts = _parts(tutoring, open_client(settings), latest)
        jobs = DurableJobs(
            settings.database,
            run_turn=parts.room.run_turn,
            run_build=parts.building.run,
            run_tidy=tutoring.retention.tidy,
            executor=settings.executor,
            listen=listen,
        )
        with parts.courier, jobs, ThreadPoolExecutor(LISTENERS) as executor:
            parts.building.jobs = jobs
            app = _create_app(tutoring, parts, jobs, executor)
            for key, conversation in tutoring.inbox.unfinished():
                jobs.submit_turn(key, conversation)
            yield SlackTutor(app, parts.room, parts.courier)


def open_client(settings: Settings) -> WebClient:
    """Repeats nothing by itself: after a broken connection the SDK would post a message a second time."""
    if settings.slack_bot_token is None:
        raise ConfigurationInvalid(
            "SLACK_BOT_TOKEN is not set. The guide in integrations/slack/README.md says where to get it."
        )
    token = settings.slack_bot_token.get_secret_value()
    return WebClient(token=token, base_url=settings.slack_base_url, timeout=CALL_SECONDS, retry_handlers=[])


def _parts(tutoring: Tutoring, client: WebClient, latest: Latest) -> _Parts:
    directory = Directory(client, tutoring.settings)
    courier = Courier(client, tutoring.outbox, directory, owner=tutoring.settings.executor)
    homes = HomePages(tutoring, client, courier=courier, directory=directory, latest=latest)
    building = Building(tutoring, client, courier=courier, directory=directory, homes=homes)
    room = Room(
        tutoring,
        client,
        attachments=Attachments(client),
        courier=courier,
        directory=directory,
        homes=homes,
        building=building,
        latest=latest,
    )
    return _Parts(client, courier, directory, homes, building, room)


def _create_app(tutoring: Tutoring, parts: _Parts, jobs: DurableJobs, executor: ThreadPoolExecutor) -> App:
    """One middleware and no listener: Bolt would acknowledge an event before its listener has kept it."""
    secret = tutoring.settings.slack_signing_secret
    app = App(
        client=parts.client,
        signing_secret=secret.get_secret_value() if secret else None,
        request_verification_enabled=secret is not None,
        listener_executor=executor,
    )
    known = parts.client.auth_test()
    team = str(known["team_id"])
    for user in tutoring.settings.instructors:  # told of what waits for them, also before they have ever written
        tutoring.tutor.enrol(parts.directory.person(team, user))
    door = Door(
        Reader(team, str(known["user_id"]), tutoring.settings.profile),
        tutoring.inbox,
        jobs=jobs,
        room=parts.room,
        courier=parts.courier,
        homes=parts.homes,
        opinions=Feedback(tutoring.inbox, parts.client, team),
        executor=executor,
    )

    def at_the_door(body: dict[str, Any]) -> BoltResponse:
        return door.take(body)

    app.middleware(at_the_door)
    return app
