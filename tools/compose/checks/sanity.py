"""What can be written and nobody means: sizes, doubled ports, circles, words read as numbers. Advice, but for a circle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tools.compose.document import Mapping, Scalar
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.scalars import texts_of
from tools.compose.stack import Service, Stack
from tools.findings import Severity, Verdict

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
MAX_REPLICAS, MAX_PORTS, MAX_GIGABYTES = 50, 100, 64
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_GIGABYTES = {"": 1 / 2**30, "k": 1 / 2**20, "m": 1 / 2**10, "g": 1.0, "t": 2.0**10}
_SURPRISE = re.compile(r"(?:y|n|yes|no|on|off)|0[0-7]+|\d+(?::[0-5]?\d)+", re.IGNORECASE)


def too_large(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        deploy = service.node.get("deploy")
        replicas = deploy.get("replicas") if isinstance(deploy, Mapping) else None
        for node in (replicas, service.node.get("scale")):
            for text, place in texts_of(node):
                if text.isdecimal() and (len(text) > 6 or int(text) > MAX_REPLICAS):
                    yield ComposeHit(place, {"service": service.name, "what": f"{text[:12]} containers"})
        for key in ("shm_size", "mem_limit"):
            for text, place in texts_of(service.node.get(key)):
                if _gigabytes(text) > MAX_GIGABYTES:
                    yield ComposeHit(place, {"service": service.name, "what": f"{text} of memory (`{key}`)"})


def _gigabytes(text: str) -> float:
    match = _SIZE.fullmatch(text.strip()[:20])
    return float(match[1]) * _GIGABYTES[match[2].lower()] if match else 0.0


def port_twice(stack: Stack) -> Iterator[ComposeHit]:
    """One port of the host for two services, or for so many that nobody knows them."""
    taken: Counter[tuple[str, str]] = Counter()
    for service in stack.services.values():
        if "profiles" in service.node.entries:
            continue
        copies = _copies(service)
        for port in service.ports:
            first, _, last = port.published.partition("-")
            if copies > 1 and first and not last:
                what = f"{port.published} for {copies} containers, and only one of them can have it"
                yield ComposeHit(port.place, {"service": service.name, "what": what})
            taken[port.published, port.host_ip] += 1
            if port.published and taken[port.published, port.host_ip] == 2:
                yield ComposeHit(
                    port.place, {"service": service.name, "what": f"{port.published}, which is taken already"}
                )
            elif first.isdecimal() and last.isdecimal() and int(last[:6]) - int(first[:6]) > MAX_PORTS:
                yield ComposeHit(
                    port.place, {"service": service.name, "what": f"{port.published}, more than anybody can watch"}
                )


def _copies(service: Service) -> int:
    deploy = service.node.get("deploy")
    replicas = deploy.get("replicas") if isinstance(deploy, Mapping) else None
    told = [text for node in (service.node.get("scale"), replicas) for text, _ in texts_of(node)]
    return max((int(text[:6]) for text in told if text.isdecimal()), default=1)


def dependency_circle(stack: Stack) -> Iterator[ComposeHit]:
    done: set[str] = set()
    for service in stack.services.values():
        circle = _circle(stack, service, done)
        if circle:
            yield ComposeHit(service.place, {"circle": " → ".join(f"`{name}`" for name in circle[:6])})


def _circle(stack: Stack, start: Service, done: set[str]) -> list[str]:
    """The way from a service back to itself; `done` holds what leads to no circle."""
    trail: list[str] = []
    waiting = [(start.name, 0)]
    while waiting:
        name, depth = waiting.pop()
        del trail[depth:]
        if name in trail:
            done.update(trail)
            return [*trail[trail.index(name) :], name]
        if name in done or name not in stack.services:
            continue
        trail.append(name)
        following = [dependence.name for dependence in stack.services[name].depends_on if dependence.name not in done]
        waiting += [(word, depth + 1) for word in following]
        if not following:
            done.add(name)
    done.add(start.name)
    return []


def read_differently(stack: Stack) -> Iterator[ComposeHit]:
    """Plain words that some readers of YAML take for a truth value or a number."""
    for service in stack.services.values():
        environment = service.node.get("environment")
        for entry in environment if isinstance(environment, Mapping) else ():
            value = entry.value
            if isinstance(value, Scalar) and value.plain and not value.tag and _SURPRISE.fullmatch(value.value[:40]):
                yield ComposeHit(entry.place, {"service": service.name, "name": entry.key.value, "value": value.value})


RULES = (
    ComposeRule(
        "compose-too-large",
        "B4",
        Severity.WARNING,
        None,
        "`{service}` asks for {what}, more than a local stack has.",
        "On which machine was this number right?",
        too_large,
        ("https://docs.docker.com/reference/compose-file/deploy/",),
        bad="services: {api: {build: ., mem_limit: 1g, deploy: {replicas: 10000}}}",
        good="services: {api: {build: ., mem_limit: 1g, deploy: {replicas: 3}}}",
    ),
    ComposeRule(
        "compose-port-twice",
        "B4",
        Severity.ERROR,
        None,
        "`{service}` publishes {what}.",
        "Which program on the host would answer there?",
        port_twice,
        (f"{_SERVICES}#ports",),
        bad="services: {api: {build: ., mem_limit: 1g, ports: ['8000:8000']}, web: {build: ./web, mem_limit: 1g, ports: ['8000:80']}}",
        good="services: {api: {build: ., mem_limit: 1g, ports: ['8000:8000']}, web: {build: ./web, mem_limit: 1g, ports: ['8001:80']}}",
    ),
    ComposeRule(
        "compose-dependency-circle",
        "B3",
        Severity.ERROR,
        Verdict.NOT_MET,
        "These services wait for each other, so Compose starts none of them: {circle}.",
        "Which of them can do its work before the others are there?",
        dependency_circle,
        ("https://docs.docker.com/compose/how-tos/startup-order/",),
        bad=(
            "services:\n"
            "  api: {build: ., mem_limit: 1g, healthcheck: {test: curl -f http://localhost}, depends_on: {store: {condition: service_healthy}}}\n"
            "  store: {build: ./store, mem_limit: 1g, healthcheck: {test: curl -f http://localhost}, depends_on: {api: {condition: service_healthy}}}\n"
        ),
        good=(
            "services:\n"
            "  api: {build: ., mem_limit: 1g, healthcheck: {test: curl -f http://localhost}, depends_on: {store: {condition: service_healthy}}}\n"
            "  store: {build: ./store, mem_limit: 1g, healthcheck: {test: curl -f http://localhost}}\n"
        ),
    ),
    ComposeRule(
        "compose-read-differently",
        "B2",
        Severity.INFO,
        None,
        "`{name}: {value}` in `{service}` stands without quotes, and some readers of YAML take it for something else.",
        "Which text should the process find in this variable?",
        read_differently,
        ("https://docs.docker.com/reference/compose-file/services/#environment",),
        bad="services: {api: {build: ., mem_limit: 1g, environment: {CACHE: off}}}",
        good="services: {api: {build: ., mem_limit: 1g, environment: {CACHE: 'off'}}}",
    ),
)
