"""`tutor slack` with a voice that tells its answer slowly, sentence by sentence: run as a program, to be killed."""

from __future__ import annotations

import time
from collections.abc import Callable

from agent.app import open_tutoring
from agent.llm.voice import Brief, OfflineVoice
from agent.settings import Settings
from integrations.cli.slack_command import background, connect, wait_for_signal
from integrations.slack import streaming
from integrations.slack.app import open_slack


class SlowVoice(OfflineVoice):
    def word(self, brief: Brief, *, emit: Callable[[str], None]) -> str:
        text = super().word(brief, emit=emit)
        for start in range(0, len(text), 60):
            emit(text[start : start + 60])
            time.sleep(0.3)
        return text


def main() -> None:
    streaming.START_AFTER, streaming.APPEND_EVERY = 0.0, 0.0
    settings = Settings.read()
    with open_tutoring(settings, voice=SlowVoice()) as tutoring, open_slack(tutoring) as tutor:
        socket = connect(settings, tutor)
        with background(tutoring, tutor):
            wait_for_signal()
        socket.close()


if __name__ == "__main__":
    main()
