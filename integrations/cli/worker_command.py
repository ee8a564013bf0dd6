"""`tutor worker`: takes turns and builds that another process has accepted; needs PostgreSQL between them."""

from __future__ import annotations

import click
from sqlalchemy.engine import make_url

from agent import telemetry
from agent.app import open_tutoring
from agent.delivery.durable_queues import QUEUES
from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from integrations.cli.slack_command import background, wait_for_signal
from integrations.slack.app import open_slack
from integrations.slack.health import serving
from integrations.span_export import exporting


@click.command()
@click.option("--queue", multiple=True, help="turns or builds; both where none is named")
def worker(queue: tuple[str, ...]) -> None:
    """Work off turns and builds beside other processes. Runs until it is stopped."""
    settings, queues = Settings.read(), queue or QUEUES
    _check(settings, queues)
    telemetry.configure(settings.log_level, settings.log_format)
    with (
        exporting(settings.traces_url),
        open_tutoring(settings) as tutoring,
        open_slack(tutoring, listen=queues) as tutor,
        background(tutoring, tutor),
    ):
        print(f"Working on {' and '.join(queues)}.", flush=True)
        with serving(tutor.health.app(), settings.status_host, settings.status_port):
            wait_for_signal()


def _check(settings: Settings, queues: tuple[str, ...]) -> None:
    unknown = [queue for queue in queues if queue not in QUEUES]
    if unknown:
        raise ConfigurationInvalid(f"There is no queue {unknown[0]}. Name {' or '.join(QUEUES)}.")
    if make_url(settings.database).get_backend_name() == "sqlite":
        raise ConfigurationInvalid(
            "A worker shares its database with other processes, and SQLite has one writer. Set TUTOR_DATABASE_URL to a "
            "PostgreSQL URL for all of them; without one, `tutor slack` does the work itself."
        )
