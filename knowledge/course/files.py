"""Reads a pack's files into their shapes, and says every fault with its file, its key and what to do."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

MAX_FILE = 500_000

Parsed = TypeVar("Parsed")


class PackFaults:
    """Collects faults while a pack is read; `found` holds `folder/file: what; what to do`."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, file: Path, what: str) -> None:
        self.found.append(f"{file.parent.name}/{file.name}: {what}")

    def text(self, file: Path) -> str | None:
        try:
            if file.stat().st_size > MAX_FILE:
                self.add(file, f"is larger than {MAX_FILE:,} bytes; split the lesson")
                return None
            text = file.read_text("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            self.add(file, "is missing; add it, docs/writing-a-lesson.md shows what it holds")
        except UnicodeDecodeError:
            self.add(file, "cannot be read as UTF-8 text; save it as UTF-8")
        except OSError as error:
            self.add(file, f"cannot be read ({error.strerror}); make it a readable file")
        else:
            if text.strip():
                return text
            self.add(file, "is empty; fill it as docs/writing-a-lesson.md shows")
        return None

    def read(self, file: Path, shape: type[Parsed]) -> Parsed | None:
        text = self.text(file)
        if text is None:
            return None
        try:
            raw = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that also refuses a key given twice
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            self.add(file, _unreadable(error))
            return None
        try:
            return TypeAdapter(shape).validate_python(raw)
        except ValidationError as error:
            for fault in error.errors():
                self.add(file, _told(fault, raw))
            return None


class _Loader(yaml.CSafeLoader):
    """Refuses a key given twice: plain YAML keeps the last one and drops the other without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key.value}” stands there twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def _unreadable(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + 1})" if mark else ""
    if isinstance(error, yaml.constructor.ConstructorError):
        return f"{error.problem}{where}; keep one of them"
    return f"is no valid YAML{where}; indent by spaces only, and quote texts that hold a colon or start with a sign"


_SAYS = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not known here; remove it or correct its name",
    "string_type": "is no text; put it in quotes",
    "int_type": "is no whole number; write it without quotes",
    "bool_type": "is neither true nor false; write one of them without quotes",
    "list_type": "is no list; start each entry with a dash",
    "dict_type": "is no set of keys; write “key: value” lines",
    "model_type": "is no set of keys; write “key: value” lines",
    "greater_than": "is too small; write a number above 0",
}


def _told(fault: Any, raw: Any) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    says = _SAYS.get(kind) or fault["msg"]
    if kind == "value_error":
        says = str(context["error"])
    elif kind == "literal_error":
        says = f"is none of {context['expected']}; write one of them"
    elif kind in ("too_short", "too_long"):
        most = "at least" if kind == "too_short" else "at most"
        limit = context.get("min_length", context.get("max_length"))
        says = f"has {context['actual_length']} entries; {most} {limit} belong there"
    where = _where(fault["loc"], raw)
    return f"{where} {says}" if where else f"the file {says}"


def _where(location: tuple[int | str, ...], raw: Any) -> str:
    """The way to a fault as a person would say it: entries by their id where they have one."""
    names, here = [], raw
    for part in location:
        here = _entry(here, part)
        if isinstance(part, int):
            named = here.get("id") if isinstance(here, dict) else None
            names.append(named if isinstance(named, str) else f"entry {part + 1}")
        elif part != "[key]":
            names.append(str(part))
    return " → ".join(names)


def _entry(value: Any, part: int | str) -> Any:
    try:
        return value[part]
    except (LookupError, TypeError):
        return None
