"""Imports the app once; at each line of its input it forks a process that runs `tutor slack`."""

from __future__ import annotations

import os
import signal
import sys

import integrations.cli.slack_command as command
import integrations.slack.app  # noqa: F401 - imported once for all lives


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(2, 1)  # the answer below is the parent's to give
            command.serve(http=False)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
