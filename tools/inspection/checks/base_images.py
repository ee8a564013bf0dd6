"""D1: every external image names a version that nobody moves on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from tools.dockerfile.image_names import ImageReference, parse_reference
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.stages import Stage, resolve
from tools.findings import Verdict
from tools.inspection.rule import DockerfileRule, RuleHit, Subject

_WIDE = re.compile(r"v?\d+(?:$|-(?!\d))")
_LINKS = ("https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",)


def references(subject: Subject) -> Iterator[tuple[str, Instruction]]:
    """External images of FROM, COPY --from and RUN --mount from=, resolved by defaults."""
    names = {stage.name.lower() for stage in subject.stages if stage.name} | {
        str(other_stage.index) for other_stage in subject.stages
    }
    named = subject.contexts
    for stage in subject.stages:
        if stage.parent is None and stage.base.lower() not in ("scratch", *named):
            yield stage.base, stage.opening
        for instruction in stage.of("COPY", "ADD", "RUN"):
            for written in _from_flags(instruction, stage):
                reference = named.get(written.lower(), written)
                is_own = (
                    written.lower() in names
                    or written.lower() == "scratch"
                    or (written.lower() in named and not reference)
                )
                if not is_own:
                    yield reference, instruction


def _from_flags(one: Instruction, stage: Stage) -> Iterator[str]:
    yield from (resolve(value, stage.arguments) for value in one.flag("from"))
    for mount in one.flag("mount"):
        options = dict(part.partition("=")[::2] for part in mount.split(","))
        if "from" in options:
            yield resolve(options["from"], stage.arguments)


def _untagged(subject: Subject) -> Iterator[RuleHit]:
    yield from _defective(subject, "untagged")


def _moving(subject: Subject) -> Iterator[RuleHit]:
    yield from _defective(subject, "moving")


def _versionless(subject: Subject) -> Iterator[RuleHit]:
    yield from _defective(subject, "versionless")


def _defective(subject: Subject, defect: str) -> Iterator[RuleHit]:
    for reference, one in references(subject):
        found = parse_reference(reference).defect if reference else "untagged"
        if found == defect:
            yield RuleHit(one.line, reference or "a variable without a default", one.end_line)


def _without_digest(subject: Subject) -> Iterator[RuleHit]:
    for reference, one in references(subject):
        parsed = parse_reference(reference)
        if reference and not parsed.digest and not parsed.defect and not _WIDE.match(parsed.tag):
            yield RuleHit(one.line, reference, one.end_line)
            return  # once a file: it is praise that is missing, not a defect


def _wide(subject: Subject) -> Iterator[RuleHit]:
    """A major version alone is a version, and it moves with each release below it."""
    for reference, one in references(subject):
        parsed = parse_reference(reference)
        if not parsed.digest and not parsed.defect and _WIDE.match(parsed.tag):
            yield RuleHit(one.line, reference, one.end_line)


@cache
def _ended() -> Mapping[str, Mapping[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("releases.yaml").read_text(encoding="utf-8")) or {}


def _unsupported(subject: Subject) -> Iterator[RuleHit]:
    for reference, one in references(subject):
        month = _support_ended(parse_reference(reference))
        if month:
            yield RuleHit(one.line, f"{reference}, {month}", one.end_line)


def _support_ended(image: ImageReference) -> str:
    """The month, or nothing where the release is not known to be at its end."""
    words = image.tag.lower().split("-")
    for version, month in _ended().get(image.name, {}).items():
        if words[0] == version or words[0].startswith(version + "."):
            return str(month)
    return next((str(month) for word, month in _ended()["words"].items() if word in words), "")


RULES = (
    DockerfileRule(
        "base-untagged",
        "D1",
        Verdict.NOT_MET,
        "`{it}` names no version, so it means `latest`: whatever its publisher put there last.",
        "Which version of it did you test with, and how would somebody else know?",
        _untagged,
        "FROM debian\n",
        "FROM debian:12.8-slim\n",
        _LINKS,
    ),
    DockerfileRule(
        "base-moving",
        "D1",
        Verdict.NOT_MET,
        "`{it}` is a name that moves: next month it can be another image.",
        "What would have to stand in the tag so that it still means the same in a year?",
        _moving,
        "FROM node:lts-slim\n",
        "FROM node:22.11-slim\n",
        _LINKS,
    ),
    DockerfileRule(
        "base-versionless",
        "D1",
        Verdict.NOT_MET,
        "The tag of `{it}` names a variant, but no version of the image itself.",
        "Which part of this tag says which release of the software you get?",
        _versionless,
        "FROM python:slim-bookworm\n",
        "FROM python:3.12-slim-bookworm\n",
        _LINKS,
    ),
    DockerfileRule(
        "base-without-digest",
        "D1",
        None,
        "`{it}` names a version; a digest would name the very bytes.",
        "Would you notice if this tag were published again with other contents?",
        _without_digest,
        "FROM python:3.12-slim\n",
        "FROM python:3.12-slim@sha256:" + "0" * 64 + "\n",
        _LINKS,
    ),
    DockerfileRule(
        "base-major-only",
        "D1",
        None,
        "`{it}` names a major version, and each of its releases takes this tag over.",
        "How many releases have had this tag since you tested, and would you notice the next one?",
        _wide,
        "FROM node:22-slim\n",
        "FROM node:22.11-slim@sha256:" + "0" * 64 + "\n",
        _LINKS,
    ),
    DockerfileRule(
        "base-unsupported",
        "D1",
        None,
        "This release gets no corrections any more ({it}); its package archives may be gone next.",
        "Until when is the release supported that you would move to?",
        _unsupported,
        "FROM python:3.8-slim\n",
        "FROM python:3.13-slim\n",
        ("https://endoflife.date/",),
    ),
)
