"""The index in Chroma, embedded in a folder or on a server by its address: texts, and the passages they lead to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError

from knowledge.errors import IndexMismatch
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.embedding import Embedding, Vectors
from knowledge.retrieval.passages import Citation, Passage

COLLECTION = "passages"
BATCH = 500


class EntryKind(StrEnum):
    """A passage is found by its text, by each of its sentences, and by the ways in which people ask for it."""

    TEXT = "text"
    SENTENCE = "sentence"
    ASKED = "asked"
    OUTSIDE = "outside"  # leads to no passage: what people ask although nothing here answers it


@dataclass(frozen=True)
class IndexEntry:
    id: str
    kind: EntryKind
    text: str
    passage: Passage | None


class Index:
    """`digests` tells which sources are there in which version."""

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
        return {str(match_found["source"]): str(match_found["digest"]) for match_found in found}

    def replace(self, source: str, digest: str, passages: Sequence[Passage], keys: Sequence[tuple[str, str]]) -> None:
        """Puts a document's passages in place of its former ones; a key is another text that leads to a section."""
        texts = [
            IndexEntry(f"{passage.id}:{EntryKind.TEXT}", EntryKind.TEXT, f"{passage.heading}\n{passage.text}", passage)
            for passage in passages
        ]
        vectors = self._embedding([text.text for text in texts])
        more = [*_sentences(passages), *self._keyed(passages, vectors, keys)]
        self._put(
            source,
            digest,
            [*texts, *more],
            np.vstack([vectors, self._embedding([other_passage.text for other_passage in more])]),
        )

    def replace_outside(self, source: str, digest: str, texts: Sequence[str]) -> None:
        entries = [IndexEntry(f"{source}:{number}", EntryKind.OUTSIDE, text, None) for number, text in enumerate(texts)]
        self._put(source, digest, entries, self._embedding(texts))

    def _put(self, source: str, digest: str, entries: Sequence[IndexEntry], vectors: Vectors) -> None:
        self.remove(source)
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            self._collection.add(
                ids=[passage.id for passage in batch],
                embeddings=vectors[start : start + BATCH],
                documents=[passage.text for passage in batch],
                metadatas=[_metadata(source, digest, passage) for passage in batch],
            )

    def _keyed(
        self, passages: Sequence[Passage], vectors: Vectors, keys: Sequence[tuple[str, str]]
    ) -> Iterator[IndexEntry]:
        """Each key with the passage of its section that is nearest in meaning; a section without passages has none."""
        of_section: dict[str, list[int]] = {}
        for number, passage in enumerate(passages):
            of_section.setdefault(passage.citation.section, []).append(number)
        known = [key for key in dict.fromkeys(keys) if key[1] in of_section]
        for place, ((text, section), vector) in enumerate(
            zip(known, self._embedding([text for text, _ in known]), strict=True)
        ):
            numbers = of_section[section]
            passage = passages[numbers[int(np.argmax(vectors[numbers] @ vector))]]
            yield IndexEntry(f"{passage.id}:{EntryKind.ASKED}:{place}", EntryKind.ASKED, text, passage)

    def remove(self, source: str) -> None:
        self._collection.delete(where={"source": source})

    def clear(self) -> None:
        self._client.delete_collection(COLLECTION)
        self._collection = self._open()

    def entries(self) -> list[IndexEntry]:
        """Every indexed text with the passage that it leads to."""
        found = self._collection.get(include=["documents", "metadatas"])
        metadatas = found["metadatas"] or []
        passages = {
            metadata["passage"]: _passage(metadata["data"])
            for metadata in metadatas
            if metadata["kind"] == EntryKind.TEXT
        }
        return [
            IndexEntry(identifier, EntryKind(one["kind"]), text, passages.get(one["passage"]))
            for identifier, text, one in zip(found["ids"], found["documents"] or [], metadatas, strict=True)
        ]

    def near(self, vector: Vectors, limit: int) -> dict[str, float]:
        """Id of an entry → cosine, nearest first."""
        found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return {one: 1.0 - float(distance) for one, distance in zip(found["ids"][0], distances, strict=True)}

    def count(self) -> int:
        return int(self._collection.count())


def _sentences(passages: Sequence[Passage]) -> Iterator[IndexEntry]:
    for passage in passages:
        for place, text in enumerate(sentences(passage.text)):
            yield IndexEntry(f"{passage.id}:{EntryKind.SENTENCE}:{place}", EntryKind.SENTENCE, text, passage)


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


def _metadata(source: str, digest: str, entry: IndexEntry) -> dict[str, str]:
    """A passage's data stand with its text only; the other entries name it."""
    metadata = {"source": source, "digest": digest, "kind": entry.kind.value, "passage": ""}
    if entry.passage is None:
        return metadata
    data = {"data": json.dumps(asdict(entry.passage))} if entry.kind is EntryKind.TEXT else {}
    return {**metadata, "passage": entry.passage.id, **data}


def _passage(data: str) -> Passage:
    """What an index of an earlier version kept beside is left out."""
    kept: Mapping[str, Any] = json.loads(data)
    known = {field.name: kept[field.name] for field in fields(Passage) if field.name in kept}
    return Passage(**{**known, "citation": Citation(**kept["citation"])})


def forget_index(folder: Path) -> None:
    """Removes an embedded index, whatever state it is in; call it before the index is opened."""
    shutil.rmtree(folder, ignore_errors=True)
