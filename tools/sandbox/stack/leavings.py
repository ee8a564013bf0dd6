"""What runs leave on an engine, found by their labels: cleared at their end, and after a crash before the next."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from docker.errors import DockerException

from tools.scratch import began

LABEL, OWNER = "tutor.stack", "tutor.stack.owner"


def this_process() -> str:
    """Its number and when it began: a number alone is given again."""
    return f"{os.getpid()}:{began(os.getpid())}"


def sweep(client: Any) -> int:
    """Clears what belongs to processes that are gone; returns how many runs that were."""
    labels = [dict(container.labels) for container in client.containers.list(all=True, filters={"label": LABEL})]
    labels += [(network.attrs.get("Labels") or {}) for network in client.networks.list(filters={"label": LABEL})]
    labels += [(volume.attrs.get("Labels") or {}) for volume in client.volumes.list(filters={"label": LABEL})]
    dead = {label[LABEL] for label in labels if not _lives(label.get(OWNER, ""))}
    for run in dead:
        clear(client, f"{LABEL}={run}")
    return len(dead)


def _lives(owner: str) -> bool:
    number, _, since = owner.partition(":")
    return number.isdigit() and str(began(int(number))) == since


def clear(client: Any, label: str) -> None:
    """Containers first: they hold the rest."""
    for container in client.containers.list(all=True, filters={"label": label}):
        with suppress(DockerException):
            container.remove(force=True, v=True)
    for found in (*client.networks.list(filters={"label": label}), *client.volumes.list(filters={"label": label})):
        with suppress(DockerException):
            found.remove()
