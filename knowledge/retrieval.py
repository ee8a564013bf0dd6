"""Finds passages by meaning and by words, and says how sure it is."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from knowledge.embedding import Embedding
from knowledge.index import Index
from knowledge.lexical import BM25
from knowledge.passages import Hit, Passage

CANDIDATES = 60
LEXICAL_WEIGHT = 0.3  # of the best BM25 score among the candidates; learned on the tuning questions of the evals
COURSE_BONUS = 0.02  # of two equal passages the lesson's own comes first


class HybridRetriever:
    """Reads the index once; `refresh` after it has changed."""

    def __init__(self, index: Index, embedding: Embedding) -> None:
        self._index, self._embedding = index, embedding
        self._lock = threading.Lock()
        self._loaded: tuple[list[tuple[str, Passage]], BM25] | None = None

    def refresh(self) -> None:
        with self._lock:
            self._loaded = None

    def search(self, query: str, *, limit: int = 5) -> list[Hit]:
        return [Hit(passage, score) for passage, score in self.ranked(query)[:limit]]

    def ranked(self, query: str, *, lexical: float = LEXICAL_WEIGHT, dense: float = 1.0) -> list[tuple[Passage, float]]:
        """All candidates, best first; the weights are arguments so that the evals can take one side alone."""
        if not query.strip() or not self._texts()[0]:
            return []
        near = self._near(query)
        worded = self._worded(query)
        top = max(worded.values(), default=(0.0, None))[0] if worded else 0.0
        scores: dict[str, tuple[Passage, float]] = {}
        for passage, cosine in near:
            scores[passage.id] = (passage, dense * cosine)
        for identifier, (score, passage) in worded.items():
            base = scores.get(identifier, (passage, 0.0 if dense == 0 else dense * _floor(near)))[1]
            scores[identifier] = (passage, base + lexical * score / (top or 1.0))
        found = [
            (one, min(1.0, score / (dense + lexical)) + COURSE_BONUS * bool(one.lesson))
            for one, score in scores.values()
        ]
        return sorted(found, key=lambda item: -item[1])

    def _near(self, query: str) -> list[tuple[Passage, float]]:
        return self._index.near(self._embedding([query])[0], CANDIDATES)

    def _worded(self, query: str) -> dict[str, tuple[float, Passage]]:
        """Passage id → best score of the texts that lead to it."""
        entries, bm25 = self._texts()
        best: dict[str, tuple[float, Passage]] = {}
        for index, score in bm25.scores(query).items():
            passage = entries[index][1]
            if score > best.get(passage.id, (0.0, passage))[0]:
                best[passage.id] = (score, passage)
        kept = sorted(best.items(), key=lambda item: -item[1][0])[:CANDIDATES]
        return dict(kept)

    def _texts(self) -> tuple[list[tuple[str, Passage]], BM25]:
        with self._lock:
            if self._loaded is None:
                entries = self._index.entries()
                self._loaded = entries, BM25([text for text, _ in entries])
            return self._loaded

    def known_share(self, query: str) -> float:
        return self._texts()[1].known_share(query)


def _floor(near: Sequence[tuple[Passage, float]]) -> float:
    """What a passage gets for its meaning when it is not among the nearest: a little less than the last of them."""
    return max(0.0, near[-1][1] - 0.05) if near else 0.0
