"""What is shipped without need, though no rule of the gate speaks of it: advice on D4."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.dockerfile.shell import Command
from tools.inspection.rule import RuleHit, Subject, advising

_DEBUG = frozenset(
    "vim nano emacs gdb strace ltrace htop openssh-server telnet nmap tcpdump man-db net-tools less".split()
)
_DEVELOPMENT_FILE = re.compile(r"(?:^|/)(?:requirements[-_.](?:dev|test|lint)\w*|(?:dev|test)[-_]requirements)\.txt$")


def _shipped(subject: Subject) -> Iterator[tuple[Command, str]]:
    """Commands whose layers are shipped, each with all that its RUN says."""
    for stage, one, found in subject.runs:
        if subject.in_final(stage):
            said = " ".join([one.value, *one.flag("mount"), *(doc.body for doc in one.heredocs)])
            yield from ((command, said) for command in found)


def _development_packages(subject: Subject) -> Iterator[RuleHit]:
    settings = " ".join(instruction.value for stage in subject.stages for instruction in stage.of("ENV"))
    for command, _ in _shipped(subject):
        words = command.words
        files = [word for word in words if _DEVELOPMENT_FILE.search(word)]
        production = "NODE_ENV=production" in settings or command.has(
            "--omit", "--production", "--only", "--prod", "-P"
        )
        if files:
            yield RuleHit(command.line, posixpath.basename(files[0]))
        elif words[:2] == ("npm", "ci") and not production:
            yield RuleHit(command.line, "npm ci")
        elif words[:2] == ("uv", "sync") and not command.has(
            "--no-dev", "--no-group", "--only-group", "--no-default-groups"
        ):
            if "UV_NO_DEV" not in settings:
                yield RuleHit(command.line, "uv sync")
        elif words[:2] == ("poetry", "install") and not command.has("--only", "--without", "--no-dev", "--only-root"):
            yield RuleHit(command.line, "poetry install")


def _debug_tools(subject: Subject) -> Iterator[RuleHit]:
    for command, _ in _shipped(subject):
        found = [word for word in command.arguments if word in _DEBUG]
        if (
            command.name in ("apt-get", "apt", "apk", "dnf", "yum")
            and {"install", "add"} & set(command.words)
            and found
        ):
            yield RuleHit(command.line, ", ".join(found[:3]))


def _owner_later(subject: Subject) -> Iterator[RuleHit]:
    """`chown -R` of what a COPY has brought writes every file a second time."""
    for stage in subject.stages:
        if not subject.in_final(stage):
            continue
        targets = [
            instruction.words[-1].rstrip("/") for instruction in stage.of("COPY", "ADD") if len(instruction.words) > 1
        ]
        for run in stage.of("RUN"):
            for command in next((found for _, one, found in subject.runs if one is run), []):
                named = [word.rstrip("/") for word in command.arguments]
                if (
                    command.name in ("chown", "chmod")
                    and command.has("-R", "--recursive")
                    and set(named) & set(targets)
                ):
                    yield RuleHit(command.line, command.name)


_rule = advising("D4", "https://docs.docker.com/build/building/best-practices/")

RULES = (
    _rule(
        "development-packages",
        "`{it}` also installs what only development and tests need.",
        "Which of these packages does the running process import?",
        _development_packages,
        "COPY uv.lock .\nRUN uv sync --locked --no-cache\n",
        "COPY uv.lock .\nRUN uv sync --locked --no-cache --no-dev\n",
    ),
    _rule(
        "debug-tools",
        "{it}: tools for a person at a keyboard are shipped with the service.",
        "Who uses them in production, and who else could?",
        _debug_tools,
        "RUN apt-get update && apt-get install -y libpq5 vim && rm -rf /var/lib/apt/lists/*\n",
        "RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\n",
    ),
    _rule(
        "owner-changed-later",
        "This {it} writes every file a second time into a layer of its own.",
        "When could these files have got their owner and mode, so that they are written once?",
        _owner_later,
        "COPY app /app\nRUN chown -R 1000 /app\n",
        "COPY --chown=1000 app /app\n",
    ),
)
