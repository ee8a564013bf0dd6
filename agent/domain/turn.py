"""One message in, one reply out: what a turn is given and what it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.domain.people import Person
from agent.domain.reply import Action, Reply
from tools.uploads.files import SourceFile


@dataclass(frozen=True)
class Turn:
    """`key` is the message's own identity: the same key is the same turn, however often it is delivered.

    `channel` is None in a direct message. `refused` says, a sentence a file, which files could not be taken.
    """

    key: str
    conversation: str
    person: Person
    text: str
    channel: str | None = None
    addressed: bool = True
    files: tuple[SourceFile, ...] = ()
    refused: tuple[str, ...] = ()
    action: Action | None = None


@dataclass(frozen=True)
class Notice:
    """A message to somebody who did not ask: an instructor with a held criterion, a learner with a decision."""

    key: str
    person_id: str
    reply: Reply


@dataclass(frozen=True)
class BuildRequest:
    job_id: str
    person_id: str
    lesson_id: str
    upload_id: str
    conversation: str
    what: str = "build"  # build, twice, or the id of a belief whose experiment is run
    expected: str = ""  # what the learner predicted of an experiment


@dataclass(frozen=True)
class Trace:
    """How a turn came to its reply: for scripts, tests and whoever wonders."""

    act: str = ""
    about: str = ""
    sure: float = 0.0
    topic: str = ""
    references: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()  # each call with its name, arguments, content and refusal


@dataclass(frozen=True)
class Spent:
    """What a turn took of a language model."""

    calls: int = 0
    tokens_read: int = 0
    tokens_written: int = 0


@dataclass(frozen=True)
class TurnResult:
    """`reply` is None where the tutor keeps silent. `gate` is each criterion's verdict."""

    reply: Reply | None
    intent: str
    hint_level: int = 0
    gate: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    build: BuildRequest | None = None
    trace: Trace = field(default_factory=Trace)
    spent: Spent = field(default_factory=Spent)
