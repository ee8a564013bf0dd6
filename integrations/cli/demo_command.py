"""`tutor demo`: a workspace in the browser, with the real app behind it and no account anywhere."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from agent.bootstrap import open_tutoring
from agent.settings import Profile, Settings
from integrations.cli.slack_command import connect
from integrations.slack.app import SlackTutor, open_slack
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.workspaces import Workspace

DEFAULT_PORT = 8321


def demo(
    port: Annotated[int, typer.Option(help="of the address that is printed; 0 takes a free one")] = DEFAULT_PORT,
    folder: Annotated[Path, typer.Option(help="where the demo keeps its state")] = Path(".demo"),
) -> None:
    """Open a Slack-like workspace in the browser: be a learner, a cohort, an instructor."""
    with Emulator(Workspace.demo("plain"), port=port) as emulator, run_app(emulator, folder):
        print(f"The workspace is open: {emulator.url}/", flush=True)
        print("Write to the tutor, attach files, switch to the instructor. Ctrl-C ends it.", flush=True)
        stopped = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: stopped.set())
        signal.signal(signal.SIGTERM, lambda *_: stopped.set())
        stopped.wait()


@contextmanager
def run_app(emulator: Emulator, folder: Path) -> Iterator[SlackTutor]:
    """The unmodified app, pointed at the look-alike by its settings alone; state is fresh at each start."""
    settings = demo_settings(emulator, folder)
    with open_tutoring(settings) as tutoring, open_slack(tutoring) as tutor:
        handler = connect(settings, tutor)
        try:
            yield tutor
        finally:
            handler.close()


def demo_settings(emulator: Emulator, folder: Path) -> Settings:
    """The index is the person's own, so that ingested guides are cited; the conversation is the demo's."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("demo*.db*"):
        old.unlink()
    installation = emulator.installation()
    return Settings.read(
        database_url=f"sqlite:///{(folder / 'demo.db').resolve()}",
        instructors=(emulator.workspace.member("Instructor").id,),
        profile=Profile.PLAIN,
        SLACK_BOT_TOKEN=SecretStr(installation.bot_token),
        SLACK_APP_TOKEN=SecretStr(installation.app.app_token),
        SLACK_BASE_URL=f"{emulator.url}/api/",
    )
