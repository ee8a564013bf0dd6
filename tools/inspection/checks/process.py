"""D5: the process is started directly, hears signals, and is not root."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.scripts import always_execs
from tools.dockerfile.stages import Stage, resolve
from tools.inspection.build_files import found_in_upload
from tools.inspection.images import sets_user
from tools.inspection.rule import RuleHit, Subject, gating
from tools.uploads.files import SourceFile

_INITS = frozenset("tini tini-static dumb-init catatonit docker-init".split())
_SHELLS = ("sh", "bash", "ash", "dash")
_SHELL_LINE = re.compile(rb"#!\s?/\S*(?:/|env\s+(?:-S\s+)?)(?:ba|da|a)?sh\b")


def _starting(stage: Stage) -> Instruction | None:
    """What becomes PID 1: ENTRYPOINT where there is one, else CMD."""
    return stage.last("ENTRYPOINT") or stage.last("CMD")


def _process(stage: Stage) -> Instruction | None:
    """What holds the program: behind a small init that starts whatever it is given, the CMD."""
    one = _starting(stage)
    argv = [word for word in one.argv or () if not word.startswith("-")] if one else []
    alone = len(argv) == 1 and posixpath.basename(argv[0]) in _INITS
    return stage.last("CMD") or one if alone else one


def _shell_form(subject: Subject) -> Iterator[RuleHit]:
    one = _process(subject.final) if subject.final else None
    if one is None:
        return
    shell = one.argv is None and not re.match(r"\s*exec\s", one.value)
    if shell or _is_wrapped(one):
        yield RuleHit(one.line, one.keyword, one.end_line)


def _is_wrapped(one: Instruction) -> bool:
    """`["sh", "-c", "…"]` is the shell form by another name, unless the last command is exec'ed."""
    argv = one.argv or ()
    if len(argv) < 3 or argv[0].rpartition("/")[2] not in _SHELLS or not argv[1].startswith("-"):
        return False
    last = re.split(r"&&|;", argv[2])[-1].strip()
    return not last.startswith("exec ")


def _no_process(subject: Subject) -> Iterator[RuleHit]:
    if subject.final is not None and _starting(subject.final) is None:
        yield RuleHit(subject.final.opening.line)


def _script_without_exec(subject: Subject) -> Iterator[RuleHit]:
    """Also where a small init or the entrypoint starts the script: the program is still the shell's child."""
    for one in (subject.final.last(keyword) for keyword in ("ENTRYPOINT", "CMD")) if subject.final else ():
        name, script = _script(subject, one) if one else ("", None)
        if one and script is not None and not always_execs(script, lambda word: _text_of(subject, word)):
            yield RuleHit(one.line, name, one.end_line)


def _script(subject: Subject, one: Instruction) -> tuple[str, str | None]:
    """Name and text of the shell script that it runs, by its base name."""
    words = (one.argv or tuple(one.value.split()))[:4]
    found = ((posixpath.basename(word), _text_of(subject, word)) for word in words)
    return next(((name, text) for name, text in found if text is not None), ("", None))


def _text_of(subject: Subject, word: str) -> str | None:
    """The text of a shell script that came along or that an instruction writes; None of anything else."""
    name = posixpath.basename(word)
    made = subject.made.get(name)
    if made is not None:
        return made if _is_shell_script(SourceFile(name, made.encode())) else None
    file = found_in_upload(subject, word) if name else None
    return file.text if file is not None and file.is_readable and _is_shell_script(file) else None


def _is_shell_script(file: SourceFile) -> bool:
    name = posixpath.basename(file.path)
    if file.data.startswith(b"#!"):
        return _SHELL_LINE.match(file.data) is not None
    return name.endswith((".sh", ".bash")) or ("entrypoint" in name and "." not in name)


def _root(subject: Subject) -> Iterator[RuleHit]:
    final = subject.final
    if final is None:
        return
    one = final.last("USER")
    if one is None:
        if not sets_user(list(final.lineage())[-1].base):
            yield RuleHit(final.opening.line, "no USER, so root")
        return
    if _is_inherited(one.value.strip(), final):
        return
    user = resolve(one.value.strip().strip("\"'"), final.arguments).split(":")[0].strip()
    if user in ("root", "0", ""):
        yield RuleHit(one.line, f"USER {one.value.strip()}")


def _is_inherited(value: str, stage: Stage) -> bool:
    """A variable that this file declares nowhere comes from the base image; .NET's `APP_UID` is the best known."""
    name = re.fullmatch(r"\"?\$\{?([A-Za-z_]\w*)\}?\"?", value)
    return name is not None and name[1] not in stage.arguments


_TAIL = "USER 10001\n"
_rule = gating("D5", "https://docs.docker.com/build/building/best-practices/#entrypoint")

RULES = (
    _rule(
        "process-in-shell",
        "{it} puts a shell in front of the program: the shell is PID 1 and does not pass SIGTERM on.",
        "Which process receives the signal when this container is stopped?",
        _shell_form,
        _TAIL + "CMD python app.py\n",
        _TAIL + 'CMD ["python", "app.py"]\n',
    ),
    _rule(
        "process-missing",
        "The final stage says nowhere what it runs; the base image decides.",
        "What is the one process of this container?",
        _no_process,
        _TAIL,
        _TAIL + 'CMD ["python", "app.py"]\n',
    ),
    _rule(
        "script-without-exec",
        "`{it}` starts the program as a child of the shell instead of becoming it.",
        "What has PID 1 after the last line of this script has run?",
        _script_without_exec,
        _TAIL + 'ENTRYPOINT ["/start.sh"]\n',
        _TAIL + 'ENTRYPOINT ["python", "app.py"]\n',
        start__sh="#!/bin/sh\npython app.py\n",
    ),
    _rule(
        "process-as-root",
        "The process runs as root ({it}).",
        "What does this process need root for, and what could somebody do with it who breaks in?",
        _root,
        'CMD ["python", "app.py"]\n',
        _TAIL + 'CMD ["python", "app.py"]\n',
    ),
)
