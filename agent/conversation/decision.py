"""What a turn decided, before anybody words it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import TypeAdapter

from agent.conversation.dialogue import Dialogue
from agent.domain.act import Intent
from agent.domain.reply import Action, Table
from agent.domain.turn import BuildRequest, Notice
from knowledge.retrieval.passages import Citation, Hit


@dataclass(frozen=True)
class Decision:
    """`draft` is what is said, `closing` the one question back."""

    intent: Intent
    draft: str
    closing: str = ""
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    actions: tuple[Action, ...] = ()
    table: Table | None = None
    declined: bool = False
    silent: bool = False
    hint_level: int = 0
    forget: bool = False  # delete what is stored of this person once the turn is done
    archive_of: str = ""  # lesson whose week artefact goes with the reply
    attached: tuple[
        tuple[str, str], ...
    ] = ()  # (path, digest) of a learner's files that go with a reply to an instructor
    annotate: bool = False  # the learner's files go with the reply, our questions at their lines
    of_engine: bool = False  # nothing but findings, verdicts and experiments: they hold no answer to begin with
    topic: str = ""  # what it is about: a card, a rule, a criterion, or an occasion
    dialogue: Dialogue | None = None  # what the conversation is about from now on; None leaves it as it is
    question_asked: str = ""  # id of the lesson's question that `closing` puts
    notices: tuple[Notice, ...] = ()
    build: BuildRequest | None = None
    build_file: tuple[str, str] = ("", "")  # what of a receipt goes with the reply, and the receipt's key

    def with_changes(self, **changes: Any) -> Self:
        return replace(self, **changes)


_CODEC = TypeAdapter(Decision)


def to_state(decision: Decision) -> dict[str, Any]:
    """Plain JSON values: a checkpoint must be readable by any later version."""
    state: dict[str, Any] = _CODEC.dump_python(decision, mode="json")
    return state


def from_state(state: dict[str, Any]) -> Decision:
    return _CODEC.validate_python(state)
