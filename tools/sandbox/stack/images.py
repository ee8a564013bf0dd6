"""Which image each service is started from: built, loaded, fetched, or another release that stands in for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from docker.errors import DockerException

from tools.sandbox.engine.port import Engine
from tools.sandbox.stack.plan import PlannedService, StackPlan


def images_at_hand(
    client: Any, engine: Engine, plan: StackPlan, tags: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """By service; then images that cannot be had, and sentences about those that stand in. `tags` are of builds."""
    found: dict[str, str] = {}
    missing: list[str] = []
    notes: list[str] = []
    for service in plan.services:
        if service.build is not None:
            found[service.name] = tags[service.build.key]
            continue
        image = _image(client, engine, service)
        if image:
            found[service.name] = image
        else:
            missing.append(service.image or f"of {service.name}")
        if image and not _is_same(image, service.image):
            notes.append(f"`{service.image}` is not here: `{image}` stands in for it.")
    return found, tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(notes))


def _image(client: Any, engine: Engine, service: PlannedService) -> str:
    if not service.image:
        return ""
    if not engine.isolated:
        return service.image if _is_there(client, service.image) else ""
    if engine.allows(service.image):
        return engine.named(service.image)
    return stand_in(service.image, engine.offered())


def _is_there(client: Any, image: str) -> bool:
    """On a person's own engine it is fetched, as their own `docker` would."""
    with suppress(DockerException):
        client.images.get(image)
        return True
    with suppress(DockerException):
        client.images.pull(image, tag=None if ":" in image.rpartition("/")[2] or "@" in image else "latest")
        return True
    return False


def stand_in(image: str, offered: Iterable[str]) -> str:
    """Another release of the same repository, the newest there is; empty where there is none."""
    repository = _repository(image)
    return max((name for name in offered if _repository(name) == repository), default="")


def _repository(image: str) -> str:
    plain = image.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    head, _, last = plain.rpartition("/")
    return f"{head}/{last.partition(':')[0]}" if head else last.partition(":")[0]


def _is_same(image: str, asked: str) -> bool:
    plain = asked.removeprefix("docker.io/").removeprefix("library/")
    return image.removesuffix(":latest") == plain.removesuffix(":latest")
