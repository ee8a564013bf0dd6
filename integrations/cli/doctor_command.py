"""`tutor doctor`: says what works here and what does not, and what to do about it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import click
from pydantic import BaseModel

from agent.app import open_knowledge, open_language_model
from agent.delivery.outbox import Outbox
from agent.errors import TutorError
from agent.grading import verification
from agent.llm.port import Message, Request, ToolSpec
from agent.llm.schemas import strict
from agent.settings import Settings
from agent.storage.database import Storage
from integrations.slack.grants import granted_scopes, open_client
from integrations.slack.oauth import open_installations, scopes
from knowledge.course.loader import load_course
from knowledge.errors import KnowledgeError
from tools.errors import ToolError
from tools.inspection.hadolint import Hadolint
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.opening import open_builder

LOST_SINCE = timedelta(days=7)


@click.command()
def doctor() -> None:
    """Check settings, database, index, engine, linter and tokens."""
    settings = Settings.read()
    broken = False
    for name, look in _checks(settings):
        try:
            good, said = look()
        except (TutorError, KnowledgeError, ToolError) as error:
            good, said = False, str(error)
        broken = broken or not good
        print(f"{'ok ' if good else '!! '} {name}: {said}")
    sys.exit(1 if broken else 0)


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], tuple[bool, str]]]]:
    yield "course", lambda: (True, ", ".join(lesson.id for lesson in load_course(settings.course).lessons))
    yield "database", lambda: _database(settings)
    yield "messages", lambda: _messages(settings)
    yield "index", lambda: (bool(open_knowledge(settings).retriever.search("container")), "passages are found")
    yield "linter", _linter
    yield "builds", lambda: _builds(settings)
    yield "model", lambda: _model(settings)
    yield "slack", lambda: _slack(settings)


def _database(settings: Settings) -> tuple[bool, str]:
    with Storage.open(settings.database) as storage:
        found = verification.verify(storage, load_course(settings.course))
    return not found, "the ledger agrees with the files" if not found else f"{len(found)} discrepancies: tutor verify"


def _messages(settings: Settings) -> tuple[bool, str]:
    """What waits to be said, and what Slack would not take: nobody else notices a message that never came."""
    with Storage.open(settings.database) as storage:
        outbox = Outbox(storage)
        waiting, lost = outbox.waiting(), outbox.given_up(since=datetime.now(UTC) - LOST_SINCE)
    said = f"{waiting} wait to be sent" if waiting else "all are sent"
    if not lost:
        return True, said
    reasons = ", ".join(f"{count} by {error}" for error, count in lost.items())
    return False, f"{said}; Slack did not take {sum(lost.values())} in the last {LOST_SINCE.days} days: {reasons}"


def _builds(settings: Settings) -> tuple[bool, str]:
    """Of an engine of ours every limit is tried, where this process may."""
    builder = open_builder(settings.builds.value, settings.engine_url or None, settings.lab_folder)
    if isinstance(builder, BuildKit) and isinstance(builder.engine, LabEngine):
        engine = builder.engine
        if engine.lab.state.process and os.geteuid() == 0:
            engine.test()
        status = engine.status()
        return status.available, status.reason
    return True, builder.status().reason


def _linter() -> tuple[bool, str]:
    found = Hadolint.find()
    return (
        found is not None,
        f"hadolint {found.version}" if found else "hadolint does not run; set up again: make setup",
    )


class Ready(BaseModel):
    """What a model is asked to call: without tool calls it cannot hold a conversation here."""

    working: bool


def _model(settings: Settings) -> tuple[bool, str]:
    """One real call, with a tool that must be called."""
    model = open_language_model(settings)
    if model is None:
        return True, "none (OPENAI_API_KEY is not set): the tutor answers by itself"
    tool = ToolSpec("ready", "Say that you work.", strict(Ready))
    asked = Request("Call the tool.", [Message("user", "Are you ready?")], (tool,), must_call=True)
    called = [call.name for call in model.complete(asked).calls]
    named = f"{settings.model} by {settings.model_protocol.value}"
    return called == ["ready"], f"{named} answers" if called else f"{named} answers, but calls no tools"


def _slack(settings: Settings) -> tuple[bool, str]:
    """Which workspaces, by what delivery, and whether their tokens do what the manifest asks for."""
    delivery = "Socket Mode" if settings.slack_app_token else "HTTP"
    if settings.slack_client_id:
        return _installed(settings, delivery)
    if settings.slack_bot_token is None:
        return True, "not connected (SLACK_BOT_TOKEN is not set)"
    granted = granted_scopes(open_client(settings.slack_bot_token.get_secret_value(), settings))
    missing = sorted(set(scopes(settings)) - granted)
    return not missing, f"{delivery}; the token lacks {', '.join(missing)}" if missing else f"{delivery}, every scope"


def _installed(settings: Settings, delivery: str) -> tuple[bool, str]:
    with Storage.open(settings.database) as storage:
        installations = open_installations(settings, storage)
        found = [installations.find(team) for team in installations.teams()] if installations else []
    grants = [match_found for match_found in found if match_found is not None]
    for grant in grants:
        granted_scopes(open_client(grant.token, settings))
    count = f"{len(grants)} {'workspace' if len(grants) == 1 else 'workspaces'}"
    sealed = "sealed" if settings.token_keys else "NOT sealed at rest (set TUTOR_TOKEN_KEYS)"
    return True, f"{delivery}, installed in {count}, tokens {sealed}"
