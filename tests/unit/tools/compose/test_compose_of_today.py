"""What Compose has learnt lately: providers, models, optional services, contexts that are images, copies."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tools.findings import Inspection
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

APP = "services:\n  app:\n    image: acme/app:1.2\n    mem_limit: 1g\n"


def judge(stack: str, **beside: str) -> Inspection:
    files: Mapping[str, str] = {"compose.yaml": stack} | {
        name.replace("__", "."): text for name, text in beside.items()
    }
    return inspect(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))


def rules(found: Inspection) -> set[str]:
    return {finding.rule for finding in found.findings}


def test_compose_waits_for_a_provider_by_itself() -> None:
    found = judge(APP + "    depends_on: [database]\n  database: {provider: {type: cloud}}\n")
    assert found.criteria["B3"] == "met"
    assert not rules(found) & {"compose-no-healthcheck", "compose-no-limits", "compose-service-empty"}


def test_what_a_service_can_do_without_needs_no_check() -> None:
    tracing = "  tracing: {image: 'jaegertracing/jaeger:2.1.0', mem_limit: 1g, profiles: [seen]}\n"
    wait = "    depends_on: {{tracing: {{condition: service_started, required: {}}}}}\n"
    assert judge(APP + wait.format("false") + tracing).criteria["B3"] == "met"
    assert judge(APP + wait.format("true") + tracing).criteria["B3"] == "not met"


BUILT = "services:\n  app:\n    build: .\n    mem_limit: 1g\n"
CODE = "import os\nname = os.environ['{}']\n"


@pytest.mark.parametrize(
    ("models", "variable", "given"),
    [
        ("    models: [embedding-model]\n", "EMBEDDING_MODEL_URL", True),
        ("    models: [embedding-model]\n", "EMBEDDING_MODEL_MODEL", True),
        ("    models: {llm: {endpoint_var: AI_URL}}\n", "AI_URL", True),
        ("    models: {llm: {endpoint_var: AI_URL}}\n", "LLM_MODEL", True),
        ("    models: {llm: {endpoint_var: AI_URL}}\n", "LLM_URL", False),
        ("    depends_on: [database]\n  database: {provider: {type: cloud}}\n", "DATABASE_URL", True),
        ("    depends_on: [database]\n  database: {provider: {type: cloud}}\n", "QUEUE_URL", False),
    ],
)
def test_models_and_providers_set_variables(models: str, variable: str, given: bool) -> None:
    found = judge(BUILT + models, app__py=CODE.format(variable))
    assert ("compose-variable-not-given" not in rules(found)) is given


@pytest.mark.parametrize(
    ("model", "is_open"),
    [
        ("ai/smollm2", True),
        ("ai/qwen3:latest", True),
        ("ai/smollm2:360M-Q4_K_M", False),
        ("${MODEL:-ai/smollm2}", True),
    ],
)
def test_a_model_names_its_version(model: str, is_open: bool) -> None:
    found = judge(APP + f"models:\n  llm:\n    model: {model}\n")
    assert ("compose-model-moving" in rules(found)) is is_open


@pytest.mark.parametrize("copies", ["    scale: 3\n", "    deploy: {replicas: 3}\n"])
def test_copies_cannot_share_a_port_of_the_host(copies: str) -> None:
    assert "compose-port-twice" in rules(judge(APP + copies + "    ports: ['8080:80']\n"))
    assert "compose-port-twice" not in rules(judge(APP + copies + "    ports: ['8080-8082:80']\n"))
    assert "compose-port-twice" not in rules(judge(APP + copies + "    ports: ['80']\n"))


DOCKERFILE = 'FROM {}\nUSER 1\nCMD ["x"]\n'


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("docker-image://python:3.12-slim", "met"),
        ("docker-image://python", "not met"),
        ("service:other", "met"),
        ("../base", "met"),
    ],
)
@pytest.mark.parametrize("use", [DOCKERFILE.format("runtime"), DOCKERFILE.format("a:1\nCOPY --from=runtime /x /x")])
def test_a_context_that_is_an_image_is_judged_as_that_image(address: str, verdict: str, use: str) -> None:
    stack = f"services:\n  app:\n    build: {{context: ., additional_contexts: {{runtime: '{address}'}}}}\n"
    assert judge(stack, Dockerfile=use).criteria["D1"] == verdict
    bake = f'target "app" {{\n  contexts = {{ runtime = "{address}" }}\n}}\n'
    files = {"docker-bake.hcl": bake, "Dockerfile": use}
    found = inspect(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))
    assert found.criteria["D1"] == verdict


def test_a_full_image_as_a_context_is_as_heavy_as_below_from() -> None:
    stack = "services:\n  app:\n    build: {context: ., additional_contexts: {runtime: 'docker-image://python:3.12'}}\n"
    assert judge(stack, Dockerfile=DOCKERFILE.format("runtime")).criteria["D4"] == "not met"
