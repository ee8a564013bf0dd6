"""From a blueprint to what is run of it: our own reading, so that no compose binary ever sees what was sent."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Collection, Iterator
from dataclasses import replace

from tools.compose.dockerfiles import dockerfile_of
from tools.compose.document import Mapping, Node, Scalar, Sequence
from tools.compose.interpolation import read_dotenv, read_text
from tools.compose.project import ProjectReader, compose_projects
from tools.compose.reading import read_stack
from tools.compose.stack import Service, Setting, Stack
from tools.errors import UnreadableFile
from tools.sandbox.build.context import context_for
from tools.sandbox.stack.left_out import left_out_keys, left_out_of_networks, left_out_of_volumes
from tools.sandbox.stack.placing import Placing
from tools.sandbox.stack.plan import Await, Check, PlannedBuild, PlannedService, StackPlan, circle
from tools.sandbox.stack.quantities import seconds, size
from tools.sandbox.stack.variables import Variables, example_of, names
from tools.uploads.files import SourceFile, Upload

MAX_SERVICES, MAX_ENV = 12, 200
DEFAULT_NETWORK = "default"
_TRUE = frozenset({"true", "yes", "on"})
_RESERVED = ("BUILDKIT_", "DOCKER_")


def blueprint_of(upload: Upload) -> Stack | None:
    """The first stack of an upload that can be read and declares a service."""
    reader = ProjectReader(upload)
    for paths in compose_projects(upload):
        try:
            stack = read_stack(reader.read(paths), upload)
        except UnreadableFile:
            continue
        if stack.services:
            return stack
    return None


def plan_of(stack: Stack, upload: Upload, profiles: Collection[str] = ()) -> StackPlan:
    return _Planning(stack, upload, profiles).plan()


class _Planning:
    def __init__(self, stack: Stack, upload: Upload, profiles: Collection[str]) -> None:
        self._stack, self._upload, self._profiles = stack, upload, profiles
        self._variables = Variables.of(stack, upload)
        self._placing = Placing(stack, upload, self._variables)
        self._left_out: list[str] = []
        self._notes: list[str] = []
        self._secrets: list[str] = []

    def plan(self) -> StackPlan:
        chosen = list(self._chosen())
        services = tuple(self._service(service) for service in chosen[:MAX_SERVICES])
        self._left_out += [*left_out_of_networks(self._stack), *left_out_of_volumes(self._stack)]
        if any(service.ports for service in self._stack.services.values()):
            self._notes.append("No port is published here: I ask each over the stack's own network.")
        if self._secrets:
            secrets = f"secret {names(self._secrets)} has" if len(set(self._secrets)) == 1 else ""
            self._notes.append(f"The {secrets or f'secrets {names(self._secrets)} have'} made-up values.")
        told = (*self._notes, *([self._variables.said] if self._variables.said else []))
        refused = self._refused(chosen, services)
        return StackPlan(self._stack.path, services, tuple(dict.fromkeys(self._left_out)), told, refused)

    def _refused(self, chosen: list[Service], services: tuple[PlannedService, ...]) -> str:
        if len(chosen) > MAX_SERVICES:
            return f"The blueprint starts {len(chosen)} services; I start up to {MAX_SERVICES}."
        if not services:
            return "No service of the blueprint starts without a profile."
        found = circle(services)
        if found:
            return f"{' → '.join(f'`{name}`' for name in found)}: these wait for each other, so none can start."
        known = {service.name for service in services}
        missing = {needed.service for service in services for needed in service.awaits if needed.required} - known
        absent = sorted(missing)
        return f"{names(absent)} is waited for and is not started by this blueprint." if absent else ""

    def _chosen(self) -> Iterator[Service]:
        for service in self._stack.services.values():
            wanted = set(self._words(service.node.get("profiles")))
            if wanted and not wanted & set(self._profiles):
                self._left_out.append(f"`{service.name}` starts with the profile {names(sorted(wanted))} only")
            else:
                yield service

    def _service(self, service: Service) -> PlannedService:
        node = service.node
        self._left_out += left_out_keys(service)
        placed = self._placing.of(service)
        self._left_out += placed.left_out
        self._secrets += placed.made_up
        restart, _, most = self._text(node.get("restart")).partition(":")
        mode = self._text(node.get("network_mode"))
        if mode not in ("", "none", "bridge"):
            self._left_out.append(
                f"`network_mode: {mode[:40]}` of `{service.name}`: it has the stack's network instead"
            )
        if self._replicas(node) > 1:
            self._notes.append(f"`{service.name}` is started once, not {self._replicas(node)} times.")
        planned = PlannedService(
            name=service.name,
            line=service.place.line,
            image=self._variables.text(service.image) if service.image else "",
            build=self._build(service),
            command=self._argv(node, "command"),
            entrypoint=self._argv(node, "entrypoint"),
            environment=self._environment(service),
            user=self._text(node.get("user")),
            working_dir=self._text(node.get("working_dir")),
            check=self._check(node),
            awaits=tuple(Await(needed.name, needed.condition, needed.required) for needed in service.depends_on),
            volumes=tuple(placed.volumes),
            tmpfs=tuple(placed.tmpfs),
            files=tuple(placed.files),
            networks={} if mode == "none" else self._networks(service),
            has_network=mode != "none",
            ports=tuple(self._ports(service)),
            restart=restart if restart in ("always", "on-failure", "unless-stopped") else "no",
            restart_most=int(most) if most.isdigit() else 0,
            stop_signal=self._text(node.get("stop_signal")),
            stop_seconds=seconds(self._text(node.get("stop_grace_period"))) or 10.0,
            read_only=self._is_true(node.get("read_only")),
            init=self._is_true(node.get("init")),
        )
        return self._limited(planned, node)

    def _limited(self, planned: PlannedService, node: Mapping) -> PlannedService:
        limits = _at(node, "deploy", "resources", "limits")
        memory = self._text(node.get("mem_limit")) or self._text(_at(limits, "memory"))
        cpus = self._text(node.get("cpus")) or self._text(_at(limits, "cpus"))
        pids = self._text(node.get("pids_limit")) or self._text(_at(limits, "pids"))
        return replace(
            planned,
            memory=size(memory),
            cpus=float(cpus) if _is_number(cpus) and float(cpus) > 0 else None,
            pids=int(pids) if pids.isdigit() and int(pids) > 0 else None,
        )

    def _replicas(self, node: Mapping) -> int:
        count = self._text(node.get("scale")) or self._text(_at(node, "deploy", "replicas"))
        return int(count) if count.isdigit() else 1

    def _build(self, service: Service) -> PlannedBuild | None:
        build = service.build
        if build is None:
            return None
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(build.place.file), build.context))
        file = dockerfile_of(self._stack, service)
        if build.inline:
            file = SourceFile(
                posixpath.join("" if folder == "." else folder, "Dockerfile.inline"), build.inline.encode()
            )
        if file is None or "://" in build.context or (folder.startswith((".", "/")) and folder != "."):
            self._left_out.append(f"what `{service.name}` is built from was not sent along")
            return None
        args = tuple((setting.name, self._value(setting)) for setting in build.args if self._is_ours(service, setting))
        return PlannedBuild(context_for(self._upload, file, folder), build.target, args)

    def _is_ours(self, service: Service, setting: Setting) -> bool:
        if not setting.name.upper().startswith(_RESERVED) and not setting.name.lower().endswith("_proxy"):
            return True
        self._left_out.append(f"the build argument `{setting.name[:40]}` of `{service.name}` belongs to the builder")
        return False

    def _value(self, setting: Setting) -> str:
        if setting.value is None:
            return self._variables.passed_on(setting.name)
        return self._variables.text(setting.value)

    def _environment(self, service: Service) -> dict[str, str]:
        found: dict[str, str] = {}
        for path, required in self._env_files(service.node.get("env_file")):
            found |= self._of_file(service, path, required=required)
        found |= {setting.name: self._value(setting) for setting in service.environment}
        return dict(list(found.items())[:MAX_ENV])

    def _env_files(self, node: Node | None) -> Iterator[tuple[str, bool]]:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Mapping):
                yield self._text(item.get("path")), self._text(item.get("required")).lower() != "false"
            elif item is not None and self._text(item):
                yield self._text(item), True

    def _of_file(self, service: Service, named: str, *, required: bool) -> dict[str, str]:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(service.place.file), named))
        file = self._upload.find(path)
        if file is not None and file.is_readable:
            return {name: value for name, (value, _) in read_dotenv(file.text).items()}
        example = example_of(self._upload, path)
        if example is not None:
            self._notes.append(f"`{named}` was not sent: `{service.name}` gets the values of the example beside it.")
        elif required:
            self._notes.append(f"`{named}` was not sent, so `{service.name}` starts without what stands in it.")
        return example or {}

    def _check(self, node: Mapping) -> Check | None:
        check = node.get("healthcheck")
        if not isinstance(check, Mapping):
            return None
        written = check.get("test")
        test = tuple(self._words(written))
        if isinstance(written, Scalar):
            test = ("CMD-SHELL", *test)
        retries = self._text(check.get("retries"))
        return Check(
            test=test,
            is_off=self._is_true(check.get("disable")) or test[:1] == ("NONE",),
            interval=seconds(self._text(check.get("interval"))),
            timeout=seconds(self._text(check.get("timeout"))),
            start_period=seconds(self._text(check.get("start_period"))),
            retries=int(retries) if retries.isdigit() else None,
        )

    def _networks(self, service: Service) -> dict[str, tuple[str, ...]]:
        node = service.node.get("networks")
        beside = tuple(sorted(service.aliases))
        if isinstance(node, Mapping) and node.entries:
            return {name: (*self._words(_at(entry.value, "aliases")), *beside) for name, entry in node.entries.items()}
        listed = tuple(self._words(node))
        return dict.fromkeys(listed or (DEFAULT_NETWORK,), beside)

    def _ports(self, service: Service) -> Iterator[str]:
        """Those of the container, published ones first; a range is too much to ask."""
        targets = [port.target for port in service.ports]
        for target in dict.fromkeys((*targets, *self._words(service.node.get("expose")))):
            number, _, protocol = target.partition("/")
            if number.isdigit():
                yield f"{number}/{protocol or 'tcp'}"

    def _argv(self, node: Mapping, key: str) -> tuple[str, ...] | None:
        """A text is split as Compose splits it; an empty one takes away what the image has."""
        entry = node.entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null and entry.value.plain):
            return None
        if isinstance(entry.value, Sequence):
            return tuple(self._words(entry.value))
        try:
            return tuple(shlex.split(self._text(entry.value)))
        except ValueError:
            self._left_out.append(f"`{key}` has a quote that is not closed")
            return None

    def _text(self, node: Node | None) -> str:
        return self._variables.resolved(read_text(node.value)) if isinstance(node, Scalar) and not node.is_null else ""

    def _words(self, node: Node | None) -> Iterator[str]:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar) and not item.is_null:
                yield self._text(item)

    def _is_true(self, node: Node | None) -> bool:
        return self._text(node).lower() in _TRUE


def _at(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
