"""How the container starts and stops: what is written in a way that the engine reads differently."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from tools.dockerfile.instruction import Instruction
from tools.inspection.rule import RuleHit, Subject, advising

_SHELL_WORDS = re.compile(r"\$\{?[A-Za-z_]|&&|\|\||^[|;&]$")
_PACKAGE_MANAGERS = frozenset("npm yarn pnpm bun npx".split())
_DEVELOPMENT = re.compile(
    r"--reload\b|\bflask\s+(?:--\S+\s+)*run\b|manage\.py\s+runserver|\bnodemon\b|\b(?:next|vite|nuxt|astro)\s+dev\b|"
    r"\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?(?:dev|start:dev|develop)\b|\bphp\s+-S\b|\bphp\s+artisan\s+serve\b|\brails\s+s\w*\s+-e\s+dev|"
    r"\bair\b$|\bts-node-dev\b|\btsx\s+watch\b|--debug\b"
)


def _starting(subject: Subject) -> list[Instruction]:
    """ENTRYPOINT and CMD as they count."""
    found = (subject.final.last(keyword) for keyword in ("ENTRYPOINT", "CMD")) if subject.final else ()
    return [match_found for match_found in found if match_found is not None]


def _line(one: Instruction) -> str:
    return " ".join(one.words)


def _one_string(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        if instruction.argv is not None and len(instruction.argv) == 1 and " " in instruction.argv[0].strip():
            yield RuleHit(instruction.line, instruction.argv[0], instruction.end_line)


def _no_json(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        if instruction.argv is None and instruction.value.startswith("["):
            yield RuleHit(instruction.line, instruction.value, instruction.end_line)


def _text_behind(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        if instruction.argv is not None and instruction.keyword != "HEALTHCHECK":
            behind = instruction.value[json.JSONDecoder().raw_decode(instruction.value)[1] :].strip()
            if behind:
                yield RuleHit(instruction.line, behind, instruction.end_line)


def _unexpanded(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        argv = instruction.argv or ()
        shell = bool(argv) and posixpath.basename(argv[0]) in ("sh", "bash", "ash", "dash", "zsh")
        word = next((word for word in argv if _SHELL_WORDS.search(word)), "") if not shell else ""
        if word:
            yield RuleHit(instruction.line, word, instruction.end_line)


def _kills(subject: Subject) -> Iterator[RuleHit]:
    one = subject.final.last("STOPSIGNAL") if subject.final else None
    if one is not None and one.value.strip().upper() in ("SIGKILL", "KILL", "9", "SIGSTOP"):
        yield RuleHit(one.line, one.value.strip())


def _package_manager(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        if (
            instruction.argv
            and posixpath.basename(instruction.argv[0]) in _PACKAGE_MANAGERS
            and instruction.argv[0] != "bun"
        ):
            yield RuleHit(instruction.line, instruction.argv[0], instruction.end_line)


def _development_server(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        match = _DEVELOPMENT.search(_line(instruction))
        if match:
            yield RuleHit(instruction.line, match.group(), instruction.end_line)


def _remote_shell(subject: Subject) -> Iterator[RuleHit]:
    for stage in subject.final.lineage() if subject.final else ():
        for instruction in stage.of("EXPOSE"):
            if {"22", "22/tcp"} & set(instruction.value.split()):
                yield RuleHit(instruction.line)


def _windows_lines(subject: Subject) -> Iterator[RuleHit]:
    for instruction in _starting(subject):
        names = {posixpath.basename(word) for word in instruction.words}
        for file in (file for name in sorted(names) for file in subject.upload.named(name)):
            if file.data.startswith(b"#!") and b"\r\n" in file.data[:1000]:
                yield RuleHit(instruction.line, posixpath.basename(file.path), instruction.end_line)


_form = advising("D6", "https://docs.docker.com/reference/dockerfile/#shell-and-exec-form")
_process = advising("D5", "https://docs.docker.com/build/building/best-practices/#entrypoint")
_GOOD = 'USER 1\nCMD ["python", "app.py"]\n'

RULES = (
    _form(
        "command-in-one-string",
        "The list holds one string, so the engine looks for a program with the whole name `{it}`.",
        "What is the name of the program here, and what are its arguments?",
        _one_string,
        'USER 1\nCMD ["python app.py"]\n',
        _GOOD,
    ),
    _form(
        "list-is-no-json",
        "`{it}` looks like a list, but the builder can not read it as one and hands it to a shell.",
        "Which characters does JSON put around a string?",
        _no_json,
        "USER 1\nCMD ['python', 'app.py']\n",
        "USER 1\nCMD python app.py\n",
    ),
    _form(
        "text-behind-list",
        "What stands behind the list is dropped without a word: `{it}`.",
        "Which part of this line reaches the process?",
        _text_behind,
        'USER 1\nCMD ["python", "app.py"] --port 8000\n',
        _GOOD,
    ),
    _form(
        "variable-in-list",
        "No shell reads this list, so `{it}` reaches the program as it stands here.",
        "Who would put a value in the place of this variable?",
        _unexpanded,
        'USER 1\nCMD ["python", "app.py", "--port", "$PORT"]\n',
        _GOOD,
    ),
    _process(
        "stop-by-kill",
        "`{it}` can not be handled: the process is ended in the middle of what it does.",
        "What would the process like to finish before it stops?",
        _kills,
        "STOPSIGNAL SIGKILL\n" + _GOOD,
        "STOPSIGNAL SIGTERM\n" + _GOOD,
    ),
    _process(
        "package-manager-as-process",
        "{it} has PID 1 here and starts the program as its child; not every version passes signals on.",
        "Which command does this script stand for?",
        _package_manager,
        'USER 1\nCMD ["npm", "start"]\n',
        'USER 1\nCMD ["node", "index.js"]\n',
    ),
    _process(
        "development-server",
        "`{it}` is made for a developer's desk: it watches files, or serves one request after the other.",
        "Which server takes the load in production, and is it the one that you test here?",
        _development_server,
        'USER 1\nCMD ["flask", "run", "--host=0.0.0.0"]\n',
        'USER 1\nCMD ["gunicorn", "app:app"]\n',
    ),
    _process(
        "remote-shell",
        "Port 22 is exposed: somebody is meant to log in to this container.",
        "What would they change in there, and what of it is in the next build?",
        _remote_shell,
        "EXPOSE 22\nHEALTHCHECK CMD true1\n" + _GOOD,
        "EXPOSE 8022\nHEALTHCHECK CMD true1\n" + _GOOD,
    ),
    _form(
        "script-with-windows-lines",
        "The lines of `{it}` end as on Windows, so Linux looks for an interpreter whose name ends in a carriage return.",
        "What does the editor, or git, do to the ends of its lines?",
        _windows_lines,
        'USER 1\nENTRYPOINT ["/start.sh"]\n',
        'USER 1\nENTRYPOINT ["/run"]\n',
        start__sh="#!/bin/sh\r\nexec python app.py\r\n",
    ),
)
