"""Stages of a Dockerfile: their base with arguments resolved, their ancestry, and what the final one ends with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tools.dockerfile import words as cut
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import Parsed

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+?]|[#%/])([^${}]*))?\}|([A-Za-z_]\w*))")
MAX_VALUE = 4_000  # characters: values that name each other would double with every line
MAX_NESTING = 5  # of `${A:-${B:-…}}`
# What BuildKit declares by itself before the first FROM; a stage sees it after an ARG of its own.
_PLATFORM = {
    f"{side}{part}": value
    for side in ("TARGET", "BUILD")
    for part, value in (("PLATFORM", "linux/amd64"), ("OS", "linux"), ("ARCH", "amd64"), ("VARIANT", ""))
}


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
        return [
            instruction
            for instruction in self.instructions
            if instruction.keyword in keywords and not instruction.onbuild
        ]

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

    found = text[:MAX_VALUE]
    for _ in range(MAX_NESTING if "${" in found else 1):
        after = _VARIABLE.sub(value, found)[:MAX_VALUE]
        if after == found:
            break
        found = after
    return found


def stages(parsed: Parsed, contexts: Mapping[str, str] = MappingProxyType({})) -> list[Stage]:
    """`contexts` are names that the build gives, with the image that each of them is, where it is one."""
    globals_: dict[str, str] = {}
    named: dict[str, Stage] = {}
    found: list[Stage] = []
    for opening, body in _groups(parsed):
        if opening is None:
            globals_.update(_arguments(body, _PLATFORM, {}))
            continue
        reference, name = _named(opening.value)
        base = resolve(reference, {**_PLATFORM, **globals_})
        base = contexts.get(base.lower()) or base
        parent = named.get(base.lower())
        own = _arguments(body, {**_PLATFORM, **globals_}, parent.arguments if parent else {})
        found.append(Stage(len(found), name, base, opening, tuple(body), parent, own))
        if name:
            named[name.lower()] = found[-1]
    return found


def _groups(parsed: Parsed) -> Iterator[tuple[Instruction | None, list[Instruction]]]:
    opening: Instruction | None = None
    body: list[Instruction] = []
    for instruction in parsed.instructions:
        if instruction.keyword == "FROM" and not instruction.onbuild:
            yield opening, body
            opening, body = instruction, []
        else:
            body.append(instruction)
    yield opening, body


def _named(value: str) -> tuple[str, str]:
    """The image of a FROM, and the name of its stage."""
    words = value.split()
    name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
    return (words[0] if words else ""), name


def _arguments(body: list[Instruction], outer: dict[str, str], inherited: dict[str, str]) -> dict[str, str]:
    """Defaults of ARG, and ENV over them; an ARG without default takes the value from before FROM."""
    values = dict(inherited)
    for line in body:
        if line.keyword == "ARG":
            for word in cut.words(line.value):
                name, equals, default = word.partition("=")
                values[name] = resolve(cut.unquoted(default), values) if equals else outer.get(name, "")
        elif line.keyword == "ENV":
            values |= {name: resolve(value, values) for name, value in pairs(line.value)}
    return values


def pairs(value: str) -> list[tuple[str, str]]:
    """Name and value of ENV, ARG or LABEL without their quotes, in both of their forms."""
    found = cut.words(value)
    if found and "=" in found[0]:
        named = (word.partition("=") for word in found if "=" in word)
        return [(cut.unquoted(name), cut.unquoted(text)) for name, _, text in named]
    name, *rest = value.split(None, 1) or [""]
    return [(name, cut.unquoted(rest[0].strip()) if rest else "")]
