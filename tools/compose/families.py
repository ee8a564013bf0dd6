"""What well-known services are: how their images are called, where they keep state, which ports are theirs.

A family is recognised by its image, or, where an image is built here, by its Dockerfile's base or its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.compose.dockerfiles import final_base
from tools.compose.stack import Service, Stack
from tools.dockerfile.image_names import parse_reference


@dataclass(frozen=True)
class Family:
    """`mention` finds the family in prose; `ports` are those that only other services need."""

    name: str
    images: str
    mention: str
    names: frozenset[str] = frozenset()
    data: tuple[str, ...] = ()
    ports: frozenset[str] = frozenset()
    kept: bool = True  # whether what it holds is lost for good without a volume

    def has_image(self, repository: str) -> bool:
        return re.search(rf"(?:^|/)(?:{self.images})$", repository.lower()) is not None

    def mentioned_by(self, text: str) -> bool:
        return re.search(rf"(?<![a-z0-9])(?:{self.mention})(?![a-z0-9])", text, re.IGNORECASE) is not None


def _family(name: str, images: str, mention: str, names: str, data: str, ports: str, *, kept: bool = True) -> Family:
    return Family(name, images, mention, frozenset(names.split()), tuple(data.split()), frozenset(ports.split()), kept)


FAMILIES: tuple[Family, ...] = (
    _family(
        "PostgreSQL",
        r"postgres|postgresql|pgvector|postgis|timescaledb(?:-ha)?|pgvecto-rs|vchord-postgres|pg_vector|paradedb|"
        r"postgresql-repmgr|supabase/postgres|postgresml",
        r"postgres(?:ql)?|pgvector|pg[ _-]?vector|timescale(?:db)?|postgis",
        "postgres postgresql pg pgvector db database",
        "/var/lib/postgresql /bitnami/postgresql /home/postgres/pgdata",
        "5432",
    ),
    _family(
        "MySQL",
        r"mysql|mariadb|percona|mysql-server|percona-server",
        r"mysql|mariadb",
        "mysql mariadb db database",
        "/var/lib/mysql /bitnami/mysql /bitnami/mariadb",
        "3306",
    ),
    _family(
        "MongoDB",
        r"mongo|mongodb|mongodb-community-server|mongodb-atlas-local|percona-server-mongodb",
        r"mongo(?:db)?",
        "mongo mongodb db database",
        "/data/db /bitnami/mongodb",
        "27017",
    ),
    _family(
        "Redis",
        r"redis|valkey|keydb|dragonfly|redis-stack(?:-server)?",
        r"redis|valkey|keydb|dragonflydb",
        "redis valkey cache queue broker",
        "/data /bitnami/redis/data /bitnami/valkey/data /var/lib/redis",
        "6379",
        kept=False,
    ),
    _family(
        "RabbitMQ",
        r"rabbitmq",
        r"rabbit ?mq",
        "rabbitmq rabbit broker queue mq",
        "/var/lib/rabbitmq /bitnami/rabbitmq",
        "5672 5671 25672 4369",
    ),
    _family(
        "Kafka",
        r"kafka|cp-kafka|redpanda|kafka-native|cp-server",
        r"kafka|redpanda",
        "kafka redpanda broker queue",
        "/var/lib/kafka /bitnami/kafka /var/lib/redpanda /tmp/kafka-logs /tmp/kraft-combined-logs",
        "9092 9093 9094 29092 19092",
    ),
    _family("NATS", r"nats", r"nats(?: jetstream)?", "nats broker queue", "/data /nats", "4222 6222", kept=False),
    _family("Qdrant", r"qdrant", r"qdrant", "qdrant vector vectors vectordb", "/qdrant/storage", "6333 6334"),
    _family(
        "Weaviate", r"weaviate", r"weaviate", "weaviate vector vectors vectordb", "/var/lib/weaviate", "8080 50051"
    ),
    _family(
        "Chroma",
        r"chroma|chromadb",
        r"chroma(?:db)?",
        "chroma chromadb vector vectors vectordb",
        "/chroma/chroma /data /chroma /index_data",
        "8000",
    ),
    _family(
        "Milvus", r"milvus", r"milvus", "milvus standalone vector vectors vectordb", "/var/lib/milvus", "19530 9091"
    ),
    _family(
        "Elasticsearch",
        r"elasticsearch|opensearch|elasticsearch-oss",
        r"elastic ?search|open ?search",
        "elasticsearch opensearch search",
        "/usr/share/elasticsearch/data /usr/share/opensearch/data /bitnami/elasticsearch",
        "9200 9300",
    ),
    _family("Neo4j", r"neo4j", r"neo4j", "neo4j graph", "/data", "7687"),
    _family("ClickHouse", r"clickhouse(?:-server)?", r"click ?house", "clickhouse", "/var/lib/clickhouse", "8123 9000"),
    _family(
        "MinIO", r"minio", r"minio", "minio s3 storage objects", "/data /minio_data /export /bitnami/minio", "9000"
    ),
    _family("etcd", r"etcd", r"etcd", "etcd", "/etcd /etcd-data /bitnami/etcd /var/lib/etcd", "2379 2380"),
    _family("Memcached", r"memcached", r"memcached", "memcached", "", "11211", kept=False),
    _family("Ollama", r"ollama", r"ollama", "ollama", "/root/.ollama /home/ollama/.ollama", "11434"),
    _family("vLLM", r"vllm-openai|vllm|vllm-cpu", r"vllm", "vllm", "/root/.cache/huggingface /root/.cache", "8000"),
    _family(
        "Text Embeddings Inference",
        r"text-embeddings-inference",
        r"text[- ]embeddings[- ]inference",
        "tei embeddings",
        "/data",
        "80",
    ),
    _family(
        "Text Generation Inference",
        r"text-generation-inference",
        r"text[- ]generation[- ]inference",
        "tgi",
        "/data",
        "80",
    ),
    _family("Triton", r"tritonserver", r"triton(?: inference server)?", "triton", "", "8000 8001 8002", kept=False),
    _family("SGLang", r"sglang", r"sglang", "sglang", "/root/.cache/huggingface /root/.cache", "30000"),
    _family(
        "llama.cpp server",
        r"llama\.cpp|llama-cpp-python",
        r"llama\.cpp|llama-server",
        "llama llamacpp",
        "",
        "8080",
        kept=False,
    ),
)
MODEL_SERVERS = frozenset(
    {"Ollama", "vLLM", "Text Embeddings Inference", "Text Generation Inference", "Triton", "SGLang", "llama.cpp server"}
)


def family_of(stack: Stack, service: Service) -> Family | None:
    """The family of a service, as far as its image, its Dockerfile or (built here) its name shows it."""
    if service.build is None:
        repository = parse_reference(service.image.text).repository if service.image else ""
        return next((family for family in FAMILIES if family.has_image(repository)), None)
    base = parse_reference(final_base(stack, service)).repository
    return next((family for family in FAMILIES if base and family.has_image(base)), None)
