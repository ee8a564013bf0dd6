"""Instructions of a Dockerfile with their line spans, by BuildKit's rules; nothing is executed or expanded.

BuildKit stops at the first error. This reader notes it and goes on, because a learner has more than one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from tools.dockerfile import words as cut
from tools.dockerfile.instruction import Heredoc, Instruction
from tools.dockerfile.refusals import refusals
from tools.dockerfile.words import SPACE

KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR".split()
)
# A hundred times what people write; `commands` counts what could separate two of them.
MAX_INSTRUCTIONS, MAX_CHARACTERS, MAX_COMMANDS = 2_000, 100_000, 4_000
MAX_LINE_BYTES = 65_535  # BuildKit's own limit
_DIRECTIVE = re.compile(r"#[\t\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\f\r ]*=[\t\f\r ]*(.+?)[\t\f\r ]*")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_WITH_HEREDOC = frozenset({"ADD", "COPY", "RUN"})
_WITH_LIST = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_SEPARATOR = re.compile(r"[;|&\n(){}`]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class SyntaxFault:
    line: int
    message: str
    fatal: bool = False  # nothing can be said of the file
    syntax: bool = True  # the builder's parser stops here; else it reads the line and refuses what it says


@dataclass(frozen=True)
class Parsed:
    instructions: tuple[Instruction, ...]
    faults: tuple[SyntaxFault, ...]
    directives: tuple[tuple[str, str], ...] = ()


def parse(text: str) -> Parsed:
    """What is too much to be read is not judged by its beginning: then the only fault is a fatal one."""
    if len(text) > MAX_CHARACTERS:
        return Parsed((), (SyntaxFault(1, f"it has more than {MAX_CHARACTERS:,} characters", fatal=True),))
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    lines = lines[:-1] if lines[-1] == "" else lines
    long = next((number for number, line in enumerate(lines, 1) if _is_too_long(line)), 0)
    if long:
        message = f"line {long} is longer than the {MAX_LINE_BYTES:,} bytes that the builder reads"
        return Parsed((), (SyntaxFault(long, message, fatal=True),))
    return _Reader(lines).read()


def _is_too_long(line: str) -> bool:
    return len(line) * 4 > MAX_LINE_BYTES and len(line.encode()) > MAX_LINE_BYTES - 1


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines, self._at = lines, 0
        self._faults: list[SyntaxFault] = []
        self._directives = dict(self._read_directives())
        self._escape = "`" if self._directives.get("escape") == "`" else "\\"

    def read(self) -> Parsed:
        found: list[Instruction] = []
        while self._at < len(self._lines) and len(found) <= MAX_INSTRUCTIONS:
            joined, numbers = self._logical_line()
            one = self._instruction(joined, numbers) if numbers else None
            found += [one] if one is not None else []
        if len(found) > MAX_INSTRUCTIONS:
            self._fault(1, f"it has more than {MAX_INSTRUCTIONS:,} instructions", fatal=True, syntax=False)
        if sum(_separators(match_found) for match_found in found) > MAX_COMMANDS:
            self._fault(1, f"its RUN lines hold more than {MAX_COMMANDS:,} commands", fatal=True, syntax=False)
        self._check_beginning(found)
        return Parsed(tuple(found), tuple(self._faults), tuple(self._directives.items()))

    def _check_beginning(self, found: list[Instruction]) -> None:
        """A stage begins with FROM, and what stands before the first one belongs to none."""
        begin = next((number for number, one in enumerate(found) if one.keyword == "FROM" and not one.onbuild), None)
        if begin is None:
            message = "there is no FROM instruction, so there is nothing to build on"
            self._fault(1, message, fatal=True, syntax=not found and not self._faults)
            return
        early = next((one for one in found[:begin] if one.keyword != "ARG" or one.onbuild), None)
        if early is not None:
            message = f"{early.keyword} stands before the first FROM, where only ARG may: there is no build stage yet"
            self._fault(early.line, message, syntax=False)

    def _fault(self, line: int, message: str, *, fatal: bool = False, syntax: bool = True) -> None:
        self._faults.append(SyntaxFault(line, message, fatal, syntax))

    def _read_directives(self) -> Iterator[tuple[str, str]]:
        """Comments of a known form before anything else; the first line of another kind ends them."""
        seen = set[str]()
        for number, line in enumerate(self._lines, 1):
            match = _DIRECTIVE.fullmatch(line.lstrip(SPACE))
            name = match[1].lower() if match else ""
            if match is None or name not in _DIRECTIVES:
                return
            if name in seen:
                self._fault(number, f"the directive {name} stands here twice")
                return
            if name == "escape" and match[2] not in ("\\", "`"):
                self._fault(number, f"“{match[2][:20]}” can not be the escape character; it is \\ or `")
            seen.add(name)
            yield name, match[2]

    def _logical_line(self) -> tuple[str, list[tuple[int, str]]]:
        """The next line with its continuations; comments and blank lines among them are dropped."""
        parts: list[str] = []
        numbers: list[tuple[int, str]] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            bare = line.strip(SPACE)
            if not bare or bare.startswith("#"):
                if parts:
                    continue
                break
            numbers.append((self._at, line))
            part, goes_on = self._continued(line if parts else line.lstrip(SPACE))
            parts.append(part)
            if not goes_on:
                break
        return "".join(parts).strip(SPACE), numbers

    def _continued(self, line: str) -> tuple[str, bool]:
        bare = line.rstrip("\t ")
        if bare.endswith(self._escape) and not bare[:-1].endswith(self._escape):
            return bare[:-1], True
        return line, False

    def _instruction(self, joined: str, numbers: list[tuple[int, str]]) -> Instruction | None:
        first = numbers[0][0]
        keyword, flags, value = _split(joined)
        depth = 0
        while keyword == "ONBUILD" and value:
            keyword, flags, value = _split(value)
            depth += 1
        if keyword not in KEYWORDS and depth < 2:
            self._fault(first, f"“{keyword[:40]}” is no instruction", syntax=False)
            return None
        argv = self._list_form(first, keyword, value)
        self._check_pairs(first, keyword, value)
        keyword = "ONBUILD" if depth > 1 else keyword
        heredocs = self._heredocs(first, joined) if keyword in _WITH_HEREDOC and argv is None else ()
        body = [
            (heredoc.line + offset, text)
            for heredoc in heredocs
            for offset, text in enumerate(heredoc.body.split("\n"))
        ]
        made = Instruction(keyword, value, first, self._at, flags, argv, heredocs, (*numbers, *body), depth > 0)
        self._faults += [SyntaxFault(made.line, message, syntax=False) for message in refusals(made)]
        return made

    def _list_form(self, line: int, keyword: str, value: str) -> tuple[str, ...] | None:
        """An array of strings, or None: what is no JSON is the shell form, also where it looks like a list."""
        if keyword == "HEALTHCHECK":
            value = "".join(value.split(None, 1)[1:])
        elif keyword not in _WITH_LIST:
            return None
        items = _json_list(value)
        if items is not None and not all(isinstance(item, str) for item in items):
            self._fault(line, f"the list of {keyword} holds something that is no string in quotes")
            return None
        return tuple(_SURROGATE.sub("\ufffd", item) for item in items) if items is not None else None

    def _heredocs(self, line: int, joined: str) -> tuple[Heredoc, ...]:
        found: list[Heredoc] = []
        for opened in self._opened(line, joined) if "<<" in joined else ():
            begin = self._at
            while self._at < len(self._lines) and not _ends(self._lines[self._at], opened):
                self._at += 1
            if self._at == len(self._lines):
                self._fault(line, f"the heredoc {opened.name[:40]} has no end")
                break
            found.append(Heredoc(opened.name, "\n".join(self._lines[begin : self._at]), begin + 1))
            self._at += 1
        return tuple(found)

    def _opened(self, line: int, joined: str) -> list[cut.HeredocStart]:
        try:
            return cut.heredocs(joined)
        except cut.UnreadableName:
            self._fault(line, "the name of a heredoc has a quote or a brace that does not close")
            return []

    def _check_pairs(self, line: int, keyword: str, value: str) -> None:
        """ENV and LABEL take `name=value …`, or one name, blanks and its value."""
        found = cut.words(value, self._escape) if keyword in ("ENV", "LABEL") else []
        if found and "=" not in found[0] and len(_BLANKS.split(value, maxsplit=1)) < 2:
            self._fault(line, f"{keyword} {found[0][:40]} has no value")
        elif found and "=" in found[0]:
            bad = next((word for word in found if "=" not in word), None)
            if bad is not None:
                self._fault(line, f"“{bad[:40]}” in {keyword} is no name=value")


def _separators(one: Instruction) -> int:
    if one.keyword != "RUN":
        return 0
    return len(_SEPARATOR.findall(one.value)) + sum(len(_SEPARATOR.findall(doc.body)) for doc in one.heredocs)


def _ends(line: str, opened: cut.HeredocStart) -> bool:
    return (line.lstrip("\t") if opened.strips_tabs else line) == opened.name


def _split(joined: str) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """Keyword in upper case, flags, and what follows them."""
    head, *rest = _BLANKS.split(joined.strip(SPACE), maxsplit=1)
    flags, value = cut.flags(rest[0]) if rest else ((), "")
    return head.upper(), flags, value


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


_JSON = json.JSONDecoder(parse_constant=_no_number)


def _json_list(value: str) -> list[Any] | None:
    """What stands behind the list is dropped, as the builder does without a word."""
    if not value.startswith("["):
        return None
    try:
        parsed, _ = _JSON.raw_decode(value)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, list) else None
