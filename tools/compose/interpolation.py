"""Compose's variables in a value: what is written literally and what comes from the environment.

Values come from the `.env` of the upload only, never from the environment of this process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

MAX_NESTING = 10
MAX_RESOLVED = 10_000  # characters; a value that grows beyond is cut, no check reads further

_SPECIAL = re.compile(r"[$}]")
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<closed>\})|(?P<operator>:[-?+]|[-?+])))", re.ASCII
)


@dataclass(frozen=True)
class Variable:
    """`${NAME}` with its operator; `argument` is the default of `-`, the message of `?`, the other value of `+`."""

    name: str
    operator: str = ""
    argument: LiteralText | None = None

    @property
    def default(self) -> LiteralText | None:
        return self.argument if self.operator in {":-", "-"} else None

    def value(self, env: Mapping[str, str]) -> str:
        given = env.get(self.name)
        usable = given is not None and (given != "" or not self.operator.startswith(":"))
        if self.operator in {":+", "+"}:
            return self.argument.resolved(env) if usable and self.argument else ""
        if usable:
            return given or ""
        return self.default.resolved(env) if self.default else ""


@dataclass(frozen=True)
class LiteralText:
    """A value in its parts: literal strings and variables."""

    raw: str
    parts: tuple[str | Variable, ...]

    def resolved(self, env: Mapping[str, str]) -> str:
        pieces, length = [], 0
        for part in self.parts:
            piece = part if isinstance(part, str) else part.value(env)
            pieces.append(piece[: MAX_RESOLVED - length])
            length += len(pieces[-1])
            if length >= MAX_RESOLVED:
                break
        return "".join(pieces)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """Every variable, those inside defaults included."""
        return tuple(self._variables())

    def _variables(self) -> Iterator[Variable]:
        for part in self.parts:
            if isinstance(part, Variable):
                yield part
                if part.argument is not None:
                    yield from part.argument.variables

    @property
    def is_literal(self) -> bool:
        return all(isinstance(part, str) for part in self.parts)

    @cached_property
    def written(self) -> str:
        """What the file itself says: defaults taken, variables without one left as `${NAME}`."""
        return "".join(part if isinstance(part, str) else _as_written(part) for part in self.parts)

    def unset(self, env: Mapping[str, str]) -> tuple[str, ...]:
        """Names of the variables that have neither a value in `env` nor a default."""
        return tuple(
            variable.name
            for variable in self.variables
            if variable.name not in env and variable.default is None and variable.operator not in {":+", "+"}
        )


def _as_written(variable: Variable) -> str:
    if variable.default is not None and variable.default.raw:
        return variable.default.written
    return "${" + variable.name + "}"


def read_text(raw: str) -> LiteralText:
    """Never fails: what is no variable stays text, as a reader of the file would take it. One pass, no going back."""
    if "$" not in raw:
        return LiteralText(raw, (raw,) if raw else ())
    return _Reader(raw).read()


@dataclass
class _Open:
    """A `${NAME` and what has been read of its argument; the outermost stands for the value itself."""

    start: int
    name: str = ""
    operator: str = ""
    argument_start: int = 0
    parts: list[str | Variable] = field(default_factory=list)

    def text(self, raw: str) -> LiteralText:
        """Its parts with neighbouring strings joined."""
        joined: list[str | Variable] = []
        for literal, group in groupby(self.parts, key=lambda part: isinstance(part, str)):
            parts = tuple(group)
            joined.extend(("".join(map(str, parts)),) if literal else parts)
        return LiteralText(raw, tuple(joined))


class _Reader:
    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._open = [_Open(0)]

    def read(self) -> LiteralText:
        at = 0
        while at < len(self._raw):
            at = self._step(at)
        while len(self._open) > 1:
            self._keep_as_text()
        return self._open[0].text(self._raw)

    def _step(self, at: int) -> int:
        special = _SPECIAL.search(self._raw, at)
        end = special.start() if special else len(self._raw)
        if end > at:
            self._open[-1].parts.append(self._raw[at:end])
            return end
        if self._raw[at] == "}":
            return self._close(at)
        if self._raw.startswith("$$", at):
            self._open[-1].parts.append("$")
            return at + 2
        return self._variable(at)

    def _variable(self, at: int) -> int:
        match = _VARIABLE.match(self._raw, at)
        if match is None or len(self._open) > MAX_NESTING:
            self._open[-1].parts.append("$")
            return at + 1
        if match["plain"]:
            self._open[-1].parts.append(Variable(match["plain"]))
        elif match["closed"]:
            self._open[-1].parts.append(Variable(match["name"]))
        else:
            self._open.append(_Open(at, match["name"], match["operator"], match.end()))
        return match.end()

    def _close(self, at: int) -> int:
        if len(self._open) == 1:
            self._open[-1].parts.append("}")
            return at + 1
        done = self._open.pop()
        argument = done.text(self._raw[done.argument_start : at])
        self._open[-1].parts.append(Variable(done.name, done.operator, argument))
        return at + 1

    def _keep_as_text(self) -> None:
        unclosed = self._open.pop()
        self._open[-1].parts.append(self._raw[unclosed.start : unclosed.argument_start])
        self._open[-1].parts.extend(unclosed.parts)


_DOTENV_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)")


def read_dotenv(text: str) -> dict[str, tuple[str, int]]:
    """Name -> (value, line) of an env file. Values are taken as they stand: nothing in them is expanded."""
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _DOTENV_LINE.match(line)
        if match is not None:
            values[match[1]] = (_dotenv_value(match[2]), number)
    return values


def _dotenv_value(written: str) -> str:
    written = written.strip()
    if len(written) >= 2 and written[0] in "'\"":
        end = written.find(written[0], 1)
        if end > 0:
            return written[1:end]
    return written.split(" #", 1)[0].rstrip()
