"""Images, credentials, hosts and plans: the small judgements that the rules stand on."""

from __future__ import annotations

import pytest

from tools.compose.document import Place
from tools.compose.named_services import services_in_plans
from tools.compose.references import references_in
from tools.credentials import credentials_in_command, is_credential
from tools.dockerfile.image_names import parse_reference
from tools.uploads.files import SourceFile, Upload

HERE = Place("compose.yaml", 1, 1)


@pytest.mark.parametrize(
    "image",
    [
        "redis:7",
        "redis:7-alpine",
        "pgvector/pgvector:pg16",
        "python:3.12-slim-bookworm",
        "minio/minio:RELEASE.2024-10-13T13-34-11Z",
        "localhost:5000/team/app:1.2",
        "debian:bookworm-20241016",
        "nginx:stable@sha256:" + "0" * 64,
        "acme/api:sha-1a2b3c4",
        "acme/api:main-1a2b3c4",
        "ghcr.io/huggingface/text-embeddings-inference:cpu-1.5",
        "ubuntu:24.04",
        "acme/api:v2",
        "nvcr.io/nvidia/tritonserver:24.05-py3",
    ],
)
def test_an_image_with_a_version_is_pinned(image: str) -> None:
    assert parse_reference(image).defect == ""


@pytest.mark.parametrize(
    ("image", "defect"),
    [
        ("redis", "untagged"),
        ("localhost:5000/team/app", "untagged"),
        ("redis:latest", "moving"),
        ("timescale/timescaledb:latest-pg16", "moving"),
        ("node:lts-alpine", "moving"),
        ("acme/api:main", "moving"),
        ("nginx:stable-alpine3.20", "moving"),
        ("redis:alpine", "versionless"),
        ("nginx:alpine3.20", "versionless"),
        ("debian:bookworm-slim", "versionless"),
        ("gcr.io/distroless/python3-debian12:nonroot", "versionless"),
        ("ghcr.io/ggml-org/llama.cpp:server-cuda12", "versionless"),
        ("acme/api:", "untagged"),
    ],
)
def test_an_image_without_a_version_is_not(image: str, defect: str) -> None:
    assert parse_reference(image).defect == defect


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_PASSWORD", "postgres"),
        ("RABBITMQ_DEFAULT_PASS", "guest"),
        ("DJANGO_SECRET_KEY", "insecure"),
        ("NEO4J_AUTH", "neo4j/letmein"),
        ("LITELLM_MASTER_KEY", "sk-1234"),
        ("DB_URL", "postgres://u:p@db/x"),
        ("REDIS_URL", "redis://:pw@cache:6379"),
        ("ANYTHING", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("MY_KEY", "aB3dE5gH7jK9mN1pQ3sT"),
        ("SALT", "pepper"),
        ("dbPassword", "x1y2"),
        ("AZURE", "AccountName=a;AccountKey=abc123==;"),
    ],
)
def test_a_literal_credential_is_known_by_name_and_value(name: str, value: str) -> None:
    assert is_credential(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_PASSWORD", ""),
        ("POSTGRES_PASSWORD", "${POSTGRES_PASSWORD}"),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("ALLOW_EMPTY_PASSWORD", "yes"),
        ("AUTH_ENABLED", "true"),
        ("NEO4J_AUTH", "none"),
        ("MAX_TOKENS", "4096"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("OPENAI_API_KEY", "EMPTY"),
        ("OPENAI_API_KEY", "not-needed"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "gcp.json"),
        ("DATABASE_URL", "postgresql://app:${DB_PASSWORD}@db/app"),
        ("CACHE_KEY", "answers"),
        ("PUBLIC_KEY", "pk-1234567890abcdef"),
        ("AUTH_URL", "https://login.example.org"),
        ("POSTGRES_USER", "postgres"),
        ("PWD", "/app"),
    ],
)
def test_a_reference_a_switch_or_a_number_is_none(name: str, value: str) -> None:
    assert not is_credential(name, value)


@pytest.mark.parametrize(
    "line",
    [
        "redis-server --requirepass hunter2",
        "serve --api-key=abc123",
        "redis-cli -a secret ping",
        "mysqladmin ping -psecret",
        "sh -c 'PGPASSWORD=secret psql'",
        "worker --broker amqp://guest:guest@mq//",
    ],
)
def test_a_credential_in_a_command_is_found(line: str) -> None:
    assert list(credentials_in_command(line))


@pytest.mark.parametrize(
    "line",
    [
        "celery -A app.jobs worker -P solo",
        'redis-cli -a "$REDIS_PASSWORD" ping',
        "serve --api-key ${API_KEY}",
        "serve --api-key EMPTY --token-limit 500",
        "mysqladmin ping -p$MYSQL_ROOT_PASSWORD",
        "serve --password-file /run/secrets/x",
        "mysqld --port 3306",
    ],
)
def test_a_command_without_a_credential_is_left_alone(line: str) -> None:
    assert not list(credentials_in_command(line))


@pytest.mark.parametrize(
    ("name", "value", "hosts"),
    [
        ("DATABASE_URL", "postgresql+asyncpg://u:p@db:5432/x", ["db"]),
        ("QDRANT_HOST", "qdrant", ["qdrant"]),
        ("BROKERS", "kafka-1:9092,kafka-2:9092", ["kafka-1", "kafka-2"]),
        ("OPENAI_BASE_URL", "https://api.openai.com/v1", []),
        ("HOST", "app", []),
        ("REV_SERVER", "true", []),
        ("ALLOWED_HOSTS", "web", []),
        ("CORS_ORIGIN", "http://web:3000", []),
        ("MODEL", "small:7b", []),
        ("", "wait-for http://api:8000/healthz", ["api"]),
        ("DB_HOST", "db.example.org", []),
    ],
)
def test_hosts_of_one_label_are_services(name: str, value: str, hosts: list[str]) -> None:
    assert [reference.host for reference in references_in(name, value, HERE)] == hosts


def named(plan: str) -> list[tuple[str, int]]:
    upload = Upload.of([SourceFile("plan.md", plan.encode())])
    return [(service.family, service.place.line) for service in services_in_plans(upload)]


@pytest.mark.parametrize(
    ("plan", "services"),
    [
        ("# Plan\n\nJobs go through a Redis queue.\n", [("Redis", 3)]),
        ("State lives in PostgreSQL 16;\nvectors are stored in Qdrant.\n", [("PostgreSQL", 1), ("Qdrant", 2)]),
        ("## Stack\n- API\n- Weaviate\n", [("Weaviate", 3)]),
        ("A Celery worker embeds the documents.", [("worker", 1)]),
        ("| Service | Image |\n|---|---|\n| broker | rabbitmq:3.13 |\n| queue | RabbitMQ 3.13 |\n", [("RabbitMQ", 3)]),
    ],
)
def test_a_plan_names_the_services_of_its_system(plan: str, services: list[tuple[str, int]]) -> None:
    assert named(plan) == services


@pytest.mark.parametrize(
    "plan",
    [
        "We do not use Kafka.",
        "We considered Qdrant as our vector store.",
        "PostgreSQL is a managed service (RDS).",
        "A Redis cache could be added later.",
        "## Alternatives considered\n- Weaviate as a vector store\n",
        "Unlike our former system, which ran on MongoDB, nothing is stored.",
        "```\nredis-server stores data\n```\n",
        "The vector store is Chroma, embedded in the API's process.",
        "Should we use RabbitMQ as our queue?",
        "The Redis client library is pinned to 5.0.8.",
    ],
)
def test_a_plan_that_does_not_use_a_service_names_none(plan: str) -> None:
    assert named(plan) == []
