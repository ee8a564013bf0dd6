"""B1: every service that the stack needs is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.compose.dockerfiles import dockerfile_of, settings_in, text_of
from tools.compose.families import Family, families, family_of
from tools.compose.named_services import WORKER, services_in_plans
from tools.compose.references import Reference, references_in, references_of
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Stack
from tools.dockerfile import DOCKERFILE
from tools.findings import Severity, Verdict

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
_WORKER_LIKE = re.compile(
    r"worker|celery|consumer|ingest|indexer|job|task|queue|scheduler|beat|dramatiq|\brq\b|\barq\b|sidekiq|bull",
    re.IGNORECASE,
)


def undeclared_dependency(stack: Stack) -> Iterator[ComposeHit]:
    if stack.incomplete:
        return
    for service in stack.services.values():
        for dependency in service.depends_on:
            if dependency.required and dependency.name not in stack.services:
                yield ComposeHit(dependency.place, {"service": service.name, "dependency": dependency.name})


def undeclared_host(stack: Stack) -> Iterator[ComposeHit]:
    """A host of one label is a service's name; on an external network it may be another project's."""
    if stack.incomplete or stack.has_external_network:
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
    return next(family for family in families() if family.name == name)


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


RULES = (
    ComposeRule(
        "compose-dependency-undeclared",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` depends on `{dependency}`, which this stack does not declare; Compose refuses to start it.",
        "Is `{dependency}` spelled as its service is, or is a service missing from the blueprint?",
        undeclared_dependency,
        ("https://docs.docker.com/reference/compose-file/services/#depends_on",),
        bad="services: {api: {build: ., mem_limit: 1g, depends_on: {store: {condition: service_healthy}}}}",
        good=(
            "services:\n"
            "  api: {build: ., mem_limit: 1g, depends_on: {store: {condition: service_healthy}}}\n"
            "  store: {build: ./store, mem_limit: 1g, healthcheck: {test: curl -f http://localhost}}\n"
        ),
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
        bad="services: {api: {build: ., mem_limit: 1g, environment: {SEARCH_URL: 'http://search:9200'}}}",
        good="services: {api: {build: ., mem_limit: 1g, environment: {SEARCH_URL: 'http://search.example.org:9200'}}}",
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
        bad={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g}}",
            "plan.md": "Jobs wait in a Redis queue until the API has time for them.\n",
        },
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g}}",
            "plan.md": "Jobs do not wait in a Redis queue; the API answers at once.\n",
        },
    ),
)
