"""A RUN line as simple commands: enough of the shell's grammar to see what is called with which words."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace

from tools.dockerfile.instruction import Instruction

_SEPARATOR = re.compile(r"&&|\|\||;;|[;\n|&(){}]|\$\(|`")
_PREFIX = frozenset("sudo exec time env command nice nohup then do else if while until ! set -e -x -ex -eux".split())
SHELLS = ("sh", "bash", "ash", "dash", "zsh")
_SCRIPT_OPTION = re.compile(r"-\w*c")
MAXSHELLS = 3  # one inside the other
MAX_EXPORTS = 30  # of one command
# Programs that run another one: `conda run -n env pip …`, `poetry run pip …`.
_RUNNERS = {(one, "run") for one in ("conda", "mamba", "micromamba", "poetry", "pipenv", "uv")}
_ASSIGN = re.compile(r"^[A-Za-z_]\w*=")


@dataclass(frozen=True)
class Command:
    """`words` without assignments and prefixes such as sudo; `text` as written.

    `env` holds the assignments before it, and what was exported earlier in the same script.
    """

    words: tuple[str, ...]
    text: str
    line: int
    env: tuple[str, ...] = ()
    piped_to: str = ""  # the program that reads its output

    @property
    def name(self) -> str:
        return self.words[0].rpartition("/")[2] if self.words else ""

    def has(self, *options: str) -> bool:
        return any(word == option or word.startswith(option + "=") for word in self.words for option in options)

    @property
    def arguments(self) -> list[str]:
        return [word for word in self.words[1:] if not word.startswith("-")]


def commands(instruction: Instruction) -> list[Command]:
    if instruction.argv is not None:
        return _of_argv(instruction)
    return _of_script(_script(instruction), instruction, 0)


def _of_script(script: str, instruction: Instruction, depth: int) -> list[Command]:
    found: list[Command] = []
    places, exported = _Places(instruction), dict[str, str]()
    for text, separator in pieces(script):
        made = _command(text, instruction, places)
        if made is not None:
            found.append(replace(made, env=(*exported.values(), *made.env)))
            exported |= _exports(made)
        if separator == "|" and found:
            found[-1] = replace(found[-1], piped_to="|")
    read = [_with_reader(one, found[index + 1] if index + 1 < len(found) else None) for index, one in enumerate(found)]
    return [each for line in read for each in _opened(line, instruction, depth)]


def _exports(command: Command) -> dict[str, str]:
    if command.name != "export":
        return {}
    return {word.partition("=")[0]: word for word in command.words[1:MAX_EXPORTS] if _ASSIGN.match(word)}


def _opened(one: Command, instruction: Instruction, depth: int) -> list[Command]:
    """A command and, where it hands a script to another shell, the commands of that script."""
    words = one.words
    if len(words) > 2 and depth < MAXSHELLS and one.name in (*SHELLS, "su"):
        at = next((index for index, word in enumerate(words[1:-1], 1) if _SCRIPT_OPTION.fullmatch(word)), 0)
        if at:
            return [one, *_of_script(words[at + 1], instruction, depth + 1)]
    return [one]


def _with_reader(one: Command, following: Command | None) -> Command:
    return replace(one, piped_to=following.name if one.piped_to and following else "")


def _of_argv(instruction: Instruction) -> list[Command]:
    argv = instruction.argv or ()
    if len(argv) > 2 and argv[0].rpartition("/")[2] in SHELLS and argv[1].endswith("c"):
        inner = Instruction("RUN", argv[2], instruction.line, instruction.end_line, lines=instruction.lines)
        return commands(inner)
    return [Command(argv, " ".join(argv), instruction.line)] if argv else []


def _script(instruction: Instruction) -> str:
    bodies = "\n".join(doc.body for doc in instruction.heredocs if _is_script(instruction.value, doc.name))
    return f"{instruction.value}\n{bodies}" if bodies else instruction.value


def _is_script(value: str, name: str) -> bool:
    """Whether a shell reads the heredoc: none is named, or one is; `cat` and `python` take it as a text."""
    head = (
        value.partition("<<")[0] if value.count("<<") == 1 else re.split(rf"<<-?\s*[\"']?{re.escape(name)}\b", value)[0]
    )
    words = re.split(r"[;&|\n]", head)[-1].split()
    programs = [word.rpartition("/")[2] for word in words if not word.startswith("-") and word not in _PREFIX]
    return not programs or programs[0] in SHELLS or programs[0].isdigit() or programs[0].startswith("<<")


def pieces(script: str) -> list[tuple[str, str]]:
    """(text, separator after it), cut outside of quotes."""
    found, start, index, quote = [], 0, 0, ""
    while index < len(script):
        character = script[index]
        if quote:
            quote = "" if character == quote else quote
            index += 2 if character == "\\" and quote == '"' else 1
        elif character in "\"'":
            quote = character
            index += 1
        elif character == "\\":
            index += 2
        elif character == "#" and script[index - 1 : index].strip() == "":
            found.append((script[start:index], "\n"))
            start = index = script.find("\n", index) + 1 or len(script)
        elif match := _SEPARATOR.match(script, index):
            if match.group() == "{" and index and script[index - 1] == "$":
                index = script.find("}", index) + 1 or len(script)
                continue
            if match.group() == "&" and index and script[index - 1] in "><":
                index += 1
                continue
            found.append((script[start:index], match.group()))
            start = index = match.end()
        else:
            index += 1
    return [*found, (script[start:], "")]


def _command(text: str, instruction: Instruction, places: _Places) -> Command | None:
    stripped = text.strip()
    if not stripped or stripped.startswith(("#", "<<")):
        return None
    try:
        words = shlex.split(stripped, comments=False)
    except ValueError:
        words = stripped.split()
    begin = next(
        (index for index, word in enumerate(words) if word not in _PREFIX and not _ASSIGN.match(word)), len(words)
    )
    env = [word for word in words[:begin] if _ASSIGN.match(word)]
    words = _run_by_another(words[begin:])
    if not words and not env:
        return None
    return Command(tuple(words), stripped, places.line_of(stripped) or instruction.line, tuple(env))


def _run_by_another(words: list[str]) -> list[str]:
    if tuple(words[:2]) not in _RUNNERS:
        return words
    rest, index = words[2:], 0
    while index < len(rest) and rest[index].startswith("-"):
        index += 2 if rest[index] in ("-n", "-p", "--name", "--prefix", "--with", "--python") else 1
    return rest[index:] or words


class _Places:
    """Finds the lines of an instruction's commands, which come in order.

    Continuation lines were joined, so the longest start of a command that stands on one line tells where it is.
    """

    def __init__(self, instruction: Instruction) -> None:
        self._lines, self._at, self._column = instruction.lines, 0, 0

    def line_of(self, text: str) -> int:
        """0 where it stands nowhere."""
        head = text.split("\n", 1)[0]
        for start in (head[:length].strip() for length in (60, 30, 16, 8)):
            for index in range(self._at, len(self._lines)):
                found = self._lines[index][1].find(start, self._column if index == self._at else 0)
                if found >= 0:
                    self._at, self._column = index, found + len(start)
                    return self._lines[index][0]
        return 0
