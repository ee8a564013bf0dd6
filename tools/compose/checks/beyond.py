"""What reaches out of the stack or beyond one machine: files, builds, networks, logs. Advice."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.compose.document import Mapping, Node, Place, Scalar
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.scalars import texts_of
from tools.compose.stack import Stack
from tools.findings import Severity

_BUILD = "https://docs.docker.com/reference/compose-file/build/"
_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
# Key of `build` -> what it gives to the build, or takes from outside.
_BUILD_KEYS = {
    "additional_contexts": "takes in other folders or images",
    "ssh": "hands over the keys of whoever builds",
    "privileged": "builds with every privilege of the host",
    "entitlements": "asks for privileges of the builder",
    "cache_from": "starts from a cache that others can write",
}


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
            for path, place in texts_of(service.node.get(key), "path"):
                if _leaves(path, place):
                    yield ComposeHit(place, {"what": f"`{key}` of `{service.name}`", "path": path})
    for section in ("secrets", "configs"):
        node = stack.root.get(section)
        for entry in node if isinstance(node, Mapping) else ():
            file = entry.value.get("file") if isinstance(entry.value, Mapping) else None
            for path, place in texts_of(file):
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
            for text, place in texts_of(service.node.get(key)):
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
        for text, place in texts_of(driver):
            if text not in ("json-file", "local", "none", "journald"):
                yield ComposeHit(place, {"service": service.name, "driver": text})


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
        bad={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, env_file: ../shared/.env}}",
            "shared.env": "LOG_LEVEL=info\n",
        },
        good={
            "compose.yaml": "services: {api: {build: ., mem_limit: 1g, env_file: ./api.env}}",
            "api.env": "LOG_LEVEL=info\n",
        },
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
        bad="services: {api: {build: {context: ., additional_contexts: {docs: ../docs}}, mem_limit: 1g}}",
        good="services: {api: {build: {context: .}, mem_limit: 1g}}",
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
        bad="services: {api: {build: ., mem_limit: 1g, networks: [front]}}\nnetworks: {front: {external: true}}",
        good="services: {api: {build: ., mem_limit: 1g, networks: [front]}}\nnetworks: {front: {external: false}}",
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
        bad="services: {api: {build: ., mem_limit: 1g, container_name: api}}",
        good="services: {api: {build: ., mem_limit: 1g}}",
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
        bad="services: {api: {build: ., mem_limit: 1g, logging: {driver: gelf, options: {gelf-address: 'udp://198.51.100.7:12201'}}}}",
        good="services: {api: {build: ., mem_limit: 1g, logging: {driver: local}}}",
    ),
)
