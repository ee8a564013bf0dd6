"""Advice: what a stack should not need, because it weakens the host or its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.compose.document import Mapping, Node, Scalar, Sequence
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Service, Stack
from tools.findings import Severity

_REFERENCE = "https://docs.docker.com/reference/compose-file/services/"
_SECURITY = "https://docs.docker.com/engine/security/"
# Key -> what it gives away; a service that sets it is not confined by Compose any more.
_ALWAYS_RISKY = {
    "cap_add": "adds kernel privileges",
    "devices": "reaches devices of the host",
    "device_cgroup_rules": "opens devices of the host",
    "sysctls": "changes kernel settings",
    "cgroup_parent": "leaves the limits of its project",
    "oom_kill_disable": "cannot be stopped when memory runs out",
    "credential_spec": "uses an account of the host",
    "volumes_from": "takes over every mount of another container",
    "external_links": "needs containers of another project",
    "group_add": "joins groups of the host",
    "storage_opt": "changes how the engine stores its files",
    "runtime": "runs under another runtime than the engine's own",
    "isolation": "is isolated in another way than the engine's own",
    "label_file": "takes labels from a file that Compose does not show",
    "models": "needs a model runner beside the engine",
    "links": "uses links, which networks have replaced",
    "provider": "runs a program on the host instead of a container",
    "post_start": "runs commands in the container after it has started",
    "pre_stop": "runs commands in the container before it stops",
}
_RISKY_VALUES = {
    "privileged": ({"true", "yes", "on"}, "has every privilege of the host"),
    "use_api_socket": ({"true", "yes", "on"}, "controls the Docker engine, and with it the host"),
    "pid": ({"host"}, "sees every process of the host"),
    "ipc": ({"host"}, "shares memory with the host"),
    "uts": ({"host"}, "shares the host's name"),
    "cgroup": ({"host"}, "shares the host's control groups"),
    "userns_mode": ({"host"}, "switches user namespaces off"),
    "user": ({"root", "0", "0:0", "root:root"}, "runs as root whatever its image says"),
}
_HOST_FOLDERS = re.compile(
    r"^/$|^/(?:etc|root|home|var|proc|sys|dev|boot|usr|run)(?:/|$)|^(?:~|\$\{?HOME\}?)(?:/|$)|/\.(?:ssh|aws|docker)\b"
)
_OPENS = re.compile(r"unconfined|no-new-privileges[:=]false|label[:=]disable")
_SOCKET = re.compile(r"(?:docker|containerd|podman)\.sock$|docker_engine$")


def risky_key(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for name, entry in service.node.entries.items():
            what = _ALWAYS_RISKY.get(name) if not _is_empty(entry.value) else None
            values, described = _RISKY_VALUES.get(name, (frozenset(), ""))
            if isinstance(entry.value, Scalar) and entry.value.value.strip().lower() in values:
                what = described
            if what is not None:
                yield ComposeHit(entry.place, {"service": service.name, "key": name, "what": what})
        yield from _unconfined(service)


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.is_null
    return not (node.items if isinstance(node, Sequence) else node.entries)


def _unconfined(service: Service) -> Iterator[ComposeHit]:
    options = service.node.get("security_opt")
    for item in options.items if isinstance(options, Sequence) else ():
        if isinstance(item, Scalar) and _OPENS.search(item.value):
            words = {"service": service.name, "key": "security_opt", "what": "switches a kernel filter off"}
            yield ComposeHit(item.place, words)


def engine_socket(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for mount in service.mounts:
            if _SOCKET.search(mount.source):
                yield ComposeHit(mount.place, {"service": service.name})


def host_folder(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for mount in service.mounts:
            outside = _HOST_FOLDERS.search(mount.source) or mount.source.startswith("../..") or _is_pipe(mount.source)
            if outside and not _SOCKET.search(mount.source):
                yield ComposeHit(mount.place, {"service": service.name, "folder": mount.source})


def _is_pipe(source: str) -> bool:
    return source.replace("/", "\\").startswith("\\\\.\\pipe")


def source_over_image(stack: Stack) -> Iterator[ComposeHit]:
    """The project's folder mounted over what the build put there: the image is not what runs."""
    for service in stack.services.values():
        for mount in service.mounts:
            if service.build and mount.source.rstrip("/") in {".", "./src", "./app", "..", service.build.context}:
                yield ComposeHit(mount.place, {"service": service.name, "target": mount.target})


def no_limits(stack: Stack) -> Iterator[ComposeHit]:
    running = (service for service in stack.services.values() if not service.is_provided)
    without = [service for service in running if not _has_memory_limit(service)]
    if without:
        names = ", ".join(f"`{service.name}`" for service in without[:5])
        more = f" and {len(without) - 5} more" if len(without) > 5 else ""
        yield ComposeHit(without[0].place, {"names": names + more})


def _has_memory_limit(service: Service) -> bool:
    if "mem_limit" in service.node.entries:
        return True
    node: Node | None = service.node
    for key in ("deploy", "resources", "limits", "memory"):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node is not None


RULES = (
    ComposeRule(
        "compose-risky-key",
        "B4",
        Severity.WARNING,
        None,
        "`{service}` {what} (`{key}`).",
        "What exactly does `{service}` do that fails without `{key}`?",
        risky_key,
        (_SECURITY, _REFERENCE),
        bad="services: {api: {build: ., mem_limit: 1g, privileged: true}}",
        good="services: {api: {build: ., mem_limit: 1g, privileged: false}}",
    ),
    ComposeRule(
        "compose-engine-socket",
        "B4",
        Severity.ERROR,
        None,
        "`{service}` holds the socket of the Docker engine, which is control over the whole host.",
        "What could someone do who breaks into `{service}`?",
        engine_socket,
        ("https://docs.docker.com/engine/security/#docker-daemon-attack-surface",),
        bad="services: {api: {build: ., mem_limit: 1g, volumes: ['/var/run/docker.sock:/var/run/docker.sock']}}",
        good="services: {api: {build: ., mem_limit: 1g}}",
    ),
    ComposeRule(
        "compose-host-folder",
        "B4",
        Severity.WARNING,
        None,
        "`{service}` mounts `{folder}` of the host, which differs from machine to machine.",
        "Which files does `{service}` need from there, and could they come with the project?",
        host_folder,
        ("https://docs.docker.com/engine/storage/bind-mounts/",),
        bad="services: {api: {build: ., mem_limit: 1g, volumes: ['/etc/ssl:/etc/ssl:ro']}}",
        good="services: {api: {build: ., mem_limit: 1g, volumes: ['./ssl:/etc/ssl:ro']}}",
    ),
    ComposeRule(
        "compose-source-over-image",
        "B4",
        Severity.INFO,
        None,
        "`{service}` runs the files of your folder instead of those that its build put into `{target}`.",
        "Is what you test here still the image that you would promote?",
        source_over_image,
        ("https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/",),
        bad="services: {api: {build: ., mem_limit: 1g, volumes: ['.:/app']}}",
        good="services: {api: {build: ., mem_limit: 1g}}",
    ),
    ComposeRule(
        "compose-no-limits",
        "B4",
        Severity.INFO,
        None,
        "No memory limit is set for {names}.",
        "Which service stops first when one of them needs more memory than the machine has?",
        no_limits,
        ("https://docs.docker.com/reference/compose-file/deploy/#resources",),
        bad="services: {api: {build: .}}",
        good="services: {api: {build: ., deploy: {resources: {limits: {memory: 1g}}}}}",
    ),
)
