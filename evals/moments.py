"""Moments of conversations: what was said before, one message, and what a good reply must and must not hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.conversation.model_mind.reporting import Observer, log
from agent.domain.people import Person, Role
from agent.domain.turn import Turn, TurnResult
from agent.llm.port import LanguageModel
from agent.settings import Settings
from evals.cases import CASES
from tools.uploads.files import SourceFile


@dataclass(frozen=True)
class Moment:
    id: str
    kind: str
    before: Sequence[Mapping[str, Any]]
    message: Mapping[str, Any]
    must: Sequence[str]
    must_not: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """`lacks` and `holds` are the expressions that failed; a moment is passed where there are none."""

    moment: Moment
    result: TurnResult
    lacks: tuple[str, ...]
    holds: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.lacks and not self.holds


def read_moments(file: Path) -> list[Moment]:
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [
        Moment(row["id"], row["kind"], row["conversation"], row["message"], row["must"], row["must_not"])
        for row in rows
    ]


def moments_of(half: str) -> list[Moment]:
    return [moment for file in sorted((CASES / "moments" / half).glob("*.jsonl")) for moment in read_moments(file)]


def play(
    moments: Sequence[Moment],
    knowledge: Knowledge | None = None,
    *,
    model: LanguageModel | None = None,
    observe: Observer = log,
) -> Iterator[Outcome]:
    """Each in a workspace of its own, so that nobody meets the people of another; no model where none is given."""
    builds = "off" if model else "auto"  # what was recorded must not depend on this machine's Docker
    settings = Settings.read(database_url="sqlite://", OPENAI_API_KEY=None, model_turn_seconds=3_600, builds=builds)
    with open_tutoring(settings, knowledge=knowledge, model=model, observe=observe) as tutoring:
        for moment in moments:
            for number, said in enumerate(moment.before):
                tutoring.take(_turn(moment, number, said))
            yield _judged(moment, tutoring)


def _judged(moment: Moment, tutoring: Tutoring) -> Outcome:
    result = tutoring.take(_turn(moment, len(moment.before), moment.message))
    shown = shown_of(result)
    lacks = tuple(wanted for wanted in moment.must if not re.search(wanted, shown, re.IGNORECASE | re.MULTILINE))
    holds = tuple(bad for bad in moment.must_not if re.search(bad, shown, re.IGNORECASE | re.MULTILINE))
    return Outcome(moment, result, lacks, holds)


def shown_of(result: TurnResult) -> str:
    """What a person sees of a reply, its table and what was sent to them beside it."""
    if result.reply is None:
        return ""
    replies = [result.reply, *(notice.reply for notice in result.notices if notice.key.endswith(":private"))]
    parts = []
    for reply in replies:
        rows = [reply.table.columns, *reply.table.rows] if reply.table else []
        parts += [reply.text, *(" | ".join(row) for row in rows)]
    return "\n".join(parts)


def _turn(moment: Moment, number: int, said: Mapping[str, Any]) -> Turn:
    team = f"M{moment.id}"
    person = Person(f"{team}:{said['person']}", said["person"], Role(said.get("role", "learner")))
    channel = said.get("channel")
    text = str(said["text"])
    turn = Turn(
        key=f"{team}:{number}",
        conversation=f"{team}:{channel or said['person']}",
        person=person,
        text=text,
        channel=channel,
        files=tuple(SourceFile(path, content.encode()) for path, content in (said.get("files") or {}).items()),
    )
    return replace(turn, addressed=channel is None or said.get("addressed", _is_addressed(text)))


def _is_addressed(text: str) -> bool:
    return "@tutor" in text.lower() or "@" in text
