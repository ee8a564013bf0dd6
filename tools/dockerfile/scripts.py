"""Shell scripts: which files they write, and whether the program takes the shell's place on every way through them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command, pieces

MAX_SCRIPT = 50_000  # characters
MAX_DEPTH = 50  # of branches in branches
_HEREDOC = re.compile(r"<<(-?)\s*[\"']?([A-Za-z_]\w*)[\"']?")
_TARGET = re.compile(r"(?<![0-9&<])>>?\s*[\"']?([^\s\"'&|;<>]+)|\btee\s+(?:-a\s+)?[\"']?([^\s\"'&|;<>-][^\s\"'&|;<>]*)")
_OPENERS = {"if": "fi", "case": "esac", "while": "done", "until": "done", "for": "done", "select": "done"}
_KEYWORDS = frozenset({*_OPENERS, *_OPENERS.values(), "then", "elif", "else", "do"})
_REDIRECTS_ONLY = re.compile(r"exec(?:\s+(?:\d*[<>]\S*|[<>]+\s*\S+|\d+>&\d+|&>\S+))*\s*")


def without_heredocs(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The script without the bodies of its heredocs, and each line that opens one with its body."""
    kept: list[str] = []
    bodies: list[tuple[str, str]] = []
    lines = iter(text[:MAX_SCRIPT].split("\n"))
    for line in lines:
        kept.append(line)
        for dash, name in _HEREDOC.findall(line) if "<<" in line and "<<<" not in line else ():
            body = []
            for inner in lines:
                if (inner.lstrip("\t") if dash else inner) == name:
                    break
                body.append(inner)
            bodies.append((line, "\n".join(body)))
    return "\n".join(kept), bodies


def written_by(instruction: Instruction, found: list[Command]) -> Iterator[tuple[str, str]]:
    """(path, text) of each file that a COPY or a RUN writes by a heredoc, `echo` or `printf`; parts come in order."""
    if instruction.keyword in ("COPY", "ADD"):
        target = instruction.words[-1] if instruction.words else ""
        for doc in instruction.heredocs:
            yield (target.rstrip("/") + "/" + doc.name if target.endswith("/") else target), doc.body
        return
    for doc in instruction.heredocs:
        line = next((line for line in instruction.value.split("\n") if doc.name in line), "")
        opened = re.search(rf"[^;&|\n]*<<-?\s*[\"']?{re.escape(doc.name)}\b[^;&\n]*", line)
        yield from _into_target(opened.group() if opened else line, doc.body)
        for inner, body in without_heredocs(doc.body)[1]:
            yield from _into_target(inner, body)
    for command in found:
        if command.name in ("echo", "printf"):
            yield from _into_target(command.text, _printed(command) + "\n")


def _into_target(line: str, text: str) -> Iterator[tuple[str, str]]:
    match = _TARGET.search(line)
    if match:
        yield match[1] or match[2], text


def _printed(command: Command) -> str:
    words = [word for word in command.words[1:] if word not in ("-e", "-n", "-en", "-ne", "--")]
    end = next((index for index, word in enumerate(words) if word.startswith(">")), len(words))
    words = words[:end]
    if command.name == "printf" and len(words) > 1 and "%" in words[0]:
        words = words[1:]
    glue = "\n" if command.name == "printf" else " "
    return glue.join(words).replace("\\n", "\n").replace("\\t", "\t")


@dataclass
class _Tokens:
    """Keywords and commands of a script in order; `("cmd", text, separator behind it)`."""

    items: list[tuple[str, str, str]]
    at: int = 0
    functions: dict[str, bool] = field(default_factory=dict)

    @property
    def next(self) -> str:
        return self.items[self.at][0] if self.at < len(self.items) else "end"

    def take(self) -> tuple[str, str, str]:
        self.at += 1
        return self.items[self.at - 1]


def always_execs(text: str, opens: Callable[[str], str | None] = lambda _: None) -> bool:
    """Whether every way through the script ends in `exec` of a program, or in `exit`.

    `opens` gives the text of another script by the word that calls it, None where it is none that is known.
    """
    script = without_heredocs(text)[0]
    tokens = _Tokens(list(_tokens(script)))
    return _Reader(tokens, opens).sequence({"end"}, 0)


def _tokens(script: str) -> Iterator[tuple[str, str, str]]:
    for text, separator in pieces(script):
        rest = text.strip()
        while rest:
            word, _, behind = rest.partition(" ")
            word = word.strip()
            if word not in _KEYWORDS:
                break
            yield word, "", ""
            rest = behind.strip()
            if word in ("for", "select", "case"):
                break
        if rest and not rest.startswith("#"):
            yield "cmd", rest, separator
        if separator in ("{", "}", "(", ")", ";;", "$("):
            yield separator, "", ""


class _Reader:
    def __init__(self, tokens: _Tokens, opens: Callable[[str], str | None]) -> None:
        self._tokens, self._opens = tokens, opens

    def sequence(self, enders: set[str], depth: int) -> bool:
        """Whether control never gets behind the sequence that begins here; stops before its end."""
        ended, conditional, last = False, False, ""
        while (kind := self._tokens.next) not in enders and kind != "end":
            if kind == "cmd":
                _, last, separator = self._tokens.take()
                ended |= not conditional and self._ends(last, separator)
                conditional = separator in ("&&", "||")
                continue
            ended |= self._compound(kind, last, depth) and not conditional
            conditional, last = False, ""
        return ended

    def _compound(self, kind: str, last: str, depth: int) -> bool:
        self._tokens.take()
        if depth > MAX_DEPTH:
            return False
        if kind == "if":
            return self._if(depth)
        if kind == "case":
            return self._case(depth)
        if kind in ("while", "until", "for", "select"):
            self._inside("done", depth)
            return False
        if kind in ("(", "$("):
            return self._parenthesis(last, depth)
        return self._inside("}", depth) if kind == "{" else False

    def _inside(self, end: str, depth: int) -> bool:
        ended = self.sequence({end}, depth + 1)
        self._close(end)
        return ended

    def _close(self, end: str) -> None:
        if self._tokens.next == end:
            self._tokens.take()

    def _if(self, depth: int) -> bool:
        branches, has_else = [], False
        self.sequence({"then", "fi"}, depth + 1)
        while self._tokens.next not in ("fi", "end"):
            kind = self._tokens.take()[0]
            has_else |= kind == "else"
            if kind == "elif":
                self.sequence({"then", "fi"}, depth + 1)
            else:
                branches.append(self.sequence({"elif", "else", "fi"}, depth + 1))
        self._close("fi")
        return has_else and all(branches)

    def _case(self, depth: int) -> bool:
        """Patterns end at a bracket, branches at `;;`; without `*)` a value may meet none of them."""
        branches, has_default = [], False
        while self._tokens.next not in ("esac", "end"):
            kind, text, _ = self._tokens.take()
            has_default |= kind == "cmd" and text.rpartition(" in")[2].strip() == "*"
            if kind == ")":
                branches.append(self.sequence({";;", "esac"}, depth + 1))
                self._close(";;")
        self._close("esac")
        return has_default and all(branches)

    def _parenthesis(self, last: str, depth: int) -> bool:
        """A subshell ends nothing; `name()` is a function, whose body is read for its calls."""
        is_function = self._tokens.next == ")" and re.fullmatch(r"(?:function\s+)?[\w:-]+", last) is not None
        self._inside(")", depth)
        if is_function and self._tokens.next == "{":
            self._tokens.take()
            self._tokens.functions[last.rsplit(maxsplit=1)[-1]] = self._inside("}", depth)
        return False

    def _ends(self, text: str, separator: str) -> bool:
        if separator in ("&", "|", "(", "$("):
            return False
        words = text.split()
        if words[0] == "exit" or (words[0] == "exec" and not _REDIRECTS_ONLY.fullmatch(text)):
            return words[0] == "exit" or self._execs_on(words[1:])
        if words[0] in (".", "source") and len(words) > 1:
            inner = self._opens(words[1])
            return inner is not None and always_execs(inner)
        return self._tokens.functions.get(words[0], False)

    def _execs_on(self, words: list[str]) -> bool:
        """What takes the shell's place may be a script again, which has to do the same."""
        scripts = (self._opens(word.strip("\"'")) for word in words[:3])
        inner = next((script for script in scripts if script is not None), None)
        return inner is None or always_execs(inner)
