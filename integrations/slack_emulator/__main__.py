"""`python -m integrations.slack_emulator`: a workspace to try an app against."""

from __future__ import annotations

import argparse
import signal

from integrations.slack_emulator.apps import AppProfile
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.workspaces import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m integrations.slack_emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--profile", choices=[*AppProfile], default=AppProfile.AGENT)
    parser.add_argument("--classroom", action="store_true", help="with a guest, a stranger and a second bot")
    parser.add_argument("--neighbour", action="store_true", help="with a second workspace, without the app")
    parser.add_argument("--redirect-url", action="append", default=[], help="where people are sent who install the app")
    parser.add_argument("--strict", action="store_true", help="refuse arguments that Slack does not document")
    parser.add_argument("--rate-limits", action="store_true")
    options = parser.parse_args()
    make = Workspace.classroom if options.classroom else Workspace.demo
    workspace = make(options.profile)
    for installation in workspace.installations.values():
        installation.app.redirect_urls = tuple(options.redirect_url)
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before any thread starts: sigwait is to get them
    try:
        made = Emulator(
            workspace,
            more=[Workspace.neighbour()] if options.neighbour else [],
            host=options.host,
            port=options.port,
            strict=options.strict,
            rate_limits=options.rate_limits,
        )
    except OSError as error:
        parser.error(f"Port {options.port} cannot be had ({error.strerror}). Give another one with --port, or 0.")
    with made as emulator:
        print(_instructions(emulator), flush=True)  # noqa: T201 - a command speaks to its terminal
        signal.sigwait(ends)


def _instructions(emulator: Emulator) -> str:
    installation = emulator.installation()
    return "\n".join(
        (
            f"Workspace in the browser: {emulator.url}/",
            f"Web API base URL:         {emulator.url}/api/",
            f"Bot token:                {installation.bot_token}",
            f"App token (Socket Mode):  {installation.app.app_token}",
            f"Signing secret (HTTP):    {installation.app.signing_secret}",
            f"Client id and secret:     {installation.app.client_id} {installation.app.client_secret}",
            f"Installing (OAuth):       {emulator.url}/oauth/v2/authorize",
            "Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    main()
