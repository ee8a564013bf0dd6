"""One workspace: the app's parts with one workspace's token."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from agent.app import Tutoring
from agent.delivery.queues import Queues
from agent.domain.turn import Spent
from integrations.slack.build_runner import BuildRunner
from integrations.slack.coalescing_queue import CoalescingQueue
from integrations.slack.directory import Directory
from integrations.slack.envelopes import Reader
from integrations.slack.feedback import Feedback
from integrations.slack.files import Attachments
from integrations.slack.grants import Grant, open_client
from integrations.slack.listeners.context import ListenerContext
from integrations.slack.outbox_worker import OutboxWorker
from integrations.slack.rate_limiter import RateLimiter
from integrations.slack.streaming import Streams
from integrations.slack.turn_runner import TurnRunner
from integrations.slack.typing_status import TypingStatus
from integrations.slack.views.forms import Forms
from integrations.slack.views.home import HomePages


@dataclass(frozen=True)
class WorkspaceDependencies:
    """What all workspaces share."""

    tutoring: Tutoring
    coalescing: CoalescingQueue
    jobs: Queues
    executor: Executor
    process: str  # this one's name
    leave: Callable[[str], None]  # a workspace removed the app
    spent: Callable[[Spent], None]  # hears what each turn took of a language model


@dataclass(frozen=True)
class SlackWorkspace:
    grant: Grant
    listening: ListenerContext
    turn_runner: TurnRunner
    build_runner: BuildRunner
    outbox_worker: OutboxWorker

    def close(self) -> None:
        self.outbox_worker.__exit__()


def open_workspace(grant: Grant, dependencies: WorkspaceDependencies) -> SlackWorkspace:
    """Instructors are enrolled at once: they are told of what waits for them, also before they have ever written."""
    tutoring, client = dependencies.tutoring, open_client(grant.token, dependencies.tutoring.settings)
    directory, rate_limiter = Directory(client, tutoring.settings, grant.team), RateLimiter()
    outbox_worker = OutboxWorker(
        client,
        tutoring.outbox,
        directory,
        grant.team,
        bot=grant.bot,
        rate_limiter=rate_limiter,
        owner=dependencies.process,
    )
    homes = HomePages(
        tutoring, client, outbox_worker=outbox_worker, directory=directory, coalescing=dependencies.coalescing
    )
    typing_status = TypingStatus(client, dependencies.coalescing, rate_limiter, tutoring.settings.profile)
    build_runner = BuildRunner(
        tutoring,
        client,
        outbox_worker=outbox_worker,
        directory=directory,
        homes=homes,
        typing_status=typing_status,
        rate_limiter=rate_limiter,
    )
    build_runner.jobs = dependencies.jobs
    turn_runner = TurnRunner(
        tutoring,
        client,
        attachments=Attachments(client),
        outbox_worker=outbox_worker,
        directory=directory,
        homes=homes,
        build_runner=build_runner,
        typing_status=typing_status,
        streams=Streams(client, tutoring.outbox, rate_limiter, outbox_worker.place_of),
        spent=dependencies.spent,
    )
    reader = Reader(grant.team, grant.bot, tutoring.settings.profile)
    listening = ListenerContext(
        reader=reader,
        inbox=tutoring.inbox,
        jobs=dependencies.jobs,
        turn_runner=turn_runner,
        outbox_worker=outbox_worker,
        home_pages=homes,
        feedback=Feedback(tutoring.inbox, client, grant.team),
        forms=Forms(tutoring.tutor, client, directory=directory, reader=reader),
        typing_status=typing_status,
        executor=dependencies.executor,
        leave=dependencies.leave,
    )
    workspace = SlackWorkspace(grant, listening, turn_runner, build_runner, outbox_worker.__enter__())
    for user in directory.instructors():
        tutoring.tutor.enrol(directory.person(grant.team, user))
    return workspace
