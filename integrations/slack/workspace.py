"""An office: the app's parts with one workspace's token."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from agent.app import Tutoring
from agent.delivery.queues import Jobs
from integrations.slack.build_runner import Building
from integrations.slack.coalescing_queue import Latest
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Reader
from integrations.slack.feedback import Feedback
from integrations.slack.files import Attachments
from integrations.slack.grants import Grant, open_client
from integrations.slack.listeners import Door
from integrations.slack.outbox_worker import Courier
from integrations.slack.rate_limiter import Pace
from integrations.slack.streaming import Streams
from integrations.slack.turn_runner import Room
from integrations.slack.typing_status import Statuses
from integrations.slack.views.forms import Forms
from integrations.slack.views.home import HomePages


@dataclass(frozen=True)
class Means:
    """What all offices share."""

    tutoring: Tutoring
    latest: Latest
    jobs: Jobs
    executor: Executor
    leave: Callable[[str], None]  # a workspace removed the app


@dataclass(frozen=True)
class Office:
    grant: Grant
    door: Door
    room: Room
    building: Building
    courier: Courier

    def close(self) -> None:
        self.courier.__exit__()


def open_office(grant: Grant, means: Means) -> Office:
    """Instructors are enrolled at once: they are told of what waits for them, also before they have ever written."""
    tutoring, client = means.tutoring, open_client(grant.token, means.tutoring.settings)
    directory, pace = Directory(client, tutoring.settings, grant.team), Pace()
    courier = Courier(
        client, tutoring.outbox, directory, grant.team, bot=grant.bot, pace=pace, owner=tutoring.settings.executor
    )
    homes = HomePages(tutoring, client, courier=courier, directory=directory, latest=means.latest)
    statuses = Statuses(client, means.latest, pace, tutoring.settings.profile)
    building = Building(
        tutoring, client, courier=courier, directory=directory, homes=homes, statuses=statuses, pace=pace
    )
    building.jobs = means.jobs
    room = Room(
        tutoring,
        client,
        attachments=Attachments(client),
        courier=courier,
        directory=directory,
        homes=homes,
        building=building,
        statuses=statuses,
        streams=Streams(client, tutoring.outbox, pace, courier.place_of),
    )
    reader = Reader(grant.team, grant.bot, tutoring.settings.profile)
    door = Door(
        reader,
        tutoring.inbox,
        jobs=means.jobs,
        room=room,
        courier=courier,
        homes=homes,
        opinions=Feedback(tutoring.inbox, client, grant.team),
        executor=means.executor,
        leave=means.leave,
        statuses=statuses,
        forms=Forms(tutoring, client, directory=directory, reader=reader),
    )
    office = Office(grant, door, room, building, courier.__enter__())
    for user in directory.instructors():
        tutoring.tutor.enrol(directory.person(grant.team, user))
    return office
