"""`tutor demo`: a workspace in the browser, with the real app behind it and no account anywhere."""

from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pydantic import SecretStr

from agent.app import open_tutoring
from agent.errors import ConfigurationInvalid
from agent.settings import Settings, SlackProfile
from integrations.cli.parameters import PATH
from integrations.cli.slack_command import connect
from integrations.slack.app import SlackTutor, open_slack
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.workspaces import Workspace

DEFAULT_PORT = 8321
MORE_PORTS = 20  # tried in turn where nobody asked for one


@click.command()
@click.option("--port", type=int, help="of the address that is printed; 0 takes a free one")
@click.option("--folder", type=PATH, default=".demo", help="where the demo keeps its state")
def demo(port: int | None, folder: Path) -> None:
    """Open a Slack-like workspace in the browser. Be a learner, a cohort, an instructor."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    print("Opening the workspace; the first time takes a little longer …", flush=True)
    with open_emulator(port) as emulator, run_app(emulator, folder) as tutor:
        print(f"The workspace is open: {emulator.url}/", flush=True)
        print(f"{_voice(tutor.settings)} Switch to the instructor on the left. Ctrl-C ends it.", flush=True)
        stopped.wait()
        print("\nClosing.", flush=True)


def open_emulator(port: int | None) -> Emulator:
    """On the port that was asked for, or on the first free one after the usual."""
    ports = range(DEFAULT_PORT, DEFAULT_PORT + MORE_PORTS) if port is None else (port,)
    for other_port in ports:
        try:
            return Emulator(Workspace.demo("plain"), port=other_port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ConfigurationInvalid(
                    f"Port {other_port} cannot be had ({error.strerror}). {_OTHER_PORT}"
                ) from None
    taken = f"Port {port} is" if port is not None else f"The ports {ports[0]} to {ports[-1]} are"
    raise ConfigurationInvalid(f"{taken} in use. {_OTHER_PORT}")


_OTHER_PORT = "Choose another with --port (in make demo: PORT=8400), or 0 for any free one."


def _voice(settings: Settings) -> str:
    return (
        f"Answers are worded by {settings.model}." if settings.openai_api_key else "Answers need no model and no key."
    )


@contextmanager
def run_app(emulator: Emulator, folder: Path) -> Iterator[SlackTutor]:
    """The unmodified app, pointed at the emulator by its settings alone; state is fresh at each start."""
    settings = demo_settings(emulator, folder)
    with open_tutoring(settings) as tutoring, open_slack(tutoring) as tutor:
        handler = connect(settings, tutor)
        try:
            yield tutor
        finally:
            handler.close()


def demo_settings(emulator: Emulator, folder: Path) -> Settings:
    """The index is the person's own, so that ingested guides are cited; the conversation is the demo's.

    What a real workspace's settings say in this environment does not reach the demo.
    """
    installation = emulator.installation()
    return Settings.read(
        database_url=f"sqlite:///{_fresh_database(folder, emulator.url.rpartition(':')[2])}",
        instructors=(emulator.workspace.member("Instructor").id,),
        instructor_groups=(),
        profile=SlackProfile.PLAIN,
        SLACK_CLIENT_ID="",
        SLACK_SIGNING_SECRET=None,
        SLACK_BOT_TOKEN=SecretStr(installation.bot_token),
        SLACK_APP_TOKEN=SecretStr(installation.app.app_token),
        SLACK_BASE_URL=f"{emulator.url}/api/",
    )


def _fresh_database(folder: Path, port: str) -> Path:
    """One a port: a second demo beside this one keeps its own."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"demo-{port}[.-]*"):
            old.unlink()
    except OSError as error:
        raise ConfigurationInvalid(
            f"The demo cannot keep its state in {folder} ({error.strerror}). Choose another place with --folder."
        ) from None
    return (folder / f"demo-{port}.db").resolve()
