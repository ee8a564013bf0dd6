"""Which hosts a service talks to, as far as its settings, its command and its Dockerfile say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.compose.dockerfiles import dockerfile_settings
from tools.compose.document import Place
from tools.compose.families import family_of
from tools.compose.stack import Service, Stack

_URL_HOST = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://(?:[^\s/@,\"']{0,200}@)?([A-Za-z0-9_.-]+)", re.IGNORECASE)
_HOST_NAME = re.compile(r"(?:.*_)?(?:HOST|HOSTNAME|SERVER)", re.IGNORECASE)
_ADDRESS_NAME = re.compile(
    r"(?:.*_)?(?:ADDR|ADDRESS|ENDPOINT|BROKERS?|BOOTSTRAP_SERVERS?|SERVERS?|URL|URI|DSN|HOSTS?|HOSTNAME|NODES)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?::\d{2,5})")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# Names whose value is the service itself, a browser's address or what listens to telemetry.
_NOT_A_NEED = re.compile(
    r"VIRTUAL_HOST|ALLOWED|CORS|ORIGIN|PUBLIC|CALLBACK|REDIRECT|BIND|LISTEN|ADVERTISED|OWN_|SELF|NEXTAUTH_URL|"
    r"EXTERNAL_URL|SITE_URL|^HOST$|^HOSTNAME$|PROXY",
    re.IGNORECASE,
)
_TELEMETRY = re.compile(
    r"OTEL|OTLP|SENTRY|JAEGER|ZIPKIN|LOKI|TEMPO|STATSD|PUSHGATEWAY|PROMETHEUS|LANGFUSE|LANGSMITH|PHOENIX"
)
_NONE = re.compile(r"(?!)")
_SWITCHES = frozenset("true false yes no on off none null".split())
_THIS_MACHINE = frozenset("localhost host.docker.internal gateway.docker.internal ip6-localhost".split())


@dataclass(frozen=True)
class Reference:
    """A host of one label, which on a Compose network can only be a service."""

    host: str
    place: Place
    name: str  # the variable that holds it, empty in a command
    is_telemetry: bool = False


def references_of(stack: Stack, service: Service) -> tuple[Reference, ...]:
    """Hosts of one label that a service's settings, command and Dockerfile name; its own names are left out."""
    found: dict[str, Reference] = {}
    own = {service.name, *service.aliases}
    for reference in _all_references(stack, service):
        if reference.host not in own and reference.host.lower() not in _THIS_MACHINE:
            found.setdefault(reference.host, reference)
    return tuple(found.values())


def _all_references(stack: Stack, service: Service) -> Iterator[Reference]:
    given = set()
    own = _own_variables(stack, service)
    for setting in service.environment:
        given.add(setting.name)
        if setting.value is not None and not own.match(setting.name):
            yield from references_in(setting.name, setting.value.text, setting.place)
    for value in service.command:
        yield from references_in("", value.text, value.place)
    for name, text, place in dockerfile_settings(stack, service):
        if name not in given:
            yield from references_in(name, text, place)


def _own_variables(stack: Stack, service: Service) -> re.Pattern[str]:
    """`MARIADB_HOST` in MariaDB itself is no host that it talks to."""
    family = family_of(stack, service)
    names = "|".join(re.escape(name.upper()) for name in family.names) if family is not None else ""
    return re.compile(rf"(?:{names})_HOST(?:NAME)?$") if names else _NONE


def references_in(name: str, text: str, place: Place) -> Iterator[Reference]:
    """Hosts in one value, judged by the name that holds it."""
    if name and _NOT_A_NEED.search(name):
        return
    telemetry = _TELEMETRY.search(name.upper()) is not None
    for host in dict.fromkeys(_hosts(name, text)):
        yield Reference(host, place, name, telemetry)


def _hosts(name: str, text: str) -> Iterator[str]:
    for match in _URL_HOST.finditer(text):
        if _LABEL.fullmatch(match[1]):
            yield match[1]
    if "://" in text:
        return
    if name and _HOST_NAME.fullmatch(name) and _LABEL.fullmatch(text) and text.lower() not in _SWITCHES:
        yield text
    elif name and _ADDRESS_NAME.fullmatch(name):
        for part in text.split(","):
            address = _ADDRESS.fullmatch(part.strip())
            if address is not None:
                yield address[1]
