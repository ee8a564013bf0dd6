"""B1: every service is pulled by a pinned image, or built."""

from __future__ import annotations

from collections.abc import Iterator

from tools.compose.document import Mapping, Scalar
from tools.compose.interpolation import read_text
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import Service, Stack
from tools.dockerfile.image_names import parse_reference
from tools.findings import Severity, Verdict

_IMAGES = "https://docs.docker.com/reference/compose-file/services/#image"
_SERVICES = "https://docs.docker.com/reference/compose-file/services/"


def _pulled(stack: Stack) -> Iterator[tuple[Service, str, str]]:
    """Each service that is pulled, with its reference and the defect of it; what a neighbour builds is not pulled."""
    built = {service.image.text for service in stack.services.values() if service.build and service.image}
    for service in stack.services.values():
        if service.image and not service.build and service.image.text not in built:
            yield service, service.image.written, parse_reference(service.image.text).defect


def _unpinned(stack: Stack, defects: frozenset[str]) -> Iterator[ComposeHit]:
    for service, written, defect in _pulled(stack):
        if defect in defects and service.image is not None and not service.image.source.unset(stack.env):
            yield ComposeHit(service.image.place, {"service": service.name, "image": written})


def untagged_image(stack: Stack) -> Iterator[ComposeHit]:
    return _unpinned(stack, frozenset({"untagged"}))


def moving_image(stack: Stack) -> Iterator[ComposeHit]:
    return _unpinned(stack, frozenset({"moving", "versionless"}))


def version_from_environment(stack: Stack) -> Iterator[ComposeHit]:
    for service, written, defect in _pulled(stack):
        if defect and service.image is not None:
            names = service.image.source.unset(stack.env)
            if names:
                yield ComposeHit(service.image.place, {"service": service.name, "image": written, "variable": names[0]})


def moving_model(stack: Stack) -> Iterator[ComposeHit]:
    """A model is an artefact with a tag, as an image is; what its name leaves open the registry decides."""
    models = stack.root.get("models")
    for entry in models if isinstance(models, Mapping) else ():
        named = entry.value.get("model") if isinstance(entry.value, Mapping) else None
        if isinstance(named, Scalar):
            text = read_text(named.value).resolved(stack.env)
            if text and parse_reference(text).defect in ("untagged", "moving"):
                yield ComposeHit(named.place, {"name": entry.key.value, "model": text})


def neither_image_nor_build(stack: Stack) -> Iterator[ComposeHit]:
    elsewhere = {problem.service for problem in stack.problems}
    for service in stack.services.values():
        declared = service.image or service.build or service.is_provided
        if not declared and service.name not in elsewhere:
            yield ComposeHit(service.place, {"service": service.name})


RULES = (
    ComposeRule(
        "compose-image-untagged",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` pulls `{image}` without a tag, which means whatever is newest on the day of the pull.",
        "If a colleague starts this stack next month, how would they get the same `{service}` as you have today?",
        untagged_image,
        (_IMAGES,),
        bad="services: {web: {image: nginx, ports: ['80:80'], mem_limit: 64m}}",
        good="services: {web: {image: 'nginx:1.27.2', ports: ['80:80'], mem_limit: 64m}}",
    ),
    ComposeRule(
        "compose-image-moving",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` pulls `{image}`: that tag names no version, so it will point to something else one day.",
        "Which version of this image did you test with, and where in this line does a reader see it?",
        moving_image,
        (_IMAGES,),
        bad="services: {web: {image: 'nginx:stable', ports: ['80:80'], mem_limit: 64m}}",
        good="services: {web: {image: 'nginx:stable@sha256:0a399eb16751829e1af26fea27b20c3ec28d7ab1fb72182879dcae1cca21206a', mem_limit: 64m}}",
    ),
    ComposeRule(
        "compose-image-version-unset",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "The version of `{service}` comes from `{variable}`, and neither a default nor an uploaded `.env` gives it.",
        "What is pulled on a machine where nobody has set `{variable}`?",
        version_from_environment,
        (_IMAGES, "https://docs.docker.com/reference/compose-file/interpolation/"),
        bad={"compose.yaml": "services: {api: {image: 'acme/api:${TAG}', mem_limit: 1g}}", ".env.example": "TAG=\n"},
        good={"compose.yaml": "services: {api: {image: 'acme/api:${TAG}', mem_limit: 1g}}", ".env": "TAG=1.4.2\n"},
    ),
    ComposeRule(
        "compose-model-moving",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "The model `{name}` is `{model}`, which names no version: the next pull may bring other weights.",
        "With which size and which release of this model did you try your prompts?",
        moving_model,
        ("https://docs.docker.com/ai/compose/models-and-compose/",),
        bad="services: {api: {build: ., mem_limit: 1g}}\nmodels: {llm: {model: ai/smollm2}}",
        good="services: {api: {build: ., mem_limit: 1g}}\nmodels: {llm: {model: 'ai/smollm2:360M-Q4_K_M'}}",
    ),
    ComposeRule(
        "compose-service-empty",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "`{service}` has neither an image nor a build, so there is nothing to start.",
        "Where should the program of `{service}` come from: an image that exists, or a folder that you build?",
        neither_image_nor_build,
        (_SERVICES,),
        bad="services: {api: {command: serve, mem_limit: 1g}}",
        good="services: {api: {command: serve, build: ., mem_limit: 1g}}",
    ),
)
