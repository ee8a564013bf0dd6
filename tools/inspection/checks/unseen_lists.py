"""D2 where it can't be judged: what is installed stands in a file that was not handed in, and nothing enforces a lock."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.dockerfile.shell import Command
from tools.dockerfile.stages import Stage
from tools.findings import Verdict
from tools.inspection.build_files import found_in_upload, is_made
from tools.inspection.checks.python_packages import CONDA_VERBS, option_values, pip_packages, pip_words
from tools.inspection.locks import Lock, state_of, wanted_files
from tools.inspection.managers import installer_of, invocation
from tools.inspection.rule import HEAD, DockerfileRule, RuleHit, Subject

_EXPLICIT = re.compile(r"conda-lock|explicit|-(?:64|aarch64|arm64)\.(?:lock|txt)$|\.lock$")


def _unseen(subject: Subject) -> Iterator[RuleHit]:
    """Each file once, at the first command that reads it."""
    asked = set[str]()
    for stage, _, found in subject.runs:
        for command in found:
            for name in _wanted(subject, stage, command):
                if name not in asked:
                    asked.add(name)
                    yield RuleHit(command.line, name)


def _wanted(subject: Subject, stage: Stage, command: Command) -> Iterator[str]:
    for path in _lists(subject, stage, command):
        if (
            "://" not in path
            and not path.startswith("/dev/")
            and found_in_upload(subject, path) is None
            and not is_made(subject, path)
        ):
            yield _shown(path)
    installer = installer_of(invocation(command))
    if installer and state_of(subject, stage, command, installer) is Lock.UNSEEN:
        yield wanted_files(installer)


def _shown(path: str) -> str:
    """A variable in the name stays with its folder: without one of them nobody could tell which file is meant."""
    return path if "$" in path else posixpath.basename(path)


def _lists(subject: Subject, stage: Stage, command: Command) -> Iterator[str]:
    """Files that say what the command installs, where it does not ask for checksums itself."""
    words = pip_words(command)
    if words is not None:
        if not command.has("--require-hashes") and not subject.is_set(stage, command, "PIP_REQUIRE_HASHES"):
            yield from _of_pip(words)
    elif command.name in ("conda", "mamba", "micromamba") and CONDA_VERBS & set(command.words):
        found = option_values(list(command.words), "-f", "--file")
        yield from (path for path in found if not _EXPLICIT.search(path))
    elif command.words[:3] == ("uv", "pip", "sync"):
        yield from (argument for argument in command.arguments[2:3])


def _of_pip(words: list[str]) -> Iterator[str]:
    listed = option_values(words, "-r", "--requirement")
    constrained = option_values(words, "-c", "--constraint")
    yield from constrained or listed
    own = [package for package in pip_packages(words) if package.startswith(".")]
    if own and "--no-deps" not in words and not constrained:
        yield posixpath.join(re.sub(r"\[.*", "", own[0]), "pyproject.toml")


RULES = (
    DockerfileRule(
        "requirements-unseen",
        "D2",
        Verdict.NOT_CHECKED,
        "`{it}` says what is installed here, and it did not come with your upload, so I can't tell what is fixed in it.",
        "Could you send me `{it}` as well?",
        _unseen,
        HEAD + "RUN pip install --no-cache-dir -r requirements.txt\n",
        HEAD + "RUN pip install --no-cache-dir flask==3.0.0\n",
        ("https://pip.pypa.io/en/stable/topics/repeatable-installs/",),
    ),
)
