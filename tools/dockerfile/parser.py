"""Instructions of a Dockerfile with their line spans, by BuildKit's rules; nothing is executed or expanded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR".split()
)
MAX_INSTRUCTIONS, MAX_CHARACTERS = 2_000, 250_000  # a hundred times what people write
_DIRECTIVE = re.compile(r"^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
_HEREDOC = re.compile(r"<<(-?)\s*([\"']?)([A-Za-z_][\w.]*)\2")
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=(\"[^\"]*\"|'[^']*'|\S*))?(?=\s|$)")
_WITH_HEREDOC = frozenset({"ADD", "COPY", "RUN"})


@dataclass(frozen=True)
class Heredoc:
    name: str
    body: str
    line: int  # of the body's first line


@dataclass(frozen=True)
class Instruction:
    """`value` is what follows keyword and flags, continuation lines joined; `argv` is set in exec form only."""

    keyword: str
    value: str
    line: int
    end_line: int
    flags: tuple[tuple[str, str], ...] = ()
    argv: tuple[str, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()
    lines: tuple[tuple[int, str], ...] = field(default=(), repr=False)  # (number, text) of what was joined
    onbuild: bool = False

    def flag(self, name: str) -> list[str]:
        return [value for key, value in self.flags if key == name]

    def line_of(self, text: str) -> int:
        """The line where `text` stands, the first line where it does not."""
        return next((number for number, one in self.lines if text and text in one), self.line)


@dataclass(frozen=True)
class Fault:
    line: int
    message: str
    fatal: bool = False  # nothing can be said of the file


@dataclass(frozen=True)
class Parsed:
    instructions: tuple[Instruction, ...]
    faults: tuple[Fault, ...]
    directives: tuple[tuple[str, str], ...] = ()
    comments: tuple[tuple[int, str], ...] = ()


def parse(text: str) -> Parsed:
    """What is too much to be read is not judged by its beginning: then the only fault is a fatal one."""
    if len(text) > MAX_CHARACTERS:
        return Parsed((), (Fault(1, f"it has more than {MAX_CHARACTERS:,} characters", fatal=True),))
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    directives = dict(_directives(lines))
    comments = tuple((number, line.strip()) for number, line in enumerate(lines, 1) if line.lstrip().startswith("#"))
    instructions, faults = _read(lines, "`" if directives.get("escape") == "`" else "\\")
    if len(instructions) > MAX_INSTRUCTIONS:
        faults.append(Fault(1, f"it has more than {MAX_INSTRUCTIONS:,} instructions", fatal=True))
    if not any(one.keyword == "FROM" for one in instructions):
        faults.append(Fault(1, "there is no FROM instruction, so there is nothing to build on", fatal=True))
    return Parsed(tuple(instructions), tuple(faults), tuple(directives.items()), comments)


def _read(lines: list[str], escape: str) -> tuple[list[Instruction], list[Fault]]:
    instructions, faults, index = list[Instruction](), list[Fault](), 0
    while index < len(lines) and len(instructions) <= MAX_INSTRUCTIONS:
        stripped = lines[index].strip()
        if not stripped or stripped.startswith("#"):
            index += 1
            continue
        joined, numbers, after = _joined(lines, index, escape)
        one, index, fault = _instruction(joined, numbers, lines, after)
        faults += [fault] if fault else []
        instructions += [one] if one is not None else []
    return instructions, faults


def _directives(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _DIRECTIVE.match(line.strip())
        if match is None:
            return
        yield match[1].lower(), match[2]


def _joined(lines: list[str], index: int, escape: str) -> tuple[str, list[tuple[int, str]], int]:
    """The logical line from `index`; comments and blank lines inside a continuation are dropped, as BuildKit does."""
    parts: list[str] = []
    numbers: list[tuple[int, str]] = []
    while index < len(lines):
        line = lines[index]
        index += 1
        bare = line.strip()
        if parts and (not bare or bare.startswith("#")):
            continue
        numbers.append((index, line))
        text = line.rstrip()
        if text.endswith(escape):
            parts.append(text[:-1])
            continue
        parts.append(text)
        break
    return (
        "".join(part if not number else " " + part.lstrip() for number, part in enumerate(parts)).strip(),
        numbers,
        index,
    )


def _instruction(
    joined: str, numbers: list[tuple[int, str]], lines: list[str], after: int
) -> tuple[Instruction | None, int, Fault | None]:
    keyword, rest = _worded(joined)
    if keyword not in KEYWORDS:
        return None, after, Fault(numbers[0][0], f"“{keyword[:40]}” is no instruction")
    onbuild = keyword == "ONBUILD"
    if onbuild:
        keyword, rest = _worded(rest)
    if not rest and keyword not in ("CMD", "ENTRYPOINT"):
        return None, after, Fault(numbers[0][0], f"{keyword} has no argument")
    flags, value = _flags(rest) if keyword in ("FROM", "COPY", "ADD", "RUN", "HEALTHCHECK") else ((), rest)
    heredocs: tuple[Heredoc, ...] = ()
    fault: Fault | None = None
    if keyword in _WITH_HEREDOC and "<<" in value:
        heredocs, after, fault = _heredocs(value, lines, after)
    end = max(numbers[-1][0], after if heredocs else 0)
    body = [(one.line + offset, text) for one in heredocs for offset, text in enumerate(one.body.split("\n"))]
    argv = _exec_form(value)
    made = Instruction(keyword, value, numbers[0][0], end, flags, argv, heredocs, (*numbers, *body), onbuild)
    return made, after, fault


def _worded(text: str) -> tuple[str, str]:
    """The keyword in upper case, and what follows it after blanks of any kind."""
    head, *rest = text.split(None, 1) or [""]
    return head.upper(), rest[0].strip() if rest else ""


def _flags(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    found: list[tuple[str, str]] = []
    while (match := _FLAG.match(rest)) is not None:
        found.append((match[1], (match[2] or "").strip("\"'")))
        rest = rest[match.end() :].lstrip()
    return tuple(found), rest.removeprefix("-- ") if rest.startswith("-- ") else rest


def _heredocs(value: str, lines: list[str], after: int) -> tuple[tuple[Heredoc, ...], int, Fault | None]:
    found: list[Heredoc] = []
    for match in _HEREDOC.finditer(value):
        start, body = after, list[str]()
        while after < len(lines):
            line = lines[after]
            after += 1
            if (line.lstrip("\t") if match[1] else line) == match[3]:
                break
            body.append(line)
        else:
            return tuple(found), after, Fault(start, f"the heredoc {match[3]} has no end")
        found.append(Heredoc(match[3], "\n".join(body), start + 1))
    return tuple(found), after, None


def _exec_form(value: str) -> tuple[str, ...] | None:
    """An array of strings, or None: anything else is the shell form, also where it looks like JSON."""
    if not value.startswith("["):
        return None
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return tuple(parsed) if isinstance(parsed, list) and all(isinstance(one, str) for one in parsed) else None
