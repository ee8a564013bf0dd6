"""`tutor slack` with a mind that tells its answer slowly, piece by piece: run as a program, to be killed."""

from __future__ import annotations

import time

from agent.app import open_tutoring
from agent.conversation.decision import Decision
from agent.conversation.mind import Mind, Thought, Trail
from agent.conversation.view import View
from agent.settings import Settings
from integrations.cli.slack_command import background, connect, wait_for_signal
from integrations.slack import streaming
from integrations.slack.app import open_slack


class SlowMind:
    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    def step(self, view: View, trail: Trail) -> Thought:
        thought = self._mind.step(view, trail)
        if isinstance(thought, Decision):
            text = f"{thought.draft}\n\n{thought.closing}".strip()
            for start in range(0, len(text), 60):
                view.context.audience.hear(text[start : start + 60])
                time.sleep(0.3)
        return thought


def main() -> None:
    streaming.START_AFTER, streaming.APPEND_EVERY = 0.0, 0.0
    settings = Settings.read()
    with open_tutoring(settings, minds=SlowMind) as tutoring, open_slack(tutoring) as tutor:
        socket = connect(settings, tutor)
        with background(tutoring, tutor):
            wait_for_signal()
        socket.close()


if __name__ == "__main__":
    main()
