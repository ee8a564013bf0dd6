"""`tutor slack`: the Slack app, by Socket Mode or by HTTP."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import click

from agent import telemetry
from agent.app import Tutoring, open_tutoring
from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from integrations.slack.app import SlackTutor, open_slack
from integrations.slack.health import serving
from integrations.slack.http import guarded
from integrations.slack.http_guard import server
from integrations.slack.socket import Socket
from integrations.span_export import exporting

RETRY_SECONDS, TEND_SECONDS, TAKE_UP_SECONDS, SWEEP_SECONDS = 2.0, 20.0, 60.0, 3_600.0
TAKEN_UP = 100  # messages at a time
SWITCH_SECONDS = 0.0005  # how long a turn may keep the interpreter from an envelope that is to be acknowledged
_log = logging.getLogger(__name__)


@click.command()
@click.option("--http", is_flag=True, help="listen for signed HTTP events instead of Socket Mode")
def slack(*, http: bool) -> None:
    """Run the Slack app until it is stopped."""
    serve(http=http)


def serve(*, http: bool) -> None:
    settings = Settings.read()
    telemetry.configure(settings.log_level, settings.log_format)
    sys.setswitchinterval(SWITCH_SECONDS)
    with (
        exporting(settings.traces_url),
        open_tutoring(settings) as tutoring,
        open_slack(tutoring) as tutor,
        background(tutoring, tutor),
    ):
        _serve_http(settings, tutor) if http else _serve_socket(settings, tutor)


@contextmanager
def background(tutoring: Tutoring, tutor: SlackTutor) -> Iterator[None]:
    """What had to wait is tried again, and what is too old to be kept is swept away."""
    stop = threading.Event()
    loops: dict[float, Callable[[], object]] = {
        RETRY_SECONDS: tutor.workspaces.flush,
        TAKE_UP_SECONDS: lambda: _take_up(tutoring, tutor),
        TEND_SECONDS: tutoring.builds.tend,
        SWEEP_SECONDS: lambda: _sweep(tutoring, tutor),
    }
    for seconds, action in loops.items():
        threading.Thread(target=_every, args=(seconds, action, stop), daemon=True).start()
    try:
        yield
    finally:
        stop.set()


def _every(seconds: float, action: Callable[[], object], stop: threading.Event) -> None:
    while not stop.wait(seconds):
        try:
            action()
        except Exception:  # noqa: BLE001 - a loop that ends silently would be noticed weeks later
            _log.exception("work in the background failed; it is tried again")


def _take_up(tutoring: Tutoring, tutor: SlackTutor) -> None:
    """What another process acknowledged and could not hand on before it died."""
    before = datetime.now(UTC) - timedelta(seconds=TAKE_UP_SECONDS)
    for key, conversation in tutoring.inbox.unfinished(before=before, limit=TAKEN_UP):
        tutor.jobs.submit_turn(key, conversation)


def _sweep(tutoring: Tutoring, tutor: SlackTutor) -> None:
    tutoring.retention.sweep(tutor.jobs.submit_tidy)


def _serve_http(settings: Settings, tutor: SlackTutor) -> None:
    if settings.slack_signing_secret is None:
        raise ConfigurationInvalid("SLACK_SIGNING_SECRET is not set; HTTP delivery cannot be trusted without it.")
    app = guarded(tutor.app, settings.slack_signing_secret.get_secret_value())
    with serving(tutor.health.app(), settings.status_host, settings.status_port):
        server(app, settings.host, settings.port).run()


def _serve_socket(settings: Settings, tutor: SlackTutor) -> None:
    with closing(connect(settings, tutor)) as socket:
        tutor.health.add("socket", lambda: "" if socket.is_open else "no connection to Slack is open")
        with serving(tutor.health.app(), settings.status_host, settings.status_port):
            wait_for_signal()


def wait_for_signal() -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    stopped.wait()


def connect(settings: Settings, tutor: SlackTutor) -> Socket:
    if settings.slack_app_token is None:
        raise ConfigurationInvalid("SLACK_APP_TOKEN is not set; Socket Mode needs it (or use --http).")
    return Socket(tutor.app, settings.slack_app_token.get_secret_value(), settings.slack_base_url).open()
