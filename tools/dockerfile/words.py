"""How BuildKit cuts a line into words: flags, names with values, and the words that may open a heredoc."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What Go calls a space.
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_FLAG = re.compile(r"--((?:\"(?:[^\"\\]|\\.)*(?:\"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|\\.|\\$|[^\s\"'\\])*)", re.DOTALL)
_QUOTING = re.compile(r"\"((?:[^\"\\]|\\.)*)(?:\"|\\?$)|'((?:[^'\\]|\\.)*)(?:'|\\?$)|\\(.)|\\$", re.DOTALL)
_WORDS = {
    escape: re.compile(
        rf"(?:\"(?:[^\"{kept}]|{kept}.)*(?:\"|(?={kept}?$))|'[^']*(?:'|$)|{kept}.|[^\s\"'{kept}])+", re.DOTALL
    )
    for escape, kept in (("\\", r"\\"), ("`", "`"))
}
_UNQUOTED = {
    escape: re.compile(rf"\"((?:[^\"{kept}]|{kept}.)*)\"|'([^']*)'|{kept}(.)", re.DOTALL)
    for escape, kept in (("\\", r"\\"), ("`", "`"))
}
_HEREDOC = re.compile(r"([0-9]*)<<(-?)([^<]+)")
_SPECIAL = frozenset("@*#?-$!0")
MAX_NESTING = 50  # of `${A:-${B:-…}}`


def flags(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Leading `--name=value` words without their quotes, and what follows them; a bare `--` ends them."""
    found: list[tuple[str, str]] = []
    rest = rest.lstrip(SPACE)
    while rest.startswith("--") and (match := _FLAG.match(rest)) is not None:
        rest = rest[match.end() :]
        if match.group() == "--":
            return tuple(found), rest.strip(SPACE)
        name, _, value = _QUOTING.sub(_bare, match[1]).partition("=")
        found.append((name, value))
        rest = rest.lstrip(SPACE)
    return tuple(found), rest.strip(SPACE)


def _bare(match: re.Match[str]) -> str:
    quoted = match[1] if match[1] is not None else match[2]
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else match[3] or ""


def words(text: str, escape: str = "\\") -> list[str]:
    """Words of ENV, LABEL and ARG with their quotes."""
    return [match.group() for match in _WORDS[escape].finditer(text)]


def unquoted(word: str, escape: str = "\\") -> str:
    def inside(match: re.Match[str]) -> str:
        if match[1] is not None:
            return re.sub(rf"{re.escape(escape)}([\"${re.escape(escape)}])", r"\1", match[1])
        return match[2] if match[2] is not None else match[3]

    return _UNQUOTED[escape].sub(inside, word)


@dataclass(frozen=True)
class HeredocStart:
    name: str
    strips_tabs: bool


def heredocs(line: str) -> list[HeredocStart]:
    """The heredocs that an instruction opens, in order; none where its quotes or braces do not close.

    Raises UnreadableName where a name, cut out of the line, is not closed itself.
    """
    try:
        found = _Words(line, raw=True).read()
    except UnreadableName:
        return []
    return [opened for word in found if (opened := _heredoc(word)) is not None]


def _heredoc(word: str) -> HeredocStart | None:
    match = _HEREDOC.fullmatch(word)
    named = _Words(match[3], raw=False).read() if match else []
    return HeredocStart(named[0], strips_tabs=match[2] == "-") if match and len(named) == 1 else None


class UnreadableName(Exception):
    """A quote or a brace that does not close."""


class _Words:
    """Cuts at blanks outside of quotes; `raw` keeps quotes and escapes as they stand."""

    def __init__(self, text: str, *, raw: bool) -> None:
        self._text, self._raw, self._at = text, raw, 0
        self._done: list[str] = []
        self._word: list[str] = []

    def read(self) -> list[str]:
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "'\"":
                self._word.append(self._quoted())
            elif character == "$":
                self._split(self._dollar(0))
            elif character == "\\":
                self._word.append(self._escaped())
            else:
                self._split(character)
                self._at += 1
        return [*self._done, "".join(self._word)] if any(self._word) else self._done

    def _split(self, text: str) -> None:
        for character in text:
            if character not in SPACE:
                self._word.append(character)
            elif any(self._word):
                self._done.append("".join(self._word))
                self._word = []

    def _escaped(self) -> str:
        self._at += 2
        pair = self._text[self._at - 2 : self._at]
        return pair if self._raw else pair[1:]

    def _quoted(self) -> str:
        quote, begin = self._text[self._at], self._at
        self._at += 1
        inside: list[str] = []
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == quote:
                self._at += 1
                return self._text[begin : self._at] if self._raw else "".join(inside)
            if quote == '"' and character == "$":
                inside.append(self._dollar(0))
            elif quote == '"' and character == "\\":
                following = self._text[self._at + 1 : self._at + 2]
                inside.append(following if following in ('"', "$", "\\") else character + following)
                self._at += 2
            else:
                inside.append(character)
                self._at += 1
        raise UnreadableName

    def _dollar(self, depth: int) -> str:
        begin = self._at
        self._at += 1
        if self._text[self._at : self._at + 1] != "{":
            self._name()
            return self._text[begin : self._at]
        self._at += 1
        if self._text[self._at : self._at + 1] in ("", "{", "}", ":") or depth > MAX_NESTING:
            raise UnreadableName
        self._name()
        operator = self._text[self._at : self._at + 1]
        self._at += 1
        if operator == ":":
            operator = self._text[self._at : self._at + 1]
            self._at += 1
            if operator not in ("+", "-", "?"):
                raise UnreadableName
        if operator != "}":
            self._argument(operator, depth)
        return self._text[begin : self._at]

    def _argument(self, operator: str, depth: int) -> None:
        if operator not in ("+", "-", "?", "#", "%"):
            raise UnreadableName
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "}":
                self._at += 1
                return
            if character in "'\"":
                self._quoted()
            elif character == "$":
                self._dollar(depth + 1)
            else:
                self._at += 2 if character == "\\" else 1
        raise UnreadableName

    def _name(self) -> None:
        begin = self._at
        first = self._text[begin : begin + 1]
        if first.isdigit():
            while self._text[self._at : self._at + 1].isdigit():
                self._at += 1
        elif first in _SPECIAL and first:
            self._at += 1
        else:
            while (one := self._text[self._at : self._at + 1]) and (one.isalnum() or one == "_"):
                self._at += 1
