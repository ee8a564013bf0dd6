"""A stack as Compose would understand it: services with what the checks ask about, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from tools.compose.document import Mapping, Place, Scalar
from tools.compose.interpolation import LiteralText, Variable
from tools.dockerfile.bake import NamedContexts
from tools.uploads.files import Upload


@dataclass(frozen=True)
class Value:
    """A scalar with its variables; `text` is what it is with the upload's `.env` and the defaults."""

    place: Place
    source: LiteralText
    text: str

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.source.variables

    @property
    def written(self) -> str:
        return self.source.written


@dataclass(frozen=True)
class Setting:
    """One `NAME=value`; without a value the name is passed on from the caller's environment."""

    name: str
    value: Value | None
    place: Place


@dataclass(frozen=True)
class Build:
    place: Place
    context: str
    dockerfile: str
    target: str
    inline: str  # the text of dockerfile_inline
    args: tuple[Setting, ...]
    contexts: NamedContexts = ()  # names that `additional_contexts` gives
    inline_line: int = 0  # where the text of dockerfile_inline begins


@dataclass(frozen=True)
class Dependency:
    name: str
    condition: str
    required: bool
    place: Place


@dataclass(frozen=True)
class Healthcheck:
    """`test` is empty where only the timing is given: then the image's own check runs, if it has one."""

    place: Place
    disabled: bool
    test: tuple[Value, ...]


@dataclass(frozen=True)
class Port:
    place: Place
    host_ip: str
    published: str  # a number, a range or empty for a port that the engine picks
    target: str

    @property
    def is_for_this_host_only(self) -> bool:
        return self.host_ip.strip("[]") in {"localhost", "::1"} or self.host_ip.startswith("127.")


class MountKind(StrEnum):
    VOLUME = "volume"
    BIND = "bind"
    TMPFS = "tmpfs"
    ANONYMOUS = "anonymous"
    OTHER = "other"


@dataclass(frozen=True)
class Mount:
    place: Place
    kind: MountKind
    source: str
    target: str
    read_only: bool


@dataclass(frozen=True)
class Service:
    name: str
    place: Place
    node: Mapping = field(repr=False)
    image: Value | None = None
    build: Build | None = None
    environment: tuple[Setting, ...] = ()
    command: tuple[Value, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    healthcheck: Healthcheck | None = None
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    labels: tuple[Setting, ...] = ()
    aliases: frozenset[str] = frozenset()  # other names under which it is reached
    hooks: tuple[tuple[Value, ...], ...] = ()  # commands that run beside the process
    links: MappingType[str, str] = field(default_factory=dict)  # names that it alone gives to other services

    @property
    def is_provided(self) -> bool:
        """Whether a program on the host brings it, and Compose waits until that has ended: no container runs."""
        return "provider" in self.node.entries

    @cached_property
    def command_line(self) -> str:
        return " ".join(value.text for value in self.command)

    def setting(self, name: str) -> Setting | None:
        return next((setting for setting in self.environment if setting.name == name), None)


class ProblemKind(StrEnum):
    DUPLICATE = "duplicate"
    ELSEWHERE = "elsewhere"  # a part of the stack stands in a file that is not in the upload
    REMOTE = "remote"
    CYCLE = "cycle"
    SHAPE = "shape"  # a value of another shape than Compose takes


@dataclass(frozen=True)
class Problem:
    kind: ProblemKind
    place: Place
    detail: str
    service: str = ""


@dataclass(frozen=True)
class Stack:
    """One project: a main file with what it includes, extends and is overridden by."""

    path: str
    root: Mapping = field(repr=False)
    services: MappingType[str, Service]
    volumes: MappingType[str, Mapping | None]
    networks: MappingType[str, Mapping | None]
    env: MappingType[str, str] = field(repr=False)
    upload: Upload = field(repr=False)
    problems: tuple[Problem, ...] = ()
    files: frozenset[str] = frozenset()

    @property
    def incomplete(self) -> bool:
        """Whether parts of the stack cannot be seen here."""
        return any(problem.kind in {ProblemKind.ELSEWHERE, ProblemKind.REMOTE} for problem in self.problems)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Every name under which a service of the stack is reached."""
        names = {name for service in self.services.values() for name in (*service.aliases, *service.links)}
        return frozenset(names | set(self.services))

    @cached_property
    def waits(self) -> MappingType[str, frozenset[str]]:
        """For each service every one that must be started before it."""
        return {name: self._before(name) for name in self.services}

    def _before(self, name: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            service = self.services.get(waiting.pop())
            new = {dependence.name for dependence in service.depends_on} - seen if service else set()
            seen |= new
            waiting += new
        return frozenset(seen)

    @cached_property
    def has_external_network(self) -> bool:
        """Whether another project's services may be reached, too."""
        return any(_is_external(node) for node in self.networks.values())

    def service_at(self, host: str) -> Service | None:
        if host in self.services:
            return self.services[host]
        linked = {alias: name for service in self.services.values() for alias, name in service.links.items()}
        named = (service for service in self.services.values() if host in service.aliases)
        return next(named, self.services.get(linked.get(host, "")))

    def values(self) -> Iterator[Value]:
        """Every value with variables that the checks read, in the order of the services."""
        for service in self.services.values():
            if service.image is not None:
                yield service.image
            settings = (*service.environment, *service.labels, *(service.build.args if service.build else ()))
            yield from (setting.value for setting in settings if setting.value is not None)
            yield from service.command


def _is_external(node: Mapping | None) -> bool:
    external = node.get("external") if node is not None else None
    return isinstance(external, Mapping) or (isinstance(external, Scalar) and external.value.lower() == "true")
