"""YAML as a tree of nodes that know their lines: safe, bounded, with merge keys resolved.

Works on libyaml's events, so that depth and size are refused while they are read and no alias is ever multiplied
out. Nothing is constructed: tags are kept as text, and scalars stay strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tools.errors import UnreadableFile

MAX_DEPTH = 40
MAX_NODES = 20_000  # with every alias counted as often as it is used

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True)
class Place:
    file: str
    line: int
    end_line: int

    def until(self, other: Place) -> Place:
        """From this place's first line to the other's last, where both stand in one file."""
        if other.file != self.file or other.end_line < self.line:
            return self
        return Place(self.file, self.line, other.end_line)


@dataclass(frozen=True)
class Scalar:
    place: Place
    value: str
    plain: bool = True
    tag: str = ""

    @property
    def is_null(self) -> bool:
        return self.plain and self.value in _NULLS


@dataclass(frozen=True)
class Sequence:
    place: Place
    items: tuple[Node, ...]
    tag: str = ""


@dataclass(frozen=True)
class Mapping:
    """Entries in the order of the file; of two with one key the last counts."""

    place: Place
    entries: dict[str, YamlEntry]
    tag: str = ""

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry is not None else None

    def __iter__(self) -> Iterator[YamlEntry]:
        return iter(self.entries.values())


@dataclass(frozen=True)
class YamlEntry:
    key: Scalar
    value: Node

    @property
    def place(self) -> Place:
        return self.key.place.until(self.value.place)


Node = Scalar | Sequence | Mapping


def count_nodes(node: Node) -> int:
    if isinstance(node, Mapping):
        return 1 + sum(1 + count_nodes(entry.value) for entry in node)
    return 1 + sum(map(count_nodes, node.items)) if isinstance(node, Sequence) else 1


@dataclass(frozen=True)
class Duplicate:
    key: str
    place: Place
    first_line: int


@dataclass
class YamlDocument:
    roots: tuple[Node, ...]
    duplicates: list[Duplicate] = field(default_factory=list)


def read_document(path: str, text: str) -> YamlDocument:
    """Every YAML document of one file. Raises UnreadableFile with the line and what to do."""
    composer = _Composer(path)
    try:
        roots = tuple(composer.documents(text))
    except yaml.MarkedYAMLError as error:
        raise UnreadableFile(_syntax_message(path, error)) from None
    except yaml.YAMLError:
        message = f"{path} holds characters that YAML does not allow. Save it as plain UTF-8 text."
        raise UnreadableFile(message) from None
    return YamlDocument(roots, composer.duplicates)


def _syntax_message(path: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    problem = (error.problem or error.context or "it cannot be parsed").strip()
    hint = " YAML allows no tabs for indentation." if "\\t" in problem or "tab" in problem else ""
    return (
        f"{path} is not valid YAML: line {line}, {problem[:120]}.{hint} "
        "Correct that line; check the indentation of the lines around it."
    )


class _Composer:
    """Turns events into nodes with a stack of its own, so that depth is a number and not a crash."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open: list[_Open] = []
        self._total = 0
        self.duplicates: list[Duplicate] = []

    def documents(self, text: str) -> Iterator[Node]:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                self._open = [_Open(event)]
            elif isinstance(event, yaml.DocumentEndEvent):
                yield self._open[0].children[0]
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()

    def _node(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._count(1)
            self._add(self._scalar(event), 1, event.anchor)
        else:
            self._count(1)
            if len(self._open) > MAX_DEPTH:
                raise UnreadableFile(
                    f"{self._path} is nested more than {MAX_DEPTH} levels deep at line {event.start_mark.line + 1}. "
                    "A Compose file needs no more than ten: check its indentation and brackets."
                )
            self._open.append(_Open(event))

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark, event.end_mark
        first = start.line + 1
        # The end mark of a block scalar is the start of the line behind it.
        last = end.line + (1 if end.column else 0)
        place = Place(self._path, first, max(first, last))
        return Scalar(place, event.value, plain=event.implicit[0], tag=event.tag or "")

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor not in self._anchors:
            raise UnreadableFile(
                f"{self._path} uses *{event.anchor} on line {line} before &{event.anchor} is complete. "
                "Define an anchor above its first use, and not inside itself."
            )
        node, size = self._anchors[event.anchor]
        self._count(size)
        self._add(node, size, None)

    def _count(self, size: int) -> None:
        self._total += size
        if self._total > MAX_NODES:
            raise UnreadableFile(
                f"{self._path} grows to more than {MAX_NODES:,} values once its anchors are filled in. "
                "Send only the Compose file of your stack, without generated parts."
            )

    def _add(self, node: Node, size: int, anchor: str | None) -> None:
        self._open[-1].children.append(node)
        self._open[-1].size += size
        if anchor is not None:
            self._anchors[anchor] = (node, size)

    def _close(self) -> None:
        closed = self._open.pop()
        node = self._sequence(closed) if isinstance(closed.event, yaml.SequenceStartEvent) else self._mapping(closed)
        self._add(node, closed.size + 1, closed.event.anchor)

    def _span(self, opened: _Open) -> Place:
        first = opened.event.start_mark.line + 1
        last = max((c.place.end_line for c in opened.children if c.place.file == self._path), default=first)
        return Place(self._path, first, max(first, last))

    def _sequence(self, closed: _Open) -> Sequence:
        return Sequence(self._span(closed), tuple(closed.children), closed.event.tag or "")

    def _mapping(self, closed: _Open) -> Mapping:
        own: dict[str, YamlEntry] = {}
        merged: list[Mapping] = []
        for key, value in zip(closed.children[::2], closed.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise UnreadableFile(
                    f"{self._path} has a list or a mapping as a key on line {key.place.line}. "
                    "Compose allows only words there: quote the value or add the missing name before the colon."
                )
            if key.value == "<<" and key.plain:
                merged.extend(_merge_sources(value))
                continue
            if key.value in own:
                first = own.pop(key.value).key.place.line
                self.duplicates.append(Duplicate(key.value, key.place.until(value.place), first))
            own[key.value] = YamlEntry(key, value)
        inherited = {key: entry for source in reversed(merged) for key, entry in source.entries.items()}
        return Mapping(self._span(closed), inherited | own, closed.event.tag or "")


@dataclass
class _Open:
    event: Any  # the event that opened the collection or the document
    children: list[Node] = field(default_factory=list)
    size: int = 0


def _merge_sources(value: Node) -> list[Mapping]:
    items = value.items if isinstance(value, Sequence) else (value,)
    return [item for item in items if isinstance(item, Mapping)]
