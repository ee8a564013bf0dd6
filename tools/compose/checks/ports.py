"""B4: only what a person on the host needs is published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.compose.document import Scalar
from tools.compose.families import family_of
from tools.compose.references import references_of
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Port, Service, Stack
from tools.findings import Severity, Verdict

_PORTS = "https://docs.docker.com/reference/compose-file/services/#ports"
_HELPER = re.compile(r"embed|rerank|inference|model|\bllm\b|worker|predictor|scorer", re.IGNORECASE)
_DEBUG_PORTS = frozenset({"22", "5678", "9229", "5005", "2345"})


def published_to_everyone(stack: Stack) -> Iterator[ComposeHit]:
    needed = _needed_by_others(stack)
    for service in stack.services.values():
        for port in service.ports:
            if not port.is_for_this_host_only and _is_internal(stack, service, port, needed):
                yield ComposeHit(port.place, {"service": service.name, "port": port.target})


def _needed_by_others(stack: Stack) -> frozenset[str]:
    declared = {dependency.name for service in stack.services.values() for dependency in service.depends_on}
    named = {
        needed.name
        for service in stack.services.values()
        for reference in references_of(stack, service)
        if (needed := stack.service_at(reference.host)) is not None
    }
    return frozenset(declared | named)


def _is_internal(stack: Stack, service: Service, port: Port, needed: frozenset[str]) -> bool:
    """Whether only other services need the port: data ports of the known families, helpers, debuggers."""
    if port.target in _DEBUG_PORTS:
        return True
    if len(stack.services) == 1:
        return False  # nobody else in the stack could need it
    family = family_of(stack, service)
    if family is None:
        return bool(service.build and service.name in needed and _HELPER.search(service.name))
    if family.serves_models:
        return service.name in needed or len(stack.services) > 1
    return any(_covers(port.target, internal) for internal in family.ports)


def _covers(target: str, port: str) -> bool:
    first, _, last = target.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        return False
    return len(first) < 6 and len(last) < 6 and int(first) <= int(port) <= int(last or first)


def host_network(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        entry = service.node.entries.get("network_mode")
        if entry is not None and isinstance(entry.value, Scalar) and entry.value.value == "host":
            yield ComposeHit(entry.place, {"service": service.name})


RULES = (
    ComposeRule(
        "compose-port-published",
        "B4",
        Severity.WARNING,
        Verdict.PARTLY,
        "`{service}` publishes port {port} on every interface of the host, though only other services need it.",
        "Who outside of the stack must reach `{service}`, and from which machine?",
        published_to_everyone,
        (_PORTS,),
        bad=(
            "services:\n"
            "  cache: {image: 'redis:7.4', mem_limit: 1g, ports: ['6379:6379']}\n"
            "  web: {image: 'nginx:1.27.2', mem_limit: 64m}\n"
        ),
        good=(
            "services:\n"
            "  cache: {image: 'redis:7.4', mem_limit: 1g, ports: ['127.0.0.1:6379:6379']}\n"
            "  web: {image: 'nginx:1.27.2', mem_limit: 64m}\n"
        ),
    ),
    ComposeRule(
        "compose-host-network",
        "B4",
        Severity.WARNING,
        Verdict.PARTLY,
        "`{service}` shares the network of the host: every port that it opens is open there, declared or not.",
        "Which of its ports does a person need, and how would this file show them?",
        host_network,
        ("https://docs.docker.com/engine/network/drivers/host/",),
        bad="services: {api: {build: ., mem_limit: 1g, network_mode: host}}",
        good="services: {api: {build: ., mem_limit: 1g, network_mode: bridge}}",
    ),
)

PORT_RULES = frozenset(rule.id for rule in RULES)
