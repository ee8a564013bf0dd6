"""B1: every part of the stack came along and can be read."""

from __future__ import annotations

from collections.abc import Iterator

from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import ProblemKind, Stack
from tools.findings import Severity, Verdict

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"


def part_elsewhere(stack: Stack) -> Iterator[ComposeHit]:
    for problem in stack.problems:
        if problem.kind is ProblemKind.ELSEWHERE:
            yield ComposeHit(problem.place, {"part": problem.detail})


def remote_part(stack: Stack) -> Iterator[ComposeHit]:
    for problem in stack.problems:
        if problem.kind is ProblemKind.REMOTE:
            yield ComposeHit(problem.place, {"part": problem.detail})


def endless_reference(stack: Stack) -> Iterator[ComposeHit]:
    for problem in stack.problems:
        if problem.kind is ProblemKind.CYCLE:
            yield ComposeHit(problem.place, {"part": problem.detail})


def wrong_shape(stack: Stack) -> Iterator[ComposeHit]:
    for problem in stack.problems:
        if problem.kind is ProblemKind.SHAPE:
            yield ComposeHit(problem.place, {"part": problem.detail})


RULES = (
    ComposeRule(
        "compose-part-elsewhere",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "A part of the stack cannot be seen here: {part}.",
        "Which file does this line need, and can you send it together with the others?",
        part_elsewhere,
        ("https://docs.docker.com/reference/compose-file/include/",),
        bad="include: [infra.yaml]\nservices: {api: {build: ., mem_limit: 1g}}",
        good={
            "compose.yaml": "include: [infra.yaml]\nservices: {api: {build: ., mem_limit: 1g}}",
            "infra.yaml": "services: {web: {image: 'nginx:1.27.2', mem_limit: 64m}}",
        },
    ),
    ComposeRule(
        "compose-part-remote",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "A part of the stack is fetched from elsewhere when it starts: {part}.",
        "What happens to your stack when that address changes what it serves?",
        remote_part,
        ("https://docs.docker.com/reference/compose-file/include/",),
        bad="include: ['oci://registry.example.org/stack:1.0']\nservices: {api: {build: ., mem_limit: 1g}}",
        good={
            "compose.yaml": "include: [infra.yaml]\nservices: {api: {build: ., mem_limit: 1g}}",
            "infra.yaml": "services: {web: {image: 'nginx:1.27.2', mem_limit: 64m}}",
        },
    ),
    ComposeRule(
        "compose-endless-reference",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "{part}, which never ends; Compose refuses such a file.",
        "Which of these references can go, so that each part is defined once?",
        endless_reference,
        ("https://docs.docker.com/reference/compose-file/include/",),
        bad="services: {api: {build: ., mem_limit: 1g, extends: worker}, worker: {build: ., mem_limit: 1g, extends: worker}}",
        good="services: {api: {build: ., mem_limit: 1g, extends: worker}, worker: {build: ., mem_limit: 1g}}",
    ),
    ComposeRule(
        "compose-shape",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "Compose cannot read this: {part}.",
        "What belongs beneath this line, and how far must it be indented?",
        wrong_shape,
        (_SERVICES,),
        bad="services: {api: {build: ., mem_limit: 1g}, web: }",
        good="services: {api: {build: ., mem_limit: 1g}, web: {image: 'nginx:1.27.2', mem_limit: 64m}}",
    ),
)
