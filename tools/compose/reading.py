"""From a project's nodes to a Stack: every short and long syntax becomes one form."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingType

from tools.compose.document import Mapping, Node, Place, Scalar, Sequence
from tools.compose.interpolation import read_text
from tools.compose.merging import as_names, as_pairs, split_mount
from tools.compose.project import Project
from tools.compose.stack import (
    Build,
    Dependency,
    Healthcheck,
    Mount,
    MountKind,
    Port,
    Problem,
    ProblemKind,
    Service,
    Setting,
    Stack,
    Value,
)
from tools.dockerfile.bake import named_contexts
from tools.errors import UnreadableFile
from tools.uploads.files import Upload

MAX_SERVICES = 200
MAX_VALUE = 10_000  # characters of one setting that are read

_TRUE = frozenset({"true", "yes", "on"})
_COMMANDS = ("entrypoint", "command")


def read_stack(project: Project, upload: Upload) -> Stack:
    services = project.root.get("services")
    if isinstance(services, Mapping) and len(services.entries) > MAX_SERVICES:
        raise UnreadableFile(
            f"{project.path} declares {len(services.entries)} services; I read up to {MAX_SERVICES}. "
            "Send the stack that a person starts on one machine."
        )
    reader = _StackReader(project)
    return Stack(
        path=project.path,
        root=project.root,
        services=reader.services(services),
        volumes=reader.section("volumes"),
        networks=reader.section("networks"),
        env=project.env,
        upload=upload,
        problems=(*project.problems, *reader.problems),
        files=frozenset(project.files),
    )


class _StackReader:
    def __init__(self, project: Project) -> None:
        self._root = project.root
        self._env: MappingType[str, str] = project.env
        self.problems: list[Problem] = []

    def section(self, name: str) -> dict[str, Mapping | None]:
        node = self._root.get(name)
        if not isinstance(node, Mapping):
            return {}
        return {key: entry.value if isinstance(entry.value, Mapping) else None for key, entry in node.entries.items()}

    def services(self, node: Node | None) -> dict[str, Service]:
        if node is None or (isinstance(node, Scalar) and node.is_null):
            self._shape(self._root.place, "`services:` is empty")
            return {}
        if not isinstance(node, Mapping):
            self._shape(node.place, "`services:` must hold names, each with its settings beneath it")
            return {}
        return {
            name: service
            for name, entry in node.entries.items()
            if (service := self._service(name, entry.place, entry.value)) is not None
        }

    def _shape(self, place: Place, detail: str, service: str = "") -> None:
        self.problems.append(Problem(ProblemKind.SHAPE, place, detail, service))

    def _service(self, name: str, place: Place, node: Node) -> Service | None:
        if not isinstance(node, Mapping):
            self._shape(place, f"the service `{name}` has no settings beneath it", name)
            return None
        image = node.get("image")
        return Service(
            name=name,
            place=place,
            node=node,
            image=self.value(image) if isinstance(image, Scalar) and not image.is_null else None,
            build=self._build(node),
            environment=(*self.settings(node.get("environment")), *self._settings_of_hooks(node)),
            command=tuple(value for key in _COMMANDS for value in self._words(node.get(key))),
            depends_on=tuple(self._ordered(node)),
            links=dict(self._links(node.get("links"))),
            healthcheck=self._healthcheck(node),
            hooks=tuple(self._hooks(node)),
            ports=tuple(self._ports(node.get("ports"))),
            mounts=tuple(self._mounts(node)),
            labels=self.settings(node.get("labels")),
            aliases=frozenset(self._aliases(node)),
        )

    def value(self, scalar: Scalar) -> Value:
        text = read_text(scalar.value[:MAX_VALUE])
        return Value(scalar.place, text, text.resolved(self._env))

    def _text(self, node: Node | None) -> str:
        return self.value(node).text if isinstance(node, Scalar) and not node.is_null else ""

    def _words(self, node: Node | None) -> Iterator[Value]:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar) and not item.is_null:
                yield self.value(item)

    def settings(self, node: Node | None) -> tuple[Setting, ...]:
        pairs = as_pairs(node) if node is not None else None
        if not isinstance(pairs, Mapping):
            return ()
        return tuple(
            Setting(
                name,
                self.value(entry.value) if isinstance(entry.value, Scalar) and not entry.value.is_null else None,
                entry.place,
            )
            for name, entry in pairs.entries.items()
        )

    def _build(self, node: Mapping) -> Build | None:
        entry = node.entries.get("build")
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
            return None
        written = entry.value
        if not isinstance(written, Mapping):
            return Build(entry.place, self._text(written) or ".", "Dockerfile", "", "", ())
        inline = written.get("dockerfile_inline")
        named = as_pairs(written.get("additional_contexts") or Scalar(entry.place, ""))
        return Build(
            place=entry.place,
            context=self._text(written.get("context")) or ".",
            dockerfile=self._text(written.get("dockerfile")) or "Dockerfile",
            target=self._text(written.get("target")),
            inline=inline.value if isinstance(inline, Scalar) else "",
            args=self.settings(written.get("args")),
            contexts=named_contexts({name: self._text(entry.value) for name, entry in named.entries.items()})
            if isinstance(named, Mapping)
            else (),
            inline_line=_text_line(inline) if isinstance(inline, Scalar) else 0,
        )

    def _ordered(self, node: Mapping) -> Iterator[Dependency]:
        """`depends_on`, and what Compose orders in the same way without waiting: links and shared namespaces."""
        declared = list(self._dependencies(node.get("depends_on")))
        names = {dependency.name for dependency in declared}
        yield from declared
        for name, place in self._implied(node):
            if name not in names:
                names.add(name)
                yield Dependency(name, "service_started", required=True, place=place)

    def _implied(self, node: Mapping) -> Iterator[tuple[str, Place]]:
        links = node.get("links")
        for item in links.items if isinstance(links, Sequence) else ():
            if isinstance(item, Scalar):
                yield item.value.partition(":")[0], item.place
        for key in ("network_mode", "ipc", "pid"):
            shared = node.get(key)
            if isinstance(shared, Scalar) and shared.value.startswith("service:"):
                yield shared.value.partition(":")[2], shared.place
        sources = node.get("volumes_from")
        for item in sources.items if isinstance(sources, Sequence) else ():
            if isinstance(item, Scalar) and not item.value.startswith("container:"):
                yield item.value.partition(":")[0], item.place

    def _links(self, node: Node | None) -> Iterator[tuple[str, str]]:
        """Alias -> service."""
        for item in node.items if isinstance(node, Sequence) else ():
            name, colon, alias = item.value.partition(":") if isinstance(item, Scalar) else ("", "", "")
            if colon:
                yield alias, name

    def _dependencies(self, node: Node | None) -> Iterator[Dependency]:
        names = as_names(node) if node is not None else None
        for name, entry in names.entries.items() if isinstance(names, Mapping) else ():
            details = entry.value if isinstance(entry.value, Mapping) else None
            condition = self._text(details.get("condition")) if details else ""
            required = self._text(details.get("required")).lower() != "false" if details else True
            yield Dependency(name, condition or "service_started", required, entry.place)

    def _hook_entries(self, node: Mapping) -> Iterator[Mapping]:
        for key in ("post_start", "pre_stop"):
            hooks = node.get(key)
            yield from (
                hook for hook in (hooks.items if isinstance(hooks, Sequence) else ()) if isinstance(hook, Mapping)
            )

    def _hooks(self, node: Mapping) -> Iterator[tuple[Value, ...]]:
        for hook in self._hook_entries(node):
            yield tuple(self._words(hook.get("command")))

    def _settings_of_hooks(self, node: Mapping) -> Iterator[Setting]:
        for hook in self._hook_entries(node):
            yield from self.settings(hook.get("environment"))

    def _healthcheck(self, node: Mapping) -> Healthcheck | None:
        entry = node.entries.get("healthcheck")
        if entry is None or not isinstance(entry.value, Mapping):
            return None
        test = tuple(self._words(entry.value.get("test")))
        disabled = self._text(entry.value.get("disable")).lower() in _TRUE
        return Healthcheck(entry.place, disabled or (bool(test) and test[0].text.upper() == "NONE"), test)

    def _ports(self, node: Node | None) -> Iterator[Port]:
        for item in node.items if isinstance(node, Sequence) else ():
            if isinstance(item, Mapping):
                yield Port(
                    item.place,
                    self._text(item.get("host_ip")),
                    self._text(item.get("published")),
                    self._text(item.get("target")),
                )
            elif isinstance(item, Scalar) and not item.is_null:
                yield _short_port(self.value(item))

    def _mounts(self, node: Mapping) -> Iterator[Mount]:
        volumes = node.get("volumes")
        for item in volumes.items if isinstance(volumes, Sequence) else ():
            if isinstance(item, Mapping):
                yield self._long_mount(item)
            elif isinstance(item, Scalar) and not item.is_null:
                value = self.value(item)
                unknown = value.source.unset(self._env)
                yield _short_mount(item.place, value.written if unknown else value.text)
        tmpfs = node.get("tmpfs")
        for value in self._words(tmpfs):
            yield Mount(value.place, MountKind.TMPFS, "", value.text.partition(":")[0], read_only=False)

    def _long_mount(self, item: Mapping) -> Mount:
        source, target = self._text(item.get("source")), self._text(item.get("target"))
        named = self._text(item.get("type"))
        if named == "volume":
            kind = MountKind.VOLUME if source else MountKind.ANONYMOUS
        else:
            kind = MountKind(named) if named in {"bind", "tmpfs"} else MountKind.OTHER
        return Mount(item.place, kind, source, target, self._text(item.get("read_only")).lower() in _TRUE)

    def _aliases(self, node: Mapping) -> Iterator[str]:
        for key in ("container_name", "hostname"):
            if name := self._text(node.get(key)):
                yield name
        networks = node.get("networks")
        for entry in networks if isinstance(networks, Mapping) else ():
            aliases = entry.value.get("aliases") if isinstance(entry.value, Mapping) else None
            yield from (value.text for value in self._words(aliases))


def _text_line(scalar: Scalar) -> int:
    """Where a text begins: below its `|`, where it has one."""
    is_block = scalar.place.end_line > scalar.place.line
    return scalar.place.line + is_block


def _short_port(value: Value) -> Port:
    """`[[host ip:]host port:]container port[/protocol]`."""
    ports = value.text.partition("/")[0]
    head, _, target = ports.rpartition(":")
    ip, published = "", head
    if "." in head or head.startswith("[") or head.count(":"):
        ip, _, published = head.rpartition(":")
        if not ip and not head.startswith(":"):
            ip, published = head, ""
    return Port(value.place, ip, published, target)


def _short_mount(place: Place, text: str) -> Mount:
    source, target, mode = split_mount(text)
    if not source:
        return Mount(place, MountKind.ANONYMOUS, "", target, read_only=False)
    is_path = source.startswith((".", "/", "~", "\\", "$")) or source[1:2] == ":"
    kind = MountKind.BIND if is_path else MountKind.VOLUME
    return Mount(place, kind, source, target, "ro" in mode.split(","))
