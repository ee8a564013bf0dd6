"""Which hosts a build would need, read from how this machine's own pip, npm and apt are set up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_SECONDS = 30
_PIP = (
    "from pip._internal.models.index import PyPI; print(PyPI.simple_url); print('https://' + PyPI.file_storage_domain)"
)


@dataclass(frozen=True)
class Suggestion:
    host: str  # as `tutor engine start --allow` takes it
    why: str


def suggest() -> list[Suggestion]:
    """Each host once, with every tool that names it."""
    why: dict[str, list[str]] = {}
    for tool, address in (*_pip(), *_npm(), *_apt()):
        host = host_of(address)
        if host and tool not in why.setdefault(host, []):
            why[host].append(tool)
    return [Suggestion(host, ", ".join(tools)) for host, tools in sorted(why.items())]


def host_of(address: str) -> str:
    """host, or host:port where the port is not the usual one; empty for what is no web address."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts.hostname if port in (None, 80, 443) else f"{parts.hostname}:{port}"


def _pip() -> Iterator[tuple[str, str]]:
    configured = False
    for line in _said(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] in ("index-url", "extra-index-url"):
            configured = configured or name.endswith(".index-url")
            yield from (("pip", word) for word in value.strip("'\"").split())
    if not configured:
        yield from (("pip", word) for word in _said(sys.executable, "-c", _PIP).split())


def _npm() -> Iterator[tuple[str, str]]:
    yield "npm", _said("npm", "config", "get", "registry")


def _apt() -> Iterator[tuple[str, str]]:
    """Indexes that were fetched, of sources that a base image would have too: the distribution's own."""
    for line in _said("apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN)", "Created-By: Packages").splitlines():
        address, _, origin = line.partition(" ")
        if origin in ("Debian", "Ubuntu"):
            yield "apt", address


def _said(*command: str) -> str:
    if not shutil.which(command[0]):
        return ""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
