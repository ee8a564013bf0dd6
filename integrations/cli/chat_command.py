"""`tutor chat`: the same tutor at a prompt, or many turns from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.app import Tutoring, open_tutoring
from agent.domain.people import Person, Role
from agent.domain.turn import Turn, TurnResult
from agent.settings import Settings
from integrations.cli.attachments import read_attachments
from integrations.cli.batches import lines_of
from integrations.cli.prompt import converse
from integrations.local_model.process import local_settings, serving
from tools.errors import ToolError


class BatchTurn(BaseModel):
    """One line of `tutor chat --batch`; `channel` null is a direct message."""

    model_config = ConfigDict(extra="ignore", strict=True)

    conversation: str
    person: str
    role: str = "learner"
    channel: str | None = None
    text: str = ""
    files: list[str] = []


@click.command()
@click.option("--batch", default="", help="file with one JSON turn a line, or - for standard input")
@click.option("--database", default="", help="SQLAlchemy URL; with --batch the default is thrown away")
@click.option("--name", default="learner", help="how the tutor calls you")
@click.option("--trace", is_flag=True, help="show how each reply came about: act, references, tool calls")
@click.option("--local-model", is_flag=True, help="let a small model of this machine word it")
def chat(batch: str, database: str, name: str, *, trace: bool, local_model: bool) -> None:
    """Talk with the tutor in the terminal. @path attaches a file."""
    lines = lines_of(batch) if batch else ()
    database = database or ("sqlite://" if batch else "")
    with _settings(database, local_model=local_model) as settings, open_tutoring(settings) as tutoring:
        if not batch:
            converse(tutoring, Person(f"local:{name}", name), trace=trace)
        failed = sum(
            _answer(tutoring, number, line, trace=trace) for number, line in enumerate(lines, start=1) if line.strip()
        )
    sys.exit(1 if failed else 0)


@contextmanager
def _settings(database: str, *, local_model: bool) -> Iterator[Settings]:
    changes = {"database_url": database} if database else {}
    if not local_model:
        yield Settings.read(**changes)
        return
    with serving() as address:
        yield local_settings(address, **changes)


def _answer(tutoring: Tutoring, number: int, line: str, *, trace: bool) -> int:
    """Prints the line's answer; 1 where the line itself could not be used."""
    try:
        turn = _turn(number, BatchTurn.model_validate_json(line))
    except (ValidationError, ToolError) as error:
        reason = str(error) if isinstance(error, ToolError) else "not a turn: " + _first_fault(error)
        print(json.dumps({"line": number, "error": reason}), flush=True)
        return 1
    result = tutoring.take(turn)
    shown = _line(turn, result) | {"build": _built(tutoring, result)} | _traced(result, trace=trace)
    print(json.dumps(shown, ensure_ascii=False), flush=True)
    return 0


def _built(tutoring: Tutoring, result: TurnResult) -> str | None:
    """What came of a build that the turn asked for; None where it asked for none."""
    if result.build is None:
        return None
    return tutoring.builds.run(result.build, on_progress=lambda _: None, cancelled=lambda: False).text


def _traced(result: TurnResult, *, trace: bool) -> dict[str, Any]:
    return {"trace": asdict(result.trace)} if trace else {}


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'.'.join(str(part) for part in fault['loc'])} {fault['msg']}".strip()


def _turn(number: int, said: BatchTurn) -> Turn:
    files, refused = read_attachments(said.files)
    role = Role(said.role) if said.role in {other_role.value for other_role in Role} else Role.LEARNER
    return Turn(
        key=f"batch:{said.conversation}:{number}",
        conversation=f"batch:{said.conversation}",
        person=Person(f"batch:{said.person}", said.person, role),
        text=said.text,
        channel=said.channel,
        files=files,
        refused=refused,
    )


def _line(turn: Turn, result: TurnResult) -> dict[str, Any]:
    reply = result.reply
    return {
        "conversation": turn.conversation.removeprefix("batch:"),
        "reply": reply.text if reply else None,
        "intent": result.intent,
        "act": result.trace.act,
        "topic": result.trace.topic,
        "tools": [call["name"] for call in result.trace.tools],
        "hint_level": result.hint_level,
        "tokens": result.spent.tokens_read + result.spent.tokens_written,
        "citations": [asdict(citation) for citation in reply.citations] if reply else [],
        "gate": dict(result.gate),
        "declined": bool(reply and reply.declined),
        "table": asdict(reply.table) if reply and reply.table else None,
        "notices": [
            {"person": notice.person_id.removeprefix("batch:"), "text": notice.reply.text} for notice in result.notices
        ],
    }
