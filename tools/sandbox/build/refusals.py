"""What is not given to an engine: read off the parsed Dockerfile, before anything runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import Parsed, parse
from tools.dockerfile.stages import Stage, pairs, resolve, stages
from tools.sandbox.build.frontends import frontend_of, is_foreign

MAX_LINES, MAX_LINE, MAX_INSTRUCTIONS, MAX_LAYERS, MAX_STAGES = 1_000, 16_000, 150, 60, 10
MAX_EXPANDED = 64_000
LAYERED = ("RUN", "COPY", "ADD", "WORKDIR")
_KERNEL_FOLDERS = ("/proc", "/sys", "/dev")
_ADDRESS = re.compile(r"^(https?|ftp|git|ssh)://|^git@|\.git(#.*)?$", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)[^}\s$]*\}?")


@dataclass(frozen=True)
class BuildRefusal:
    """`sentence` is for the learner: what is not given and why."""

    line: int
    rule: str
    sentence: str
    step: str = ""


@dataclass(frozen=True)
class Policy:
    """What the engine gives. `allows` tells whether an external image may be used; `offered` are those at hand."""

    isolated: bool = False
    allows: Callable[[str], bool] = lambda _: True
    offered: tuple[str, ...] = ()


def refusal(text: str, policy: Policy | None = None) -> BuildRefusal | None:
    """The first in the order of lines; None where the file may be built."""
    parsed = parse(text)
    found = [*_whole(text, parsed), *_instructions(parsed, policy or Policy())]
    return min(found, key=lambda match_found: match_found.line, default=None)


def _whole(text: str, parsed: Parsed) -> Iterator[BuildRefusal]:
    line, frontend = frontend_of(text)
    if is_foreign(frontend):
        sentence = f"It asks for the frontend `{frontend[:60]}`, a program that would run on the engine. I build with"
        yield BuildRefusal(line, "foreign-frontend", f"{sentence} the built-in one only.")
    for fault in parsed.faults:
        if fault.fatal:
            yield BuildRefusal(fault.line, "unreadable", f"I can not build it: {fault.message}.")
    layers = sum(instruction.keyword in LAYERED for instruction in parsed.instructions)
    froms = sum(instruction.keyword == "FROM" for instruction in parsed.instructions)
    for rule, count, most, what in (
        ("too-many-lines", text.count("\n"), MAX_LINES, "lines"),
        ("too-many-instructions", len(parsed.instructions), MAX_INSTRUCTIONS, "instructions"),
        ("too-many-layers", layers, MAX_LAYERS, "instructions that make a layer"),
        ("too-many-stages", froms, MAX_STAGES, "stages"),
    ):
        if count > most:
            yield BuildRefusal(
                1, rule, f"It has {count:,} {what}; I build up to {most:,}. Which of them belong together?"
            )


def _instructions(parsed: Parsed, policy: Policy) -> Iterator[BuildRefusal]:
    found = stages(parsed)
    names = {stage.name.lower() for stage in found if stage.name} | {str(stage.index) for stage in found}
    for instruction in parsed.instructions:
        yield from _rights(instruction)
        if len(instruction.value) > MAX_LINE:
            sentence = f"This instruction has more than {MAX_LINE:,} characters. Put that text into a file."
            yield _of(instruction, "line-too-long", sentence)
    for stage in found:
        yield from _images(stage, names, policy)
        yield from _places(stage)
        yield from _expansions(stage)
        if policy.isolated:
            yield from _addresses(stage)


def _of(one: Instruction, rule: str, sentence: str) -> BuildRefusal:
    return BuildRefusal(one.line, rule, sentence, f"{one.keyword} {one.value}"[:200])


def _rights(one: Instruction) -> Iterator[BuildRefusal]:
    if any(value.lower() != "sandbox" for value in one.flag("security")):
        yield _of(one, "insecure-entitlement", "`--security` asks for rights on the host, which I do not give.")
    if any(value.lower() not in ("default", "none") for value in one.flag("network")):
        yield _of(one, "host-network", "`--network` asks for the host's network, which I do not give.")
    if one.flag("device"):
        yield _of(one, "device", "`--device` asks for a device of the host, which I do not give.")
    for options in _mounts(one):
        if options.get("type") == "cache" and (options.get("source") or options.get("src")):
            yield _of(one, "cache-source", "A cache mount with `source=` reaches into the engine's own folders.")
        target = options.get("target") or options.get("dst") or options.get("destination") or ""
        if target and (posixpath.normpath("/" + target.lstrip("/")) == "/" or _is_kernel(target)):
            yield _of(one, "mount-target", f"`{target}` is no place to mount something at.")


def _mounts(one: Instruction) -> Iterator[dict[str, str]]:
    for mount in one.flag("mount"):
        parts = (part.partition("=") for part in mount.split(","))
        yield {key.strip().lower(): value.strip("\"' ") for key, _, value in parts}


def _images(stage: Stage, names: set[str], policy: Policy) -> Iterator[BuildRefusal]:
    if stage.parent is None and stage.base.lower() != "scratch" and not policy.allows(stage.base):
        yield _of(stage.opening, "foreign-image", _not_here(stage.base, policy))
    for instruction in stage.instructions:
        asked = [*instruction.flag("from"), *(options["from"] for options in _mounts(instruction) if "from" in options)]
        for reference in (resolve(value, stage.arguments) for value in asked):
            if reference.lower() not in names and not policy.allows(reference):
                yield _of(
                    instruction, "foreign-image", f"`{reference[:80]}` is no stage. {_not_here(reference, policy)}"
                )


def _not_here(reference: str, policy: Policy) -> str:
    offered = ", ".join(f"`{name}`" for name in policy.offered[:8])
    return f"I have no image `{reference[:80]}` here." + (f" There are {offered}." if offered else "")


def _places(stage: Stage) -> Iterator[BuildRefusal]:
    """Folders that belong to the kernel: writing or working there has broken out of builds before."""
    here = "/"
    for instruction in stage.instructions:
        if instruction.keyword == "WORKDIR":
            here = posixpath.join(here, resolve(instruction.value.strip("\"'"), stage.arguments))
        for place in _written(instruction, stage, here):
            if _is_kernel(place):
                sentence = f"`{place[:80]}` belongs to the kernel of the engine's host. Use a folder of the image."
                yield _of(instruction, "kernel-folder", sentence)


def _written(one: Instruction, stage: Stage, here: str) -> list[str]:
    if one.keyword == "WORKDIR":
        return [here]
    words = [resolve(word, stage.arguments) for word in (one.argv or one.value.split())]
    if one.keyword in ("COPY", "ADD"):
        return [posixpath.join(here, words[-1].strip("\"'"))] if words else []
    return words if one.keyword == "VOLUME" else []


def _is_kernel(path: str) -> bool:
    plain = posixpath.normpath("/" + path.lstrip("/"))
    return any(plain == folder or plain.startswith(folder + "/") for folder in _KERNEL_FOLDERS)


def _addresses(stage: Stage) -> Iterator[BuildRefusal]:
    for instruction in stage.instructions:
        for source in (instruction.argv or instruction.value.split())[:-1] if instruction.keyword == "ADD" else ():
            if _ADDRESS.search(resolve(source.strip("\"'"), stage.arguments)):
                sentence = "`ADD` of an address is fetched by the engine itself, which has no way out here. Which RUN"
                yield _of(instruction, "remote-add", f"{sentence} could fetch it and check it against a checksum?")


def _expansions(stage: Stage) -> Iterator[BuildRefusal]:
    """Values that name each other can double with every line; only their lengths are worked out."""
    lengths: dict[str, int] = {}
    for instruction in stage.instructions:
        for name, value in pairs(instruction.value) if instruction.keyword in ("ENV", "ARG") else ():
            lengths[name] = len(value) + sum(lengths.get(used, 0) for used in _VARIABLE.findall(value))
            if lengths[name] > MAX_EXPANDED:
                yield _of(instruction, "expansion", f"`{name[:40]}` would grow beyond {MAX_EXPANDED:,} characters.")
                return
