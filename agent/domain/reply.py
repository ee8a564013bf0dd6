"""What the tutor says, free of any chat's markup: every edge renders these for itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.retrieval.passages import Citation


@dataclass(frozen=True)
class Action:
    """A button. `id` names what happens, `value` is an id of our records, never a state to be trusted."""

    id: str  # build | submit | stop | cite | approve | reject | show_findings | archive | predict
    label: str
    value: str = ""
    style: str = ""  # primary | danger | ""


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class OutgoingFile:
    name: str
    data: bytes = field(repr=False)
    title: str = ""


@dataclass(frozen=True)
class Reply:
    """One message. `text` is Markdown: **bold**, `code`, lists, fenced blocks, links."""

    text: str
    citations: tuple[Citation, ...] = ()
    actions: tuple[Action, ...] = ()
    table: Table | None = None
    files: tuple[OutgoingFile, ...] = ()
    declined: bool = False
    feedback: bool = False  # ask whether it helped
