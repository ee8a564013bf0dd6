"""Vectors of a pack's own texts, shipped with it: thousands of phrasings would cost every first start half a minute."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.embedding import Vectors

FILE = "vectors.npz"
STEPS = 127  # of one byte; the cosine of two kept vectors is off by less than 0.01

Embed = Callable[[Sequence[str]], Vectors]


class PackedVectors:
    """Embeds as `embed` does; what the file holds is looked up. A text that was changed is simply not in it."""

    def __init__(self, embed: Embed, file: Path) -> None:
        self._embed = embed
        self._rows, self._vectors = _read(file)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        places = [self._rows.get(_key(text), -1) for text in texts]
        missing = [text for text, place in zip(texts, places, strict=True) if place < 0]
        fresh = iter(self._embed(missing)) if missing else iter(())
        if not texts:
            return self._embed(texts)
        return np.stack([self._vectors[place] if place >= 0 else next(fresh) for place in places])

    def lacks(self, texts: Iterable[str]) -> list[str]:
        return [text for text in texts if _key(text) not in self._rows]


def keep(file: Path, texts: Iterable[str], embed: Embed) -> int:
    """Writes the vectors of exactly these texts; what is in the file already is not made again. Returns how many."""
    wanted = sorted(set(texts))
    vectors = PackedVectors(embed, file)(wanted)
    keys = np.array([_key(text) for text in wanted], dtype=np.uint64)
    scale = np.abs(vectors).max(axis=1, keepdims=True) / STEPS
    np.savez_compressed(file, keys=keys, scale=scale.astype(np.float16), steps=np.rint(vectors / scale).astype(np.int8))
    return len(wanted)


def _read(file: Path) -> tuple[dict[int, int], NDArray[np.float32]]:
    if not file.exists():
        return {}, np.zeros((0, 0), dtype=np.float32)
    with np.load(file, allow_pickle=False) as kept:
        vectors = kept["steps"].astype(np.float32) * kept["scale"].astype(np.float32)
        rows = {int(key): row for row, key in enumerate(kept["keys"])}
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return rows, vectors


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
