"""B3: services that others depend on have a health check, and dependants wait for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.compose.dockerfiles import has_healthcheck
from tools.compose.document import Place
from tools.compose.families import family_of
from tools.compose.references import references_of
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Service, Stack
from tools.findings import Severity, Verdict

_ORDER = "https://docs.docker.com/compose/how-tos/startup-order/"
_HEALTH = "https://docs.docker.com/reference/compose-file/services/#healthcheck"
HEALTHY, COMPLETED = "service_healthy", "service_completed_successfully"
_CANNOT_FAIL = re.compile(
    r"^(?:cmd(?:-shell)?\s+)?(?:/bin/)?(?:true|:|exit 0|echo(?:\s[^|&;]*)?)$|\|\|\s*(?:true|exit 0)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Dependence:
    """One service needs another: declared with a condition, or seen from the host that it talks to."""

    dependant: Service
    needed: Service
    place: Place
    condition: str  # empty where nothing is declared
    required: bool = True

    @property
    def needs_no_wait(self) -> bool:
        """It runs to its end first, or the dependant can do without it."""
        return self.condition == COMPLETED or (not self.required and self.condition != HEALTHY)


def dependences(stack: Stack) -> tuple[Dependence, ...]:
    return (*_declared(stack), *_undeclared(stack))


def _undeclared(stack: Stack) -> tuple[Dependence, ...]:
    silent = tuple(_silent(stack))
    needed = {dependence.needed.name for dependence in (*_declared(stack), *silent)}
    return (*silent, *_left_alone(stack, needed))


def _declared(stack: Stack) -> Iterator[Dependence]:
    for service in stack.services.values():
        for dependency in service.depends_on:
            needed = stack.services.get(dependency.name)
            if needed is not None and needed is not service and not needed.is_provided:
                yield Dependence(service, needed, dependency.place, dependency.condition, dependency.required)


def _silent(stack: Stack) -> Iterator[Dependence]:
    """Needs that only a host name shows; a wait through a third service counts, and so does a circle."""
    waits = stack.waits
    for service in stack.services.values():
        for reference in references_of(stack, service):
            needed = stack.service_at(reference.host)
            if needed is None or reference.is_telemetry or needed.name in waits[service.name]:
                continue
            if service.name not in waits[needed.name] and not _only_looks_on(service, needed):
                yield Dependence(service, needed, reference.place, "")


def _left_alone(stack: Stack, needed: set[str]) -> Iterator[Dependence]:
    """A database or queue beside a program that is built here is there for that program, whatever names it."""
    programs = [service for service in stack.services.values() if service.build and not family_of(stack, service)]
    for service in stack.services.values():
        if programs and service.name not in needed and not service.depends_on and family_of(stack, service):
            yield Dependence(programs[0], service, service.place, "")


_ONLOOKER = re.compile(
    r"prometheus|grafana|exporter|flower|adminer|pgadmin|redis-?commander|redisinsight|mongo-express|attu|cadvisor|"
    r"otel|jaeger|tempo|loki|promtail|portainer|dozzle|locust|k6|traefik|caddy|tests?\b|console|dashboard",
    re.IGNORECASE,
)


def _only_looks_on(service: Service, needed: Service) -> bool:
    """Tools that watch, route or test copy with a service that is not there yet."""
    named = f"{service.name} {service.image.text if service.image else ''}"
    return _ONLOOKER.search(named) is not None or _ONLOOKER.search(needed.name) is not None


def is_checked(stack: Stack, service: Service) -> bool:
    """Whether its health is checked, by the Compose file or by the image that is built."""
    check = service.healthcheck
    if check is not None and check.disabled:
        return False
    if check is not None and check.test:
        return True
    return has_healthcheck(stack, service)


def _softened(stack: Stack) -> Verdict:
    """`partly` where health checks exist among the needed services, else `not met`."""
    needed = {dependence.needed.name: dependence.needed for dependence in dependences(stack)}
    return Verdict.PARTLY if any(is_checked(stack, service) for service in needed.values()) else Verdict.NOT_MET


def needed_without_check(stack: Stack) -> Iterator[ComposeHit]:
    effect, seen = _softened(stack), set()
    for dependence in dependences(stack):
        needed = dependence.needed
        if needed.name in seen or dependence.needs_no_wait or is_checked(stack, needed):
            continue
        seen.add(needed.name)
        words = {"needed": needed.name, "dependant": dependence.dependant.name}
        yield ComposeHit(needed.place, words, effect)


def waits_for_nothing(stack: Stack) -> Iterator[ComposeHit]:
    """A health check exists and a declared dependant does not wait for it."""
    effect = _softened(stack)
    for dependence in _declared(stack):
        waits = dependence.condition == HEALTHY or dependence.needs_no_wait
        if not waits and is_checked(stack, dependence.needed):
            words = {"needed": dependence.needed.name, "dependant": dependence.dependant.name}
            yield ComposeHit(dependence.place, words, effect)


def dependence_not_declared(stack: Stack) -> Iterator[ComposeHit]:
    effect = _softened(stack)
    for dependence in _undeclared(stack):
        words = {"needed": dependence.needed.name, "dependant": dependence.dependant.name}
        yield ComposeHit(dependence.place, words, effect)


def check_cannot_fail(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        check = service.healthcheck
        if check and not check.disabled and _CANNOT_FAIL.search(" ".join(value.text for value in check.test).strip()):
            yield ComposeHit(check.place, {"service": service.name})


def check_switched_off(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        if service.healthcheck and service.healthcheck.disabled:
            yield ComposeHit(service.healthcheck.place, {"service": service.name})


RULES = (
    ComposeRule(
        "compose-no-healthcheck",
        "B3",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{dependant}` depends on `{needed}`, and nothing here can tell when `{needed}` is ready.",
        "Which command, run inside `{needed}`, succeeds only once it can really answer?",
        needed_without_check,
        (_ORDER, _HEALTH),
        bad=(
            "services:\n"
            "  web: {build: ., mem_limit: 1g, depends_on: {api: {condition: service_healthy}}}\n"
            "  api: {build: ./api, mem_limit: 1g}\n"
        ),
        good=(
            "services:\n"
            "  web: {build: ., mem_limit: 1g, depends_on: {api: {condition: service_healthy}}}\n"
            "  api: {build: ./api, mem_limit: 1g, healthcheck: {test: curl -f http://localhost:8000}}\n"
        ),
    ),
    ComposeRule(
        "compose-no-wait",
        "B3",
        Severity.WARNING,
        Verdict.PARTLY,
        "`{dependant}` starts as soon as `{needed}` has been started, not once it is healthy.",
        "What does `{dependant}` do in the seconds in which `{needed}` runs but cannot answer yet?",
        waits_for_nothing,
        (_ORDER,),
        bad=(
            "services:\n"
            "  web: {build: ., mem_limit: 1g, depends_on: [api]}\n"
            "  api: {build: ./api, mem_limit: 1g, healthcheck: {test: curl -f http://localhost:8000}}\n"
        ),
        good=(
            "services:\n"
            "  web: {build: ., mem_limit: 1g, depends_on: {api: {condition: service_healthy}}}\n"
            "  api: {build: ./api, mem_limit: 1g, healthcheck: {test: curl -f http://localhost:8000}}\n"
        ),
    ),
    ComposeRule(
        "compose-dependence-not-declared",
        "B3",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{dependant}` uses `{needed}`, but nothing says that it must wait for it.",
        "In which order does this stack start today, and who decides that?",
        dependence_not_declared,
        (_ORDER,),
        bad=(
            "services:\n"
            "  web: {build: ., mem_limit: 1g, environment: {API_URL: 'http://api:8000'}}\n"
            "  api: {build: ./api, mem_limit: 1g, healthcheck: {test: curl -f http://localhost:8000}}\n"
        ),
        good=(
            "services:\n"
            "  web:\n"
            "    build: .\n"
            "    mem_limit: 1g\n"
            "    environment: {API_URL: 'http://api:8000'}\n"
            "    depends_on: {api: {condition: service_healthy}}\n"
            "  api: {build: ./api, mem_limit: 1g, healthcheck: {test: curl -f http://localhost:8000}}\n"
        ),
    ),
    ComposeRule(
        "compose-healthcheck-cannot-fail",
        "B3",
        Severity.WARNING,
        None,
        "The health check of `{service}` always succeeds, so it says nothing about the service.",
        "If `{service}` stopped answering, what would this command return?",
        check_cannot_fail,
        (_HEALTH,),
        bad="services: {api: {build: ., mem_limit: 1g, healthcheck: {test: [CMD, 'true']}}}",
        good="services: {api: {build: ., mem_limit: 1g, healthcheck: {test: [CMD, ready]}}}",
    ),
    ComposeRule(
        "compose-healthcheck-off",
        "B3",
        Severity.INFO,
        None,
        "The health check of `{service}` is switched off.",
        "Who would notice that `{service}` hangs, and after how long?",
        check_switched_off,
        (_HEALTH,),
        bad="services: {api: {build: ., mem_limit: 1g, healthcheck: {disable: true}}}",
        good="services: {api: {build: ., mem_limit: 1g, healthcheck: {test: ready}}}",
    ),
)
