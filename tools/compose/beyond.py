"""What reaches out of the stack or beyond one machine: files, builds, networks and sizes. Advice, but for a circle."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from tools.compose.document import Mapping, Node, Place, Scalar, Sequence
from tools.compose.interpolation import read_text
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Service, Stack
from tools.findings import Severity, Verdict

_BUILD = "https://docs.docker.com/reference/compose-file/build/"
_SERVICES = "https://docs.docker.com/reference/compose-file/services/"

MAX_REPLICAS, MAX_PORTS, MAX_GIGABYTES = 50, 100, 64
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_GIGABYTES = {"": 1 / 2**30, "k": 1 / 2**20, "m": 1 / 2**10, "g": 1.0, "t": 2.0**10}
_SURPRISE = re.compile(r"(?:y|n|yes|no|on|off)|0[0-7]+|\d+(?::[0-5]?\d)+", re.IGNORECASE)
# Key of `build` -> what it gives to the build, or takes from outside.
_BUILD_KEYS = {
    "additional_contexts": "takes in other folders or images",
    "ssh": "hands over the keys of whoever builds",
    "privileged": "builds with every privilege of the host",
    "entitlements": "asks for privileges of the builder",
    "cache_from": "starts from a cache that others can write",
}


def _texts(node: Node | None, *keys: str) -> Iterator[tuple[str, Place]]:
    """Scalars of a value, a list, or a list of mappings by one of `keys`; variables by their defaults."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        found = (
            next((item.get(key) for key in keys if key in item.entries), None) if isinstance(item, Mapping) else item
        )
        if isinstance(found, Scalar) and not found.is_null:
            yield read_text(found.value).resolved({}), found.place


def _leaves(path: str, place: Place) -> bool:
    """Whether a path, beside the file that names it, is not in the project's folder."""
    if path.startswith(("/", "~", "$")):
        return True
    depth = place.file.count("/")
    climbed = posixpath.normpath(path).split("/")
    return climbed.count("..") > depth


def file_outside(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        for key in ("env_file", "label_file"):
            for path, place in _texts(service.node.get(key), "path"):
                if _leaves(path, place):
                    yield ComposeHit(place, {"what": f"`{key}` of `{service.name}`", "path": path})
    for section in ("secrets", "configs"):
        node = stack.root.get(section)
        for entry in node if isinstance(node, Mapping) else ():
            file = entry.value.get("file") if isinstance(entry.value, Mapping) else None
            for path, place in _texts(file):
                if _leaves(path, place):
                    yield ComposeHit(place, {"what": f"`{entry.key.value}` in `{section}`", "path": path})


def build_beyond(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        node, build = service.node.get("build"), service.build
        if build is None:
            continue
        if re.match(r"[a-z][a-z0-9+]*://|git@|github\.com/", build.context):
            yield ComposeHit(
                build.place, {"service": service.name, "what": f"is built from the address `{build.context}`"}
            )
        elif _leaves(posixpath.join(build.context, build.dockerfile), build.place) or _leaves(
            build.context, build.place
        ):
            yield ComposeHit(
                build.place, {"service": service.name, "what": "is built from a folder outside of the project"}
            )
        for entry in node if isinstance(node, Mapping) else ():
            if entry.key.value in _BUILD_KEYS and not _is_off(entry.value):
                what = f"{_BUILD_KEYS[entry.key.value]} (`{entry.key.value}`)"
                yield ComposeHit(entry.place, {"service": service.name, "what": what})
            elif entry.key.value == "network" and isinstance(entry.value, Scalar) and entry.value.value == "host":
                yield ComposeHit(entry.place, {"service": service.name, "what": "builds in the network of the host"})
        for setting in build.args:
            if setting.name == "BUILDKIT_SYNTAX":
                yield ComposeHit(
                    setting.place, {"service": service.name, "what": "lets another program read its Dockerfile"}
                )


def _is_off(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value.lower() in ("", "false", "no", "null", "~")


def shared_with_others(stack: Stack) -> Iterator[ComposeHit]:
    """Names that are not the stack's own: it starts only where somebody else has made them."""
    for section in ("networks", "volumes"):
        node = stack.root.get(section)
        for entry in node if isinstance(node, Mapping) else ():
            external = entry.value.get("external") if isinstance(entry.value, Mapping) else None
            if isinstance(external, Mapping) or (isinstance(external, Scalar) and not _is_off(external)):
                yield ComposeHit(entry.place, {"what": f"The {section[:-1]} `{entry.key.value}`"})
    for service in stack.services.values():
        for key in ("network_mode", "pid", "ipc"):
            for text, place in _texts(service.node.get(key)):
                if text.startswith("container:"):
                    yield ComposeHit(place, {"what": f"The container whose `{key}` `{service.name}` shares"})


def fixed_container_name(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        entry = service.node.entries.get("container_name")
        if entry is not None:
            yield ComposeHit(entry.place, {"service": service.name})


def logs_elsewhere(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        logging = service.node.get("logging")
        driver = logging.get("driver") if isinstance(logging, Mapping) else None
        for text, place in _texts(driver):
            if text not in ("json-file", "local", "none", "journald"):
                yield ComposeHit(place, {"service": service.name, "driver": text})


def too_large(stack: Stack) -> Iterator[ComposeHit]:
    for service in stack.services.values():
        deploy = service.node.get("deploy")
        replicas = deploy.get("replicas") if isinstance(deploy, Mapping) else None
        for node in (replicas, service.node.get("scale")):
            for text, place in _texts(node):
                if text.isdecimal() and (len(text) > 6 or int(text) > MAX_REPLICAS):
                    yield ComposeHit(place, {"service": service.name, "what": f"{text[:12]} containers"})
        for key in ("shm_size", "mem_limit"):
            for text, place in _texts(service.node.get(key)):
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
        for port in service.ports:
            first, _, last = port.published.partition("-")
            taken[port.published, port.host_ip] += 1
            if port.published and taken[port.published, port.host_ip] == 2:
                yield ComposeHit(
                    port.place, {"service": service.name, "what": f"{port.published}, which is taken already"}
                )
            elif first.isdecimal() and last.isdecimal() and int(last[:6]) - int(first[:6]) > MAX_PORTS:
                yield ComposeHit(
                    port.place, {"service": service.name, "what": f"{port.published}, more than anybody can watch"}
                )


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
        "compose-file-outside",
        "B2",
        Severity.WARNING,
        None,
        "{what} reads `{path}`, which is not part of the project.",
        "What happens on a machine where this file has other contents, or is not there?",
        file_outside,
        (_SERVICES,),
    ),
    ComposeRule(
        "compose-build-beyond",
        "B1",
        Severity.WARNING,
        None,
        "`{service}` {what}.",
        "Would a colleague who has only this upload get the same image?",
        build_beyond,
        (_BUILD,),
    ),
    ComposeRule(
        "compose-shared-with-others",
        "B1",
        Severity.INFO,
        None,
        "{what} is not made by this file; the stack starts only where it is there already.",
        "Who makes it on a new machine, and before which command?",
        shared_with_others,
        ("https://docs.docker.com/reference/compose-file/networks/#external",),
    ),
    ComposeRule(
        "compose-container-name",
        "B4",
        Severity.INFO,
        None,
        "The container of `{service}` has a fixed name, so there can be one on a machine, and one copy of it.",
        "What happens when a second checkout of this stack starts on the same machine?",
        fixed_container_name,
        (f"{_SERVICES}#container_name",),
    ),
    ComposeRule(
        "compose-logs-elsewhere",
        "B4",
        Severity.INFO,
        None,
        "The logs of `{service}` go through the driver `{driver}` to another place.",
        "Where does a person look on a machine that does not reach that place?",
        logs_elsewhere,
        (f"{_SERVICES}#logging",),
    ),
    ComposeRule(
        "compose-too-large",
        "B4",
        Severity.WARNING,
        None,
        "`{service}` asks for {what}, more than a local stack has.",
        "On which machine was this number right?",
        too_large,
        ("https://docs.docker.com/reference/compose-file/deploy/",),
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
    ),
)
