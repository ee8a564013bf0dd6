"""Finds the sections that answer a question, by meaning and by words, and says how sure it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.index import Index
from knowledge.retrieval.material import Candidate, Material, Place
from knowledge.retrieval.passages import Hit
from knowledge.retrieval.relevance import RELEVANT, QueryFeatures, Relevance

# Entries that Chroma gives: passages, sentences and ways of asking. `python -m evals.sensitivity retrieval --guides`,
# 2026-11-29, tuned recall@3: 0.975 at 150, 0.983 at 300, 0.979 at 600.
NEAREST = 300


@dataclass(frozen=True)
class Found:
    """What retrieval knows of a question and of the sections that may answer it, best first."""

    question: QueryFeatures
    candidates: Sequence[Candidate]


class HybridRetriever:
    """Keeps the words of the index in memory and asks Chroma for what is near in meaning."""

    def __init__(self, index: Index, embedding: Embedding, relevance: Relevance | None = None) -> None:
        self._index, self._embedding = index, embedding
        self._relevance = relevance or Relevance.load()
        self._lock = threading.Lock()
        self._loaded: Material | None = None

    def refresh(self) -> None:
        with self._lock:
            self._loaded = None

    def search(self, query: str, *, limit: int = 5) -> list[Hit]:
        found = self.find(query)
        return [self._hit(candidate, found.question) for candidate in found.candidates[:limit]]

    def _hit(self, one: Candidate, question: QueryFeatures) -> Hit:
        return Hit(one.passage, self._relevance.share(one.signals, question), one.sentences)

    def find(self, query: str) -> Found:
        material = self._material()
        if not query.strip() or not material:
            return Found(QueryFeatures(0.0, 0.0, 0.0), ())
        asked = material.wording.clear(query)
        nearness = self._index.near(self._embedding([asked])[0], NEAREST)
        if not material.holds(nearness):  # another process has changed the index
            self.refresh()
            material = self._material()
        known = {one: near for one, near in nearness.items() if material.holds({one: near})}
        found = sorted(
            material.candidates(asked, known), key=lambda candidate: -self._relevance.score(candidate.signals)
        )
        return Found(material.question(asked, known), found)

    def holding(self, query: str, wanted: Callable[[str], bool]) -> Hit | None:
        """The passage with such a sentence that is nearest to the query; the course's own before a guide's."""
        material = self._material()
        found = material.sentences(wanted) if material else []
        own = [match_found for match_found in found if bool(match_found[0].lesson) == bool(found[0][0].lesson)]
        if not own:
            return None
        asked, *near = self._embedding([query, *(text for _, text in own)])
        passage = own[int(np.argmax(np.array(near) @ asked))][0]
        texts = [section.text for section in material.of_passage(passage)]
        nearness = self._embedding(texts) @ asked
        return Hit(passage, RELEVANT, tuple((text, float(one)) for text, one in zip(texts, nearness, strict=True)))

    def is_strange(self, query: str) -> bool:
        """Whether a question is nearer to what is not taught here than to what is."""
        found = self.find(query)
        return found.question.outside > max((candidate.signals.asked for candidate in found.candidates), default=0.0)

    def places(self) -> frozenset[Place]:
        """Every section that is indexed."""
        return self._material().places()

    def _material(self) -> Material:
        with self._lock:
            if self._loaded is None:
                self._loaded = Material(self._index.entries(), self._embedding.knows)
            return self._loaded
