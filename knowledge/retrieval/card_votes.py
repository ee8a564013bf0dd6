"""What all ways of asking say together about which card is meant: kernel ridge regression over their vectors.

The nearest way of asking alone is misled by how somebody speaks; here each one votes for its card and against those
that it is easily confused with. On questions of people who talked with the tutor the first card was right in 0.65 of
cases where the nearest way of asking gave 0.56 (`evals/cases/cards/tuned/talked.yaml`, 2026-11-30).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.packed_vectors import STEPS

FILE = "votes.npz"
STEEP = 6.0  # how fast a vote fades with distance; 3 to 6 were within a point, and 6 keeps best in one byte
CALM = 0.3  # regularisation
AT_ONCE = 3_000  # ways of asking up to which votes are learnt when they are first needed, in under a second

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class CardVotes:
    """`steps` and `scale` are the weights of every way of asking (column) for every card (row)."""

    steps: NDArray[np.int8]
    scale: Numbers

    @classmethod
    def learnt(cls, asks: Numbers, owners: NDArray[np.int64], count: int) -> CardVotes:
        """`asks` are unit vectors (n, d), `owners` (n,) the place of each one's card among `count`."""
        kernel = _kernel(asks @ asks.T)
        kernel[np.diag_indices_from(kernel)] += CALM
        wanted = np.zeros((len(asks), count), dtype=np.float32)
        wanted[np.arange(len(asks)), owners] = 1.0
        weights = np.linalg.solve(kernel, wanted).T
        scale = np.maximum(np.abs(weights).max(axis=1), 1e-9) / STEPS
        return cls(np.rint(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32))

    def of(self, places: Sequence[int], nearness: Numbers) -> Numbers:
        """The votes for some cards, about 0..1, from the cosines (n,) between a message and all ways of asking."""
        rows = self.steps[list(places)].astype(np.float32)
        votes: Numbers = (rows @ _kernel(nearness)) * self.scale[list(places)]
        return votes


def _kernel(cosines: Numbers) -> Numbers:
    kernel: Numbers = np.exp(STEEP * (cosines - 1.0)).astype(np.float32)
    return kernel


def digest(texts: Sequence[str], owners: Sequence[int]) -> str:
    """Tells whether votes were learnt from just these."""
    said = "\n".join(f"{owner} {text}" for owner, text in zip(owners, texts, strict=True))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def keep(file: Path, learnt: Mapping[str, CardVotes]) -> None:
    """By digest."""
    arrays = {f"{name}_{part}": getattr(votes, part) for name, votes in learnt.items() for part in ("steps", "scale")}
    np.savez_compressed(file, **arrays)


def kept(file: Path, name: str) -> CardVotes | None:
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as stored:
        if f"{name}_steps" not in stored:
            return None
        return CardVotes(stored[f"{name}_steps"], stored[f"{name}_scale"])
