"""The index of passages in Chroma: embedded in a folder, or a server by its address."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
from chromadb.config import Settings
from chromadb.errors import ChromaError

from knowledge.embedding import Embedding, Vectors
from knowledge.errors import IndexMismatch
from knowledge.passages import Citation, Passage

COLLECTION = "passages"
BATCH = 500


class Index:
    """Passages with their vectors; `digests` tells which sources are there in which version."""

    def __init__(self, embedding: Embedding, *, folder: Path | None = None, url: str = "") -> None:
        self._embedding = embedding
        self._client = _client(folder, url)
        self._collection = self._open()

    def _open(self) -> Any:
        wanted = {"model": self._embedding.name, "hnsw:space": "cosine"}
        try:
            collection = self._client.get_or_create_collection(COLLECTION, metadata=wanted, embedding_function=None)
        except (ChromaError, ValueError, OSError) as error:
            raise IndexMismatch(
                f"The index cannot be opened ({type(error).__name__}). Rebuild it: tutor ingest --replace"
            ) from None
        model = (collection.metadata or {}).get("model")
        if model != self._embedding.name:
            raise IndexMismatch(
                f"The index was made with {model}, this tutor uses {self._embedding.name}. "
                "Rebuild it: tutor ingest --replace"
            )
        return collection

    def digests(self) -> dict[str, str]:
        """source → digest of the document that was indexed."""
        found = self._collection.get(include=["metadatas"])["metadatas"] or []
        return {str(one["source"]): str(one["digest"]) for one in found}

    def replace(
        self, source: str, digest: str, passages: Sequence[Passage], keys: Sequence[tuple[str, Passage]]
    ) -> None:
        """Puts a document's passages in place of its former ones; `keys` are other texts that lead to a passage."""
        self.remove(source)
        entries = [*((f"{one.heading}\n{one.text}", one) for one in passages), *keys]
        vectors = self._embedding([text for text, _ in entries])
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            self._collection.add(
                ids=[f"{one.id}:{start + number}" for number, (_, one) in enumerate(batch)],
                embeddings=vectors[start : start + BATCH],
                documents=[text for text, _ in batch],
                metadatas=[_metadata(source, digest, one) for _, one in batch],
            )

    def remove(self, source: str) -> None:
        self._collection.delete(where={"source": source})

    def clear(self) -> None:
        self._client.delete_collection(COLLECTION)
        self._collection = self._open()

    def entries(self) -> list[tuple[str, Passage]]:
        """Every indexed text with the passage that it leads to."""
        found = self._collection.get(include=["documents", "metadatas"])
        documents, metadatas = found["documents"] or [], found["metadatas"] or []
        return [(text, _passage(one)) for text, one in zip(documents, metadatas, strict=True)]

    def near(self, vector: Vectors, limit: int) -> list[tuple[Passage, float]]:
        """Nearest first, with the cosine; a passage once."""
        found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["metadatas", "distances"])
        metadatas, distances = (found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0]
        best: dict[str, tuple[Passage, float]] = {}
        for metadata, distance in zip(metadatas, distances, strict=True):
            passage = _passage(metadata)
            best.setdefault(passage.id, (passage, 1.0 - float(distance)))
        return list(best.values())

    def count(self) -> int:
        return int(self._collection.count())


def _client(folder: Path | None, url: str) -> Any:
    settings = Settings(anonymized_telemetry=False)
    try:
        if url:
            parts = urlsplit(url)
            return chromadb.HttpClient(
                parts.hostname or "localhost", parts.port or 8000, ssl=parts.scheme == "https", settings=settings
            )
        if folder is None:
            return chromadb.EphemeralClient(settings)
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(folder), settings)
    except (ChromaError, ValueError, OSError) as error:
        raise IndexMismatch(
            f"The index cannot be opened ({type(error).__name__}). Look at TUTOR_DATA and TUTOR_INDEX_URL."
        ) from None


def _metadata(source: str, digest: str, passage: Passage) -> dict[str, str]:
    return {"source": source, "digest": digest, "passage": json.dumps(asdict(passage))}


def _passage(metadata: Mapping[str, Any]) -> Passage:
    data = json.loads(metadata["passage"])
    return Passage(**{**data, "citation": Citation(**data["citation"])})


def forget_index(folder: Path) -> None:
    """Removes an embedded index, whatever state it is in; call it before the index is opened."""
    shutil.rmtree(folder, ignore_errors=True)
