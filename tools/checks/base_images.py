"""D1: every external image names a version that nobody moves on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from tools.checks.rule import Hit, Rule, Subject
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.stages import Stage, resolve
from tools.findings import Verdict
from tools.images import parse_reference

_LINKS = ("https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",)


def references(subject: Subject) -> Iterator[tuple[str, Instruction]]:
    """External images of FROM, COPY --from and RUN --mount from=, resolved by defaults."""
    names = {stage.name.lower() for stage in subject.stages if stage.name} | {str(one.index) for one in subject.stages}
    for stage in subject.stages:
        if stage.parent is None and stage.base.lower() != "scratch":
            yield stage.base, stage.opening
        for one in stage.of("COPY", "ADD", "RUN"):
            for reference in _from_flags(one, stage):
                if reference.lower() not in names and reference.lower() != "scratch":
                    yield reference, one


def _from_flags(one: Instruction, stage: Stage) -> Iterator[str]:
    yield from (resolve(value, stage.arguments) for value in one.flag("from"))
    for mount in one.flag("mount"):
        options = dict(part.partition("=")[::2] for part in mount.split(","))
        if "from" in options:
            yield resolve(options["from"], stage.arguments)


def _untagged(subject: Subject) -> Iterator[Hit]:
    yield from _defective(subject, "untagged")


def _moving(subject: Subject) -> Iterator[Hit]:
    yield from _defective(subject, "moving")


def _versionless(subject: Subject) -> Iterator[Hit]:
    yield from _defective(subject, "versionless")


def _defective(subject: Subject, defect: str) -> Iterator[Hit]:
    for reference, one in references(subject):
        found = parse_reference(reference).defect if reference else "untagged"
        if found == defect:
            yield Hit(one.line, reference or "a variable without a default", one.end_line)


def _without_digest(subject: Subject) -> Iterator[Hit]:
    for reference, one in references(subject):
        parsed = parse_reference(reference)
        if reference and not parsed.digest and not parsed.defect:
            yield Hit(one.line, reference, one.end_line)


RULES = (
    Rule(
        "base-untagged",
        "D1",
        Verdict.NOT_MET,
        "`{it}` names no version, so it means `latest`: whatever its publisher put there last.",
        "Which version of it did you test with, and how would somebody else know?",
        _untagged,
        "FROM python\n",
        "FROM python:3.12-slim\n",
        _LINKS,
    ),
    Rule(
        "base-moving",
        "D1",
        Verdict.NOT_MET,
        "`{it}` is a name that moves: next month it can be another image.",
        "What would have to stand in the tag so that it still means the same in a year?",
        _moving,
        "FROM node:lts\n",
        "FROM node:22.11\n",
        _LINKS,
    ),
    Rule(
        "base-versionless",
        "D1",
        Verdict.NOT_MET,
        "The tag of `{it}` names a variant, but no version of what is in it.",
        "Which part of this tag says which release of the software you get?",
        _versionless,
        "FROM python:slim-bookworm\n",
        "FROM python:3.12-slim-bookworm\n",
        _LINKS,
    ),
    Rule(
        "base-without-digest",
        "D1",
        None,
        "`{it}` names a version; a digest would name the very bytes.",
        "Would you notice if this tag were published again with other contents?",
        _without_digest,
        "FROM python:3.12\n",
        "FROM python:3.12@sha256:" + "0" * 64 + "\n",
        _LINKS,
    ),
)
