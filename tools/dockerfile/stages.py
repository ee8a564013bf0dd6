"""Stages of a Dockerfile: their base with arguments resolved, their ancestry, and what the final one ends with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.dockerfile.parser import Instruction, Parsed

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])([^}]*))?\}|([A-Za-z_]\w*))")


MAX_VALUE = 4_000  # characters: values that name each other would double with every line


@dataclass(frozen=True)
class Stage:
    """`base` is resolved; `parent` is the stage that it builds on, None for an external image."""

    index: int
    name: str
    base: str
    opening: Instruction
    instructions: tuple[Instruction, ...]
    parent: Stage | None = None
    arguments: dict[str, str] = field(default_factory=dict)

    def of(self, *keywords: str) -> list[Instruction]:
        return [one for one in self.instructions if one.keyword in keywords and not one.onbuild]

    def lineage(self) -> Iterator[Stage]:
        """This stage, then its ancestors."""
        stage: Stage | None = self
        while stage is not None:
            yield stage
            stage = stage.parent

    def last(self, *keywords: str) -> Instruction | None:
        """The instruction that counts, also where an ancestor set it."""
        for stage in self.lineage():
            found = stage.of(*keywords)
            if found:
                return found[-1]
        return None


def resolve(text: str, values: dict[str, str]) -> str:
    """`$X`, `${X}`, `${X:-default}`, `${X:+other}` by `values`; unknown ones become empty."""

    def value(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[4], match[2] or "", match[3] or ""
        known = values.get(name, "")
        if operator.endswith("-"):
            return known or other
        return (other if known else "") if operator.endswith("+") else known

    return _VARIABLE.sub(value, text[:MAX_VALUE])[:MAX_VALUE]


def stages(parsed: Parsed) -> list[Stage]:
    globals_: dict[str, str] = {}
    found: list[Stage] = []
    for opening, body in _groups(parsed):
        if opening is None:
            globals_.update(_arguments(body, globals_))
            continue
        reference, _, name = _named(opening.value)
        base = resolve(reference, globals_)
        parent = next((one for one in reversed(found) if one.name and one.name.lower() == base.lower()), None)
        own = {**(parent.arguments if parent else {})}
        own.update(_arguments(body, globals_))
        found.append(Stage(len(found), name, base, opening, tuple(body), parent, own))
    return found


def _groups(parsed: Parsed) -> Iterator[tuple[Instruction | None, list[Instruction]]]:
    opening: Instruction | None = None
    body: list[Instruction] = []
    for one in parsed.instructions:
        if one.keyword == "FROM" and not one.onbuild:
            yield opening, body
            opening, body = one, []
        else:
            body.append(one)
    yield opening, body


def _named(value: str) -> tuple[str, str, str]:
    words = value.split()
    name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
    return (words[0] if words else ""), "as", name


def _arguments(body: list[Instruction], outer: dict[str, str]) -> dict[str, str]:
    """Defaults of ARG, and ENV over them; an ARG without default takes the value from before FROM."""
    values: dict[str, str] = {}
    for one in body:
        if one.keyword == "ARG":
            for word in one.value.split():
                name, equals, default = word.partition("=")
                values[name] = resolve(default.strip("\"'"), {**outer, **values}) if equals else outer.get(name, "")
        elif one.keyword == "ENV":
            values.update({name: resolve(value, values) for name, value in pairs(one.value)})
    return values


_PAIR = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\\]|\\.)*)")


def pairs(value: str) -> list[tuple[str, str]]:
    """Name and value of ENV, ARG or LABEL, in both of their forms."""
    found = [(match[1], match[2].strip("\"'")) for match in _PAIR.finditer(value)]
    if found and re.match(r"^[\"']?[A-Za-z_][\w.-]*[\"']?=", value):
        return found
    name, *rest = value.split(None, 1) or [""]
    return [(name, rest[0].strip().strip("\"'") if rest else "")]


def final(found: list[Stage]) -> Stage | None:
    return found[-1] if found else None
