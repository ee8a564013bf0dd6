"""What a learner is told of a build: step, line, cause, few lines of log, one question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.builds.reports import told
from integrations.slack.blocks import messages
from tools.sandbox.build.excerpts import excerpt
from tools.sandbox.builder import BuildReceipt, LayerSize, Outcome, Package, SecretFound
from tools.sandbox.run_report import RULES, PortReach, Reach, RunReport

UP = RunReport(started=True, stayed_up=True, exit_code=None, stop_seconds=0.2, health="healthy", rules=RULES)
BUILT = BuildReceipt(
    "sha256:in",
    Outcome.BUILT,
    "Your image was built.",
    seconds=12.3,
    image_bytes=142_000_000,
    layers=(LayerSize("base", 100_000_000), LayerSize("RUN pip install", 42_000_000, 4, 5_000_000)),
    user="app",
    run=UP,
    steps=5,
    cached_steps=2,
)
FAILED = BuildReceipt(
    "sha256:in",
    Outcome.FAILED,
    "`curl` is not in this image at this step.",
    failed_line=7,
    failed_step="RUN curl x",
    log_excerpt="\n".join(f"line {number}" for number in range(8)),
    question="Which instruction before this one would bring it?",
)


def test_a_build_that_runs_asks_nothing() -> None:
    text = told(BUILT).text
    assert "**Built in 12 s**: 142 MB, user `app`, 2 of 5 steps from the cache." in text
    assert "line 4 `RUN pip install` 42 MB" in text
    assert "was healthy, and stopped 0.2 s after SIGTERM" in text
    assert "?" not in text


def test_what_was_watched_is_said() -> None:
    run = replace(UP, watched=20.0, ports=(PortReach("8000/tcp", Reach.OUTSIDE),))
    text = told(replace(BUILT, run=run)).text
    assert "stayed up for 20 s, was healthy, took connections on port 8000, and stopped 0.2 s after SIGTERM" in text


def test_layers_that_could_not_be_read_are_named() -> None:
    text = told(replace(BUILT, unread="it holds more than I look at")).text
    assert "I could not look into all of the layers: it holds more than I look at." in text


def test_a_failed_build_names_line_step_cause_and_few_lines_of_its_log() -> None:
    text = told(FAILED).text
    assert text.startswith("**The build ended at line 7** (`RUN curl x`): `curl` is not in this image at this step.")
    assert "line 7" in text
    assert "line 3\n" not in text
    assert text.count("line ") <= 6
    assert text.endswith("Which instruction before this one would bring it?")


WORSE = {
    "did not start": RunReport(False, False, None, None, "exec: no", cause="It is not there.", question="Where is it?"),
    "ended with exit code 3": RunReport(True, False, 3, None, "boom", question="What does the last line tell you?"),
    "did not stop on SIGTERM": RunReport(True, True, None, None),
    "was not healthy within 20 s. Its check says: “refused”": replace(
        UP, health="unhealthy", watched=20.0, health_said="refused"
    ),
    "listens on port 80/tcp of 127.0.0.1 only": replace(UP, ports=(PortReach("80/tcp", Reach.INSIDE),)),
    "ended with exit code 1: that reads as a crash": replace(UP, stop_code=1),
}


@pytest.mark.parametrize("what", WORSE)
def test_what_is_wrong_with_a_run_is_said_with_one_question(what: str) -> None:
    text = told(replace(BUILT, run=WORSE[what])).text
    assert what in text
    assert text.count("?") == 1


def test_a_secret_is_placed_and_asked_about_before_all_else() -> None:
    found = SecretFound("`app/.env` (DB_PASSWORD)", 4, removed_later=True)
    text = told(replace(BUILT, found=(found,) * 5, hidden_bytes=10**7, user="root", run=UP)).text
    assert "`app/.env` (DB_PASSWORD), line 4, removed later and still in its layer" in text
    assert "and 2 more" in text
    assert text.count("?") == 1


def test_hidden_bytes_are_told_with_their_line() -> None:
    text = told(replace(BUILT, hidden_bytes=5_000_000)).text
    assert "5.0 MB of files from line 4 are hidden by later layers" in text


@pytest.mark.parametrize("outcome", [Outcome.INFRASTRUCTURE, Outcome.CANCELLED])
def test_what_is_nobodys_fault_is_said_without_a_question(outcome: Outcome) -> None:
    reply = told(replace(FAILED, outcome=outcome, summary="The engine went away."))
    assert reply.text == "The engine went away."
    assert [action.id for action in reply.actions] == ["build"]


def test_a_refusal_says_so() -> None:
    refused = BuildReceipt("k", Outcome.REFUSED, "`--network` asks for the host's network.", failed_line=2)
    assert told(refused).text.startswith("**I stopped at line 2**")
    assert told(BuildReceipt("k", Outcome.REFUSED, "There is no Dockerfile.")).text.startswith(
        "**I do not build this**"
    )


def test_what_a_step_printed_mentions_nobody_and_closes_no_block() -> None:
    """The receipt's excerpt is clean already; the edge makes what is left harmless."""
    log = excerpt("\x1b[2J<!channel> <@U1> ```\n*bold* https://example.com|click password=hunter2hunter2")
    shown = str(messages(told(replace(FAILED, log_excerpt=log))))
    assert "<!channel>" not in shown
    assert "<@U1>" not in shown
    assert "\x1b" not in shown
    assert "hunter2" not in shown


def test_packages_are_counted_by_their_manager() -> None:
    packages = (Package("os", "debian", "12"), Package("apt", "libc6", "2"), Package("pip", "flask", "3", 4))
    reply = told(replace(BUILT, packages=packages))
    assert "It holds 2 packages (1 of apt, 1 of pip); 1 of them came with your own lines." in reply.text
    assert [action.label for action in reply.actions][-1] == "Packages as a file"
