"""What is worth saying and holds no gate back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.dockerfile.stages import Stage
from tools.inspection.checks.secrets import copies_everything
from tools.inspection.rule import Check, DockerfileRule, RuleHit, Subject

_BEST = ("https://docs.docker.com/build/building/best-practices/",)
_INSTALLS = re.compile(
    r"\b(pip[\d.]* install|npm ci|npm install|yarn install|poetry install|uv sync|bundle install|go mod download)\b"
)
_CLOCK = re.compile(r"\$\(date\b|`date\b|\bdate \+|\$RANDOM|uuidgen|/dev/u?random")
_PER_ENVIRONMENT = re.compile(
    r"\b(DEBUG|FLASK_ENV|NODE_ENV|APP_ENV|ENVIRONMENT|DATABASE_URL|DB_HOST|API_URL|REDIS_URL)=(?!production\b)\S+",
    re.IGNORECASE,
)


def _cache_hostile(subject: Subject) -> Iterator[RuleHit]:
    for stage in subject.stages:
        everything = next(
            (instruction for instruction in stage.of("COPY", "ADD") if copies_everything(instruction)), None
        )
        if everything is None or _installed_before(stage, everything.line):
            continue
        for instruction in stage.of("RUN"):
            if instruction.line > everything.line and _INSTALLS.search(instruction.value):
                yield RuleHit(everything.line, f"line {instruction.line}")
                break


def _installed_before(stage: Stage, line: int) -> bool:
    """What it needs came in a layer below, so that an install after the code only adds the project itself."""
    return any(
        instruction.line < line and _INSTALLS.search(instruction.value)
        for ancestor in stage.lineage()
        for instruction in ancestor.of("RUN")
    )


def _upgrades(subject: Subject) -> Iterator[RuleHit]:
    for _, _, found in subject.runs:
        for command in found:
            if command.name in ("apt-get", "apt", "apk", "yum", "dnf") and {
                "upgrade",
                "dist-upgrade",
                "full-upgrade",
            } & set(command.words):
                yield RuleHit(command.line, " ".join(command.words[:2]))


def _clocks(subject: Subject) -> Iterator[RuleHit]:
    for _, one, _ in subject.runs:
        match = _CLOCK.search(one.value)
        if match:
            yield RuleHit(one.line_of(match.group()), match.group())


def _wide_open(subject: Subject) -> Iterator[RuleHit]:
    for _, _, found in subject.runs:
        for command in found:
            if command.name == "chmod" and re.search(r"\b0?777\b|a\+rwx|ugo\+rwx", command.text):
                yield RuleHit(command.line)


def _per_environment(subject: Subject) -> Iterator[RuleHit]:
    final = subject.final
    for stage in final.lineage() if final else ():
        for instruction in stage.of("ENV"):
            match = _PER_ENVIRONMENT.search(instruction.value)
            if match:
                yield RuleHit(instruction.line_of(match.group(1)), match.group(1))


def _rule(name: str, criterion: str, words: tuple[str, str], check: Check, bad: str, **beside: str) -> DockerfileRule:
    files = {path.replace("__", "."): text for path, text in beside.items()}
    return DockerfileRule(name, criterion, None, words[0], words[1], check, _BASE + bad, _BASE, _BEST, files)


_BASE = "FROM python:3.12-slim\n"
RULES = (
    _rule(
        "cache-hostile-order",
        "D4",
        (
            "The code is copied before the install at {it}: every edit installs everything again.",
            "Which files does the install really need?",
        ),
        _cache_hostile,
        "COPY . /app\nRUN pip install --no-cache-dir -r requirements.txt\n",
        __dockerignore=".git\n",
        requirements__txt="flask==3.1.0\n",
    ),
    _rule(
        "packages-upgraded",
        "D2",
        (
            "`{it}` brings whatever is newest today into a pinned base.",
            "Would a newer base image do the same in a way that you can name?",
        ),
        _upgrades,
        "RUN apt-get update && apt-get upgrade -y\n",
    ),
    _rule(
        "clock-in-build",
        "D2",
        ("`{it}` makes two builds of the same source differ.", "Who needs the time of the build inside the image?"),
        _clocks,
        "RUN echo $(date) > /built\n",
    ),
    _rule(
        "wide-permissions",
        "D5",
        ("Everybody may write here.", "Which user has to write to this folder?"),
        _wide_open,
        "RUN chmod -R 777 /app\n",
    ),
    _rule(
        "configuration-baked-in",
        "D3",
        ("`{it}` differs between environments, but the image fixes it.", "What would this value be in production?"),
        _per_environment,
        "ENV DEBUG=1\n",
    ),
)
