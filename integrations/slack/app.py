"""The Bolt app: keeps what came before Slack hears that it arrived, and hands it to the jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_sdk import WebClient

from agent.app import Tutoring
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.durable_queues import QUEUES, DurableQueues
from agent.delivery.leases import Leases
from agent.errors import TutorError
from agent.settings import Settings
from integrations.slack.coalescing_queue import CoalescingQueue
from integrations.slack.grants import ConfiguredGrant, Grants
from integrations.slack.health import Health
from integrations.slack.installations import Installations
from integrations.slack.listeners.attaching import attach
from integrations.slack.metrics import Metrics
from integrations.slack.oauth import open_flow, open_installations
from integrations.slack.workspaces import WorkspaceRegistry

LISTENER_THREADS = 20  # for what follows an acknowledgement and may be lost
OFFLINE_TURNS, MODEL_TURNS = 4, 32  # at a time: without a model they want the processor, with one they mostly wait


@dataclass(frozen=True)
class SlackTutor:
    settings: Settings
    app: App
    workspaces: WorkspaceRegistry
    jobs: DurableQueues
    health: Health


@contextmanager
def open_slack(tutoring: Tutoring, *, listen: Sequence[str] = QUEUES) -> Iterator[SlackTutor]:
    """The app with durable jobs behind it; what was accepted before a crash is taken up again."""
    settings = tutoring.settings
    installations = open_installations(settings, tutoring.storage)
    grants: Grants = installations or ConfiguredGrant(settings)
    metrics = Metrics()
    with (
        CoalescingQueue() as coalescing,
        WorkspaceRegistry(tutoring, grants, coalescing) as workspaces,
        Leases(tutoring.storage) as leases,
    ):
        jobs = DurableQueues(
            settings.database,
            run_turn=metrics.job("turn", workspaces.run_turn),
            run_build=metrics.job("build", workspaces.run_build),
            run_tidy=tutoring.retention.tidy,
            executor=leases.name,
            turn_workers=MODEL_TURNS if settings.openai_api_key else OFFLINE_TURNS,
            listen=listen,
        )
        with jobs, Dispatcher(jobs) as dispatcher, ThreadPoolExecutor(LISTENER_THREADS) as executor:
            workspaces.open(dispatcher, executor, leases.name, metrics.model_turn)
            app = _create_app(tutoring, workspaces, executor, installations, metrics)
            with leases.watching(lambda name: _take_over(tutoring, jobs, name)):
                for name in jobs.executors() - set(leases.names()):
                    _take_over(tutoring, jobs, name)
                for key, conversation in tutoring.inbox.unfinished():
                    jobs.submit_turn(key, conversation)
                yield SlackTutor(settings, app, workspaces, jobs, _health(tutoring, workspaces, metrics, leases))


def _take_over(tutoring: Tutoring, jobs: DurableQueues, name: str) -> None:
    jobs.take_over(name)
    tutoring.outbox.release(name)


def _health(tutoring: Tutoring, workspaces: WorkspaceRegistry, metrics: Metrics, leases: Leases) -> Health:
    metrics.watch("tutor_workers", "Processes that take work", lambda: len(leases.names()))
    metrics.watch("tutor_waiting_turns", "Messages without an answer yet", tutoring.inbox.waiting)
    metrics.watch("tutor_waiting_messages", "Messages that are still to be sent", tutoring.outbox.waiting)
    metrics.watch(
        "tutor_given_up_messages", "Messages of the last day that Slack did not take", lambda: _lost(tutoring)
    )
    spending = tutoring.tutor.services.spending
    metrics.watch(
        "tutor_model_tokens_today", "Tokens of everybody's day (UTC) so far", lambda: spending.today(datetime.now(UTC))
    )
    metrics.watch("tutor_halted_workspaces", "Workspaces that take nothing", lambda: len(workspaces.halted()))

    def database() -> str:
        try:
            tutoring.inbox.waiting()
        except TutorError as error:
            return str(error)
        return ""

    def halted() -> str:
        return "; ".join(f"{team}: {reason}" for team, reason in workspaces.halted().items())

    return Health(metrics, {"database": database, "workspaces": halted, "lease": leases.fault})


def _lost(tutoring: Tutoring) -> int:
    return sum(tutoring.outbox.given_up(since=datetime.now(UTC) - timedelta(days=1)).values())


class _AnyWorkspace(Authorize):
    """Each listener looks up the workspace of its envelope; Bolt itself calls nothing."""

    def __init__(self) -> None:
        """In place of the base class's own, which is not annotated and does nothing."""

    def __call__(self, **known: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=known.get("enterprise_id"), team_id=known.get("team_id"))


def _is_relevant(record: logging.LogRecord) -> bool:
    """Bolt warns that it ignores SLACK_BOT_TOKEN: the workspace uses it."""
    return "SLACK_BOT_TOKEN" not in record.getMessage()


def _create_app(
    tutoring: Tutoring,
    workspaces: WorkspaceRegistry,
    executor: ThreadPoolExecutor,
    installations: Installations | None,
    metrics: Metrics,
) -> App:
    """Listeners run before the acknowledgement: Slack sends again what none of them has kept."""
    settings = tutoring.settings
    secret = settings.slack_signing_secret
    logging.getLogger("slack_bolt.App").addFilter(_is_relevant)
    app = App(
        client=WebClient(base_url=settings.slack_base_url),
        authorize=_AnyWorkspace(),
        signing_secret=secret.get_secret_value() if secret else None,
        request_verification_enabled=secret is not None,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        ignoring_self_events_enabled=False,  # each workspace knows its own bot
        attaching_conversation_kwargs_enabled=False,
        listener_executor=executor,
        oauth_flow=open_flow(settings, installations, tutoring.storage) if installations else None,
    )
    if installations is not None:
        installations.installed = workspaces.reopen
    attach(app, workspaces, metrics)
    return app
