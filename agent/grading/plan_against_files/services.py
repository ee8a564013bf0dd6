"""Claims about the stack: limits, copies, health and waiting, state, ports, logs, restarts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.grading.plan_against_files.files import Files, StackService
from agent.grading.plan_against_files.kind import Answer, Claim, Kind, pattern
from tools.compose.dockerfiles import has_healthcheck
from tools.compose.document import Scalar
from tools.compose.families import family_of
from tools.compose.named_services import services_in_plans
from tools.compose.stack import MountKind
from tools.dockerfile.image_names import parse_reference
from tools.uploads.files import SourceFile, Upload

_NUMBERS = {word: at for at, word in enumerate("zero one two three four five six seven eight nine ten".split())}
_UNITS = {"k": 1_024, "m": 1_024**2, "g": 1_024**3}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg])", re.IGNORECASE)
_SECONDS = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?")
_LIMIT = r"(?:limit\w*|cap(?:ped|s)?|at most|max\w*|ceiling|bounded|no more than)"
_OF_STACK = re.compile(r"\b(?:services?|blueprint|compose|stack)\b", re.IGNORECASE)
_DRIVERS = "json-file journald syslog fluentd gelf awslogs loki gcplogs splunk".split()


def _bytes(text: str) -> int | None:
    match = _SIZE.search(text)
    return round(float(match[1]) * _UNITS[match[2].lower()]) if match else None


def _limit(service: StackService, kind: str, short: str) -> Scalar | None:
    return service.scalar("deploy", "resources", "limits", kind) or service.scalar(short)


def _memory(files: Files, claim: Claim) -> Iterator[Answer]:
    said = _bytes(claim.match["size"])
    for service in files.services:
        limit = _limit(service, "memory", "mem_limit")
        shown = _bytes(limit.value) if limit else None
        if limit and shown:
            yield Answer(shown == said, limit.place, service.names)


def _cpu(files: Files, claim: Claim) -> Iterator[Answer]:
    said = _number(claim.match["cpus"])
    for service in files.services:
        limit = _limit(service, "cpus", "cpus")
        if limit and re.fullmatch(r"\d+(?:\.\d+)?", limit.value):
            yield Answer(float(limit.value) == said, limit.place, service.names)


def _number(text: str) -> float:
    return float(_NUMBERS.get(text.lower(), text))


def _limits(files: Files, claim: Claim) -> Iterator[Answer]:
    """Only a sentence about every service of the stack speaks of a limit that is not there: others may be set elsewhere."""
    for service in files.services:
        limit = _limit(service, "memory", "mem_limit") or _limit(service, "cpus", "cpus")
        if limit or (claim.is_of_all and _OF_STACK.search(claim.text)):
            yield Answer(limit is not None, limit.place if limit else service.service.place, service.names)


def _replicas(files: Files, claim: Claim) -> Iterator[Answer]:
    said = _number(claim.match["count"])
    for service in files.services:
        shown = service.scalar("deploy", "replicas") or service.scalar("scale")
        if shown and shown.value.isdigit():
            yield Answer(int(shown.value) == said, shown.place, service.names)


def _health(files: Files, claim: Claim) -> Iterator[Answer]:
    for service in files.services:
        check = service.service.healthcheck
        if check is not None:
            yield Answer(not check.disabled and _is_as_often(service, claim), check.place, service.names)
        elif (claim.is_of_all or claim.names(service.names)) and not _image_checks(service):
            yield Answer(agrees=False, place=service.service.place, names=service.names)


def _image_checks(service: StackService) -> bool:
    """Whether the image brings its own check; of an image that isn't built here only its publisher knows."""
    return service.service.build is not None and has_healthcheck(service.stack, service.service)


def _is_as_often(service: StackService, claim: Claim) -> bool:
    said = re.search(r"every (\d+) ?s(?:ec\w*)?\b", claim.text, re.IGNORECASE)
    shown = service.scalar("healthcheck", "interval")
    if not said or not shown:
        return True
    match = _SECONDS.fullmatch(shown.value)
    return match is None or int(match[1] or 0) * 60 + int(match[2] or 0) == int(said[1])


def _waiting(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    """A sentence that names who is waited for speaks of that dependency."""
    needs = {service.service.name: service for service in files.services}
    for service in files.services:
        for dependency in service.service.depends_on:
            needed = needs.get(dependency.name)
            names = needed.names if needed else frozenset({dependency.name})
            yield Answer(dependency.condition == "service_healthy", dependency.place, names)


def _volumes(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    for service in files.services:
        family = family_of(service.stack, service.service)
        if family is None or not family.data:
            continue
        kept = [mount for mount in service.service.mounts if mount.target.startswith(family.data)]
        named = any(mount.kind is MountKind.VOLUME for mount in kept)
        yield Answer(named, kept[0].place if kept else service.service.place, service.names)


def _unpublished(files: Files, claim: Claim) -> Iterator[Answer]:
    """Of services that the sentence names, or of those that others only need."""
    for service in files.services:
        open_ports = [port for port in service.service.ports if not port.is_for_this_host_only]
        is_inner = family_of(service.stack, service.service) is not None
        if claim.names(service.names) or is_inner:
            place = open_ports[0].place if open_ports else service.service.place
            yield Answer(not open_ports, place, service.names)


def _port(files: Files, claim: Claim) -> Iterator[Answer]:
    for service in files.services:
        ports = service.service.ports
        if ports:
            known = {number for port in ports for number in (port.published, port.target)}
            yield Answer(claim.match["port"] in known, ports[0].place, service.names)


def _log_driver(files: Files, claim: Claim) -> Iterator[Answer]:
    for service in files.services:
        driver = service.scalar("logging", "driver")
        if driver and "$" not in driver.value:
            yield Answer(driver.value.lower() == claim.match["driver"].lower(), driver.place, service.names)


def _kept_logs(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    for service in files.services:
        driver = service.scalar("logging", "driver")
        if driver:
            yield Answer(driver.value.lower() != "none", driver.place, service.names)


def _restart(files: Files, claim: Claim) -> Iterator[Answer]:
    named = claim.match["policy"]
    for service in files.services:
        shown = service.scalar("restart")
        if shown:
            policy = shown.value.partition(":")[0]
            agrees = policy == named.lower() if named else policy != "no"
            yield Answer(agrees, shown.place, service.names)


def _read_only(files: Files, claim: Claim) -> Iterator[Answer]:
    for service in files.services:
        shown = service.scalar("read_only")
        if shown or claim.is_of_all or claim.names(service.names):
            agrees = shown is not None and shown.value.lower() in ("true", "yes")
            yield Answer(agrees, shown.place if shown else service.service.place, service.names)


def _grace(files: Files, claim: Claim) -> Iterator[Answer]:
    for service in files.services:
        shown = service.scalar("stop_grace_period")
        match = _SECONDS.fullmatch(shown.value) if shown else None
        if shown and match:
            seconds = int(match[1] or 0) * 60 + int(match[2] or 0)
            yield Answer(seconds == int(claim.match["seconds"]), shown.place, service.names)


def _own_tag(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    """Images of their own are what no well-known family is."""
    for service in files.services:
        image = service.service.image
        if image is None or service.service.build or family_of(service.stack, service.service) or "$" in image.written:
            continue
        yield Answer(not parse_reference(image.text).defect, image.place, service.names)


def _declared(files: Files, claim: Claim) -> Iterator[Answer]:
    """A service that the plan works with is declared, or the stack lacks it."""
    stacks = {id(service.stack): service.stack for service in files.services}.values()
    if any(stack.incomplete for stack in stacks):
        return
    known = {name.lower() for service in files.services for name in service.names}
    said = Upload.of([SourceFile("plan.md", claim.text.encode())])
    for named in services_in_plans(said):
        stack = next(iter(stacks), None)
        if stack is not None and named.family != "worker":
            yield Answer(named.family.lower() in known, stack.root.place)


KINDS = (
    Kind(
        "memory",
        pattern(
            rf"\b{_LIMIT}\b[^.;]*?(?P<size>\d+(?:\.\d+)?\s?[kmg])i?b?\b(?=[^;]*\b(?:memory|ram)\b|(?<=.))",
        ),
        _memory,
        of_stack=True,
    ),
    Kind(
        "cpu",
        pattern(rf"\b{_LIMIT}\b[^;]*?(?<![\d.])(?P<cpus>\d+(?:\.\d+)?|{'|'.join(_NUMBERS)}) ?(?:v?cpus?|cores?)\b"),
        _cpu,
        of_stack=True,
    ),
    Kind(
        "limits",
        pattern(rf"\b(?:memory|cpu|ram|resource)\b[^.;]*\b{_LIMIT}\b", rf"\b{_LIMIT}\b[^.;]*\b(?:memory|cpu|ram)"),
        _limits,
        of_stack=True,
    ),
    Kind(
        "replicas",
        pattern(
            rf"(?<!up to )(?<!at least )(?<!at most )(?<!to )\b(?P<count>\d+|{'|'.join(_NUMBERS)}) "
            r"(?:\w+ )?(?:replicas|instances|copies)\b"
        ),
        _replicas,
        of_stack=True,
    ),
    Kind("healthcheck", pattern(r"\bhealth ?-?checks?\b"), _health, of_stack=True),
    Kind(
        "waiting",
        pattern(
            r"\bwaits?\b[^.;]*\b(?:healthy|ready|answers|accepts)\b",
            r"\bservice_healthy\b",
            r"\bonly starts? (?:when|once|after)\b[^.;]*\b(?:healthy|ready)\b",
        ),
        _waiting,
        of_stack=True,
    ),
    Kind("volumes", pattern(r"\bnamed volumes?\b"), _volumes, of_stack=True),
    Kind(
        "ports",
        pattern(
            r"\b(?:not|never|no|isn't|aren't|nor)\b[^.;]*\b(?:publish\w*|expos\w*|reachable|ports?)\b",
        ),
        _unpublished,
        of_stack=True,
        denies=True,
    ),
    Kind(
        "ports",
        pattern(r"\b(?:listens?|publish\w*|expos\w*|serves?|reachable)\b[^.;]*\bports? `?(?P<port>\d{2,5})\b"),
        _port,
        of_stack=True,
    ),
    Kind(
        "log-driver",
        pattern(rf"\blog(?:ging|s)?\b[^.]*\b(?P<driver>{'|'.join(_DRIVERS)})\b"),
        _log_driver,
        of_stack=True,
    ),
    Kind("logs", pattern(r"\blogs?\b[^.;]*\b(?:stdout|collected|shipped|kept|stored)\b"), _kept_logs, of_stack=True),
    Kind(
        "restart",
        pattern(
            r"\brestart(?:ed|s)?\b[^.;]*?\b(?P<policy>always|unless-stopped|on-failure)\b",
            r"\brestart(?:ed|s) (?:automatically|by itself|by docker|when)\b",
        ),
        _restart,
        of_stack=True,
    ),
    Kind("read-only", pattern(r"\bread-?only (?:root )?(?:file ?systems?|rootfs)\b"), _read_only, of_stack=True),
    Kind("stop-grace", pattern(r"\b(?:grace|stop)\b[^.;]*?\b(?P<seconds>\d+) ?s(?:econds?)?\b"), _grace, of_stack=True),
    Kind(
        "moving-tag",
        pattern(
            r"\bimmutable tags?\b",
            r"\b(?:never|not|no)\b[^.;]*\blatest\b",
            r"\btag\w*\b[^.;]*\b(?:commit|git) (?:hash|sha)\b",
        ),
        _own_tag,
        denies=True,
    ),
    Kind("services", pattern(r"\S"), _declared, of_stack=True),
)
