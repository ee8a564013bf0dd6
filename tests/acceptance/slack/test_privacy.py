"""What is stored of a person is told and deleted on their word, and nothing of it is in the logs."""

from __future__ import annotations

from pathlib import Path

from evals.benchmarks.app_process import SECONDS, AppProcess
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace
from tests.acceptance.slack.harness import QUESTION, weak

WORDS = ("XYLOPHONE", "QUARTZFISH", "MARZIPANCLOUD", "VELVETTURBINE", "OBSIDIANLAMP")
ANOTHER = "KEPTBYANOTHER"


def _said_by_bot(emulator: Emulator, channel: str) -> list[Seen]:
    bot = emulator.installation().user_id
    return [one for one in emulator.transcript(channel) if one.user == bot]


class Learner:
    def __init__(self, emulator: Emulator, name: str) -> None:
        self._emulator, self.person, self.direct = emulator, emulator.person(name), emulator.direct(name)

    def says(self, text: str, *, channel: str = "", file: tuple[str, bytes] | None = None) -> Seen:
        """Returns what is answered in the direct message, or in the channel where nothing is private."""
        watched = self.direct if file or not channel else channel
        before = len(_said_by_bot(self._emulator, watched))
        self.person.says(channel or self.direct, text, files=[file] if file else [])
        self._emulator.wait_for(lambda: len(_said_by_bot(self._emulator, watched)) > before, SECONDS)
        return _said_by_bot(self._emulator, watched)[-1]


def _holding(folder: Path, word: str) -> list[str]:
    """Every file below the folder in which the word stands, in any encoding that we use."""
    wanted = (word.encode(), word.encode("utf-16-le"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(one in path.read_bytes() for one in wanted)]


def test_nothing_stays_of_who_asked_to_be_forgotten_and_nothing_was_logged(folder: Path) -> None:
    """T-PRIV: inbox, outbox, conversations, files, vectors, jobs and logs, looked for byte by byte."""
    with (
        Emulator(Workspace.demo("agent"), strict=True) as emulator,
        AppProcess(emulator, folder, TUTOR_LOG_FORMAT="json") as app,
    ):
        cohort = emulator.workspace.channel("cohort-7").id
        bot = emulator.installation().user_id
        one, other = Learner(emulator, "Learner A"), Learner(emulator, "Learner B")
        name, data = weak("Dockerfile")
        one.says(f"{QUESTION} {WORDS[0]}")
        one.says("", file=(name, data + f"# {WORDS[1]}\n".encode()))
        one.says(f"<@{bot}> {QUESTION} {WORDS[2]}", channel=cohort)
        one.says(f"<@{bot}> {WORDS[3]}", channel=cohort, file=(name, data + f"# {WORDS[3]}\n".encode()))
        one.says(f"I think that {WORDS[4]} is a layer")
        other.says(f"{QUESTION} {ANOTHER}")
        told = one.says("what do you know about me?")
        assert "messages" in told.text
        assert "files" in told.text
        emulator.person("Learner A").clicks(told, "forget.0")
        emulator.wait_for(lambda: "answers are deleted" in _said_by_bot(emulator, one.direct)[-1].text, SECONDS)
        assert app.stop() == 0
        found = {word: _holding(folder, word) for word in (*WORDS, ANOTHER)}
        assert {word: found[word] for word in WORDS} == {word: [] for word in WORDS}
        assert found[ANOTHER], "the search finds what is there"
        _check_log(emulator, (folder / "local.log").read_text("utf-8"))


def _check_log(emulator: Emulator, log: str) -> None:
    """At INFO the log has turns by their keys, and neither texts nor tokens."""
    installation = emulator.installation()
    assert log
    for secret in (installation.bot_token, installation.app.app_token, *WORDS, ANOTHER, "just use a venv"):
        assert secret not in log, secret
