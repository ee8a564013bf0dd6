"""B1: every service that the stack needs is declared, by a pinned image or a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.compose.dockerfiles import dockerfile_of, settings_in, text_of
from tools.compose.document import Mapping, Scalar
from tools.compose.families import FAMILIES, Family, family_of
from tools.compose.named_services import WORKER, services_in_plans
from tools.compose.references import Reference, references_in, references_of
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import ProblemKind, Service, Stack
from tools.dockerfile import DOCKERFILE
from tools.dockerfile.image_names import parse_reference
from tools.findings import Severity, Verdict

_IMAGES = "https://docs.docker.com/reference/compose-file/services/#image"
_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
_WORKER_LIKE = re.compile(
    r"worker|celery|consumer|ingest|indexer|job|task|queue|scheduler|beat|dramatiq|\brq\b|\barq\b|sidekiq|bull",
    re.IGNORECASE,
)


def _pulled(stack: Stack) -> Iterator[tuple[Service, str, str]]:
    """Each service that is pulled, with its reference and the defect of it; what a neighbour builds is not pulled."""
    built = {service.image.text for service in stack.services.values() if service.build and service.image}
    for service in stack.services.values():
        if service.image and not service.build and service.image.text not in built:
            yield service, service.image.written, parse_reference(service.image.text).defect


def _unpinned(stack: Stack, defects: frozenset[str]) -> Iterator[ComposeHit]:
    for service, written, defect in _pulled(stack):
        if defect in defects and service.image is not None and not service.image.source.unset(stack.env):
            yield ComposeHit(service.image.place, {"service": service.name, "image": written})


def untagged_image(stack: Stack) -> Iterator[ComposeHit]:
    return _unpinned(stack, frozenset({"untagged"}))


def moving_image(stack: Stack) -> Iterator[ComposeHit]:
    return _unpinned(stack, frozenset({"moving", "versionless"}))


def version_from_environment(stack: Stack) -> Iterator[ComposeHit]:
    for service, written, defect in _pulled(stack):
        if defect and service.image is not None:
            names = service.image.source.unset(stack.env)
            if names:
                yield ComposeHit(service.image.place, {"service": service.name, "image": written, "variable": names[0]})


def neither_image_nor_build(stack: Stack) -> Iterator[ComposeHit]:
    elsewhere = {problem.service for problem in stack.problems}
    for service in stack.services.values():
        declared = service.image or service.build or "provider" in service.node.entries
        if not declared and service.name not in elsewhere:
            yield ComposeHit(service.place, {"service": service.name})


def undeclared_dependency(stack: Stack) -> Iterator[ComposeHit]:
    if stack.incomplete:
        return
    for service in stack.services.values():
        for dependency in service.depends_on:
            if dependency.required and dependency.name not in stack.services:
                yield ComposeHit(dependency.place, {"service": service.name, "dependency": dependency.name})


def undeclared_host(stack: Stack) -> Iterator[ComposeHit]:
    """A host of one label is a service's name; on an external network it may be another project's."""
    if stack.incomplete or any(is_external(node) for node in stack.networks.values()):
        return
    known = {host.lower() for host in stack.hosts}
    for named_by, reference in _references(stack):
        if reference.host.lower() not in known and not reference.is_telemetry:
            known.add(reference.host.lower())
            yield ComposeHit(reference.place, {"named_by": named_by, "host": reference.host})


def _references(stack: Stack) -> Iterator[tuple[str, Reference]]:
    used = set()
    for service in stack.services.values():
        file = dockerfile_of(stack, service)
        used.add(file.path if file else "")
        if not {"extra_hosts", "network_mode", "external_links"} & set(service.node.entries):
            yield from ((f"`{service.name}`", reference) for reference in references_of(stack, service))
    for file in stack.upload.of_kind(DOCKERFILE):
        if file.path not in used:
            for name, text, place in settings_in(file.path, text_of(file)):
                yield from ((f"`{file.path}`", reference) for reference in references_in(name, text, place))


def undeclared_in_plan(stack: Stack) -> Iterator[ComposeHit]:
    if stack.incomplete:
        return
    for named in services_in_plans(stack.upload):
        declared = _has_worker(stack) if named.family == WORKER else _has_family(stack, _family(named.family))
        if not declared:
            yield ComposeHit(named.place, {"needed": named.family if named.family != WORKER else "background worker"})


def _family(name: str) -> Family:
    return next(family for family in FAMILIES if family.name == name)


def _has_family(stack: Stack, family: Family) -> bool:
    return any(
        family_of(stack, service) is family
        or family.mentioned_by(service.name)
        or (service.build is not None and service.name.lower() in family.names)
        or (service.image is not None and family.mentioned_by(service.image.text))
        for service in stack.services.values()
    )


def _has_worker(stack: Stack) -> bool:
    return any(_WORKER_LIKE.search(f"{service.name} {service.command_line}") for service in stack.services.values())


def is_external(node: Mapping | None) -> bool:
    external = node.get("external") if node is not None else None
    return isinstance(external, Mapping) or (isinstance(external, Scalar) and external.value.lower() == "true")


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
        "compose-image-untagged",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` pulls `{image}` without a tag, which means whatever is newest on the day of the pull.",
        "If a colleague starts this stack next month, how would they get the same `{service}` as you have today?",
        untagged_image,
        (_IMAGES,),
    ),
    ComposeRule(
        "compose-image-moving",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` pulls `{image}`: that tag names no version, so it will point to something else one day.",
        "Which version of this image did you test with, and where in this line does a reader see it?",
        moving_image,
        (_IMAGES,),
    ),
    ComposeRule(
        "compose-image-version-unset",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "The version of `{service}` comes from `{variable}`, and neither a default nor an uploaded `.env` gives it.",
        "What is pulled on a machine where nobody has set `{variable}`?",
        version_from_environment,
        (_IMAGES, "https://docs.docker.com/reference/compose-file/interpolation/"),
    ),
    ComposeRule(
        "compose-service-empty",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` has neither an image nor a build, so there is nothing to start.",
        "Where should the program of `{service}` come from: an image that exists, or a folder that you build?",
        neither_image_nor_build,
        (_SERVICES,),
    ),
    ComposeRule(
        "compose-dependency-undeclared",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` depends on `{dependency}`, which this stack does not declare; Compose refuses to start it.",
        "Is `{dependency}` spelled as its service is, or is a service missing from the blueprint?",
        undeclared_dependency,
        ("https://docs.docker.com/reference/compose-file/services/#depends_on",),
    ),
    ComposeRule(
        "compose-host-undeclared",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "{named_by} talks to the host `{host}`, and no service of the stack has that name.",
        "Who answers under the name `{host}` when someone starts only what is in this file?",
        undeclared_host,
        ("https://docs.docker.com/compose/how-tos/networking/",),
    ),
    ComposeRule(
        "compose-plan-service-missing",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "The plan says that the system uses {needed}, and the blueprint declares no such service.",
        "What does a new machine lack if it starts this blueprint and then follows this sentence of the plan?",
        undeclared_in_plan,
        (_SERVICES,),
    ),
    ComposeRule(
        "compose-part-elsewhere",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "A part of the stack cannot be seen here: {part}.",
        "Which file does this line need, and can you send it together with the others?",
        part_elsewhere,
        ("https://docs.docker.com/reference/compose-file/include/",),
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
    ),
)
