"""The `tutor` command: every command with one line of what it does. Heavy imports wait for the command."""

from __future__ import annotations

import sys

import typer

from agent.errors import TutorError
from knowledge.errors import KnowledgeError
from tools.errors import ToolError

app = typer.Typer(
    name="tutor",
    help="A Slack tutor for shipping AI systems: grounded answers, earned hints, real builds, an honest gate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _register() -> None:
    from integrations.cli import (  # noqa: PLC0415 - a help page must not wait for the index and the graph
        ask_command,
        build_command,
        chat_command,
        demo_command,
        doctor_command,
        engine_command,
        eval_command,
        experiment_command,
        ingest_command,
        inspect_command,
        lesson_command,
        migrate_command,
        model_command,
        policy_command,
        review_command,
        slack_command,
        verify_command,
        worker_command,
    )

    app.command("demo")(demo_command.demo)
    app.command("chat")(chat_command.chat)
    app.command("slack")(slack_command.slack)
    app.command("worker")(worker_command.worker)
    app.command("ask")(ask_command.ask)
    app.command("ingest")(ingest_command.ingest)
    app.command("inspect")(inspect_command.inspect)
    app.command("build")(build_command.build)
    app.command("review")(review_command.review)
    app.command("verify")(verify_command.verify)
    app.command("migrate")(migrate_command.migrate)
    app.command("policy")(policy_command.policy)
    app.command("eval")(eval_command.evaluate)
    app.command("model")(model_command.model)
    app.command("doctor")(doctor_command.doctor)
    app.add_typer(engine_command.app, name="engine", help="Run the confined engine that builds what learners hand in.")
    lesson_command.app.command("experiment")(experiment_command.experiment)
    app.add_typer(lesson_command.app, name="lesson", help="Check a course pack.")


def run() -> None:
    """Errors of ours end with one line and code 2: a traceback would help nobody who only uses the command."""
    _register()
    try:
        app()
    except (TutorError, ToolError, KnowledgeError) as error:
        print(f"tutor: {error}", file=sys.stderr)
        sys.exit(2)
