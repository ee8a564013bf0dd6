"""D4: what is shipped is what the process needs. What only a build or a test needs is `not met`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command
from tools.findings import Verdict
from tools.inspection.caches import left_by
from tools.inspection.checks.secrets import copies_everything, left_out
from tools.inspection.images import brings_tool_chain
from tools.inspection.rule import Check, DockerfileRule, RuleHit, Subject

_LINKS = ("https://docs.docker.com/build/building/best-practices/#use-multi-stage-builds",)
_TOOLS = re.compile(
    r"^(build-essential|build-base|gcc|g\+\+|gcc-\d+|g\+\+-\d+|clang(-\d+)?|make|cmake|ninja-build|autoconf|automake|libtool|"
    r"musl-dev|linux-headers|rustc|cargo|golang(-go)?|maven|gradle|default-jdk(-headless)?|openjdk-\d+-jdk(-headless)?|"
    r"python3?-dev|python3\.\d+-dev|libpq-dev|libssl-dev|libffi-dev|[a-z0-9.+-]+-dev(el)?|git|subversion|mercurial|"
    r"@?development[-_ ]tools|patch|bison|flex|nvidia-cuda-toolkit|cuda-toolkit[\w.-]*)(=.*)?$",
    re.IGNORECASE,
)
_INSTALL = {"install", "add", "groupinstall", "group"}
_MANAGERS = frozenset("apt-get apt apk yum dnf microdnf tdnf zypper".split())
_TEST_DATA = re.compile(r"(^|/)(tests?|spec|__tests__|fixtures|testdata|\.git|\.venv|node_modules)/?$")


def _runs(subject: Subject) -> Iterator[tuple[Instruction, list[Command]]]:
    """RUN lines whose layers are shipped."""
    for stage, one, found in subject.runs:
        if subject.in_final(stage):
            yield one, found


def _tool_chain(subject: Subject) -> Iterator[RuleHit]:
    removed = {word for _, found in _runs(subject) for command in found for word in _removed(command)}
    for one, found in _runs(subject):
        gone = {word for command in found for word in _removed(command)}
        for command in found:
            tools = [word for word in _installed(command) if _TOOLS.match(word) and not _is_gone(word, command, gone)]
            if tools:
                again = " (removed in a later layer, which does not shrink this one)" if set(tools) <= removed else ""
                yield RuleHit(command.line, f"{', '.join(tools[:3])}{again}", one.end_line)


def _installed(command: Command) -> list[str]:
    if command.name not in _MANAGERS or not _INSTALL & set(command.words):
        return []
    return [word for word in command.words[1:] if not word.startswith("-") and word not in _INSTALL]


def _removed(command: Command) -> set[str]:
    if command.name not in _MANAGERS or not {"purge", "remove", "del", "autoremove", "erase"} & set(command.words):
        return set()
    return set(command.words[1:])


def _is_gone(word: str, command: Command, gone: set[str]) -> bool:
    """Removed in the same RUN, by name, or as a named group of apk."""
    virtual = next((command.words[i + 1] for i, one in enumerate(command.words[:-1]) if one in ("--virtual", "-t")), "")
    virtual = virtual or next(
        (other_word.partition("=")[2] for other_word in command.words if other_word.startswith("--virtual=")), ""
    )
    return word in gone or (bool(virtual) and virtual in gone)


def _toolchain_base(subject: Subject) -> Iterator[RuleHit]:
    root = list(subject.final.lineage())[-1] if subject.final else None
    if root is not None and brings_tool_chain(root.base):
        yield RuleHit(root.opening.line, root.base)


def _whole_context(subject: Subject) -> Iterator[RuleHit]:
    if subject.ignore is not None:
        return
    for stage in subject.stages:
        for instruction in stage.of("COPY", "ADD"):
            if copies_everything(instruction):
                yield RuleHit(instruction.line, "", instruction.end_line)


def _development_only(subject: Subject) -> Iterator[RuleHit]:
    """Folders that only development needs, copied into a layer that is shipped: by name, or with everything else."""
    for stage in subject.stages:
        for instruction in stage.of("COPY", "ADD") if subject.in_final(stage) else ():
            sources = (instruction.argv or instruction.value.split())[:-1]
            named = [source for source in sources if _TEST_DATA.search(source) and not instruction.flag("from")]
            along = _came_along(subject, instruction) if subject.ignore and copies_everything(instruction) else []
            yield from (RuleHit(instruction.line, folder, instruction.end_line) for folder in [*named, *along[:1]])


def _came_along(subject: Subject, copy: Instruction) -> list[str]:
    """Such folders of the upload that neither the .dockerignore nor the COPY itself keeps out."""
    ignores = [ignore for ignore in (subject.ignore, left_out(copy)) if ignore is not None]
    through = (file.path for file in subject.upload if not any(ignore.excludes(file.path) for ignore in ignores))
    folders = (path.rpartition("/")[0].split("/") for path in through)
    return sorted({name for folder in folders for name in folder if _TEST_DATA.search(name)})


def _cache_left(subject: Subject) -> Iterator[RuleHit]:
    for stage, one, found in subject.runs:
        if subject.in_final(stage):
            yield from (RuleHit(run.line, left, one.end_line) for run, left in left_by(subject, stage, one, found))


def _removed_later(subject: Subject) -> Iterator[RuleHit]:
    """`rm` of what an earlier layer of the shipped image has brought."""
    brought = [
        path
        for stage in subject.stages
        if subject.in_final(stage)
        for copy in stage.of("COPY", "ADD")
        for path in _destinations(copy)
    ]
    for stage, one, found in subject.runs:
        if not subject.in_final(stage):
            continue
        own = [match for command in found for match in re.findall(r"(?:-o|-O|>)\s*(\S+)", command.text)]
        for command in found:
            targets = command.arguments if command.name == "rm" else []
            hit = next((word for word in targets if word in brought), None)
            if hit:
                yield RuleHit(command.line, hit, one.end_line)
        brought += own


def _destinations(copy: Instruction) -> list[str]:
    words = list(copy.argv or copy.value.split())
    if len(words) < 2:
        return []
    return [words[-1], *(f"{words[-1].rstrip('/')}/{word.rpartition('/')[2]}" for word in words[:-1])]


def _rule(
    name: str, effect: Verdict | None, words: tuple[str, str], check: Check, bad: str, good: str
) -> DockerfileRule:
    return DockerfileRule(name, "D4", effect, words[0], words[1], check, bad, good, _LINKS)


_BASE = "FROM debian:12.8\n"
RULES = (
    _rule(
        "tool-chain-shipped",
        Verdict.NOT_MET,
        (
            "The image that is shipped holds what only a build needs: {it}.",
            "Which of these does the running process use?",
        ),
        _tool_chain,
        _BASE + "RUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*\n",
        _BASE + "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
    ),
    _rule(
        "tool-chain-base",
        Verdict.NOT_MET,
        (
            "The final stage stands on `{it}`, which brings compilers, headers or version control along.",
            "What does the finished program need to run?",
        ),
        _toolchain_base,
        "FROM golang:1.23\n",
        "FROM golang:1.23 AS build\nFROM debian:12.8\n",
    ),
    _rule(
        "context-unfiltered",
        Verdict.NOT_MET,
        (
            "The whole context is copied and no .dockerignore came along to keep anything out.",
            "What lies in that folder on your machine that the image must not have?",
        ),
        _whole_context,
        _BASE + "COPY . /app\n",
        _BASE + "COPY app.py /app/\n",
    ),
    _rule(
        "development-files",
        Verdict.NOT_MET,
        (
            "`{it}` is copied into the image, though only development needs it.",
            "Does the process read this folder at run time?",
        ),
        _development_only,
        _BASE + "COPY .git /app/.git\n",
        _BASE + "COPY src /app/src\n",
    ),
    _rule(
        "cache-left",
        Verdict.NOT_MET,
        ("This layer keeps {it}.", "When are these files read again, and by whom?"),
        _cache_left,
        _BASE + "RUN apt-get update && apt-get install -y curl\n",
        _BASE + "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
    ),
    _rule(
        "removed-later",
        None,
        ("`{it}` is removed here, but the layer that brought it still carries it.", "In which layer are its bytes?"),
        _removed_later,
        _BASE + "COPY big.tar /tmp/big.tar\nRUN rm /tmp/big.tar\n",
        _BASE + "COPY big.tar /tmp/big.tar\nRUN true\n",
    ),
)
