"""The `tutor` command: every command with one line of what it does; its module is imported when it runs."""

from __future__ import annotations

import sys

import click

from agent.errors import TutorError
from integrations.cli.lazy_group import LazyCommand, LazyGroup
from integrations.cli.version import __version__
from knowledge.errors import KnowledgeError
from tools.errors import ToolError


def _at(place: str, summary: str, *, extra: str = "all") -> LazyCommand:
    module, _, name = place.partition(":")
    return LazyCommand(f"integrations.cli.{module}", name, summary, extra)


COMMANDS = {
    "demo": _at("demo_command:demo", "Open a Slack-like workspace in the browser."),
    "chat": _at("chat_command:chat", "Talk with the tutor in the terminal."),
    "slack": _at("slack_command:slack", "Run the Slack app until it is stopped."),
    "worker": _at("worker_command:worker", "Work off turns and builds beside other processes."),
    "ask": _at("ask_command:ask", "Answer from the course and the guides, with citations."),
    "ingest": _at("ingest_command:ingest", "Index Markdown or HTML, so that answers can cite it."),
    "inspect": _at("inspect_command:inspect", "Inspect Dockerfiles, Compose and dependency files.", extra=""),
    "explain": _at("explain_command:explain", "Explain a rule of `tutor inspect`, with examples.", extra=""),
    "build": _at("build_command:build", "Build a Dockerfile and start the image."),
    "up": _at("up_command:up", "Start a Compose file: build it, watch it, stop it."),
    "review": _at("review_command:review", "Review a plan on its text, with quotes for each criterion."),
    "verify": _at("verify_command:verify", "Check that every gate follows from its evidence."),
    "migrate": _at("migrate_command:migrate", "Bring the database to this version's tables."),
    "policy": _at("policy_command:policy", "Draw the tutoring policy and the conversation's graph."),
    "eval": _at("eval_command:evaluate", "Run the suites on the shipped lessons."),
    "model": _at("model_command:model", "Serve a small language model on loopback."),
    "doctor": _at("doctor_command:doctor", "Check settings, database, index, engine, linter and tokens."),
    "engine": _at("engine_command:engine", "Run the confined engine that builds what learners hand in."),
    "lesson": _at("lesson_command:lesson", "Check and try course packs."),
    "completion": _at(
        "completion_command:completion", "Print the script that completes commands and options.", extra=""
    ),
}


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def tutor() -> None:
    """A Slack tutor for shipping AI systems: grounded answers, earned hints, real builds, an honest gate."""


def run() -> None:
    """Errors of ours end with one line and code 2: a traceback would help nobody who only uses the command."""
    try:
        tutor(prog_name="tutor")
    except (TutorError, ToolError, KnowledgeError) as error:
        print(f"tutor: {error}", file=sys.stderr)
        sys.exit(2)
