"""The index of passages in Chroma: embedded in a folder, or a server by its address."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from knowledge.embedding import Embedding, Vectors
from knowledge.errors import IndexMismatch
from knowledge.passages import Citation, Passage

COLLECTION = "passages"
BATCH = 500

Entry = tuple[str, Passage, NDArray[np.float32]]  # an indexed text, the passage that it leads to, its vector


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

    def replace(self, source: str, digest: str, passages: Sequence[Passage], keys: Sequence[tuple[str, str]]) -> None:
        """Puts a document's passages in place of its former ones; a key is another text that leads to a section."""
        self.remove(source)
        vectors = self._embedding([f"{one.heading}\n{one.text}" for one in passages])
        entries = [(f"{one.heading}\n{one.text}", one, vector) for one, vector in zip(passages, vectors, strict=True)]
        for start, batch in _batches([*entries, *self._keyed(passages, vectors, keys)]):
            self._collection.add(
                ids=[f"{one.id}:{start + number}" for number, (_, one, _) in enumerate(batch)],
                embeddings=[vector for _, _, vector in batch],
                documents=[text for text, _, _ in batch],
                metadatas=[_metadata(source, digest, one) for _, one, _ in batch],
            )

    def _keyed(self, passages: Sequence[Passage], vectors: Vectors, keys: Sequence[tuple[str, str]]) -> Iterator[Entry]:
        """Each key with the passage of its section that is nearest in meaning; a section without passages has none."""
        of_section: dict[str, list[int]] = {}
        for number, passage in enumerate(passages):
            of_section.setdefault(passage.citation.section, []).append(number)
        for (text, section), vector in zip(keys, self._embedding([text for text, _ in keys]), strict=True):
            numbers = of_section.get(section)
            if numbers:
                yield text, passages[numbers[int(np.argmax(vectors[numbers] @ vector))]], vector

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


def _batches(entries: list[Entry]) -> Iterator[tuple[int, list[Entry]]]:
    for start in range(0, len(entries), BATCH):
        yield start, entries[start : start + BATCH]


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
