"""The sentences of passages with their vectors: a passage is found again and again, and is embedded once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.embedding import Vectors

REMEMBERED = 2_000  # passages; some 20 MB
Sentences = tuple[Sequence[str], Vectors]


class Quotable:
    """Only for texts of the material: what a learner wrote is embedded and forgotten."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], remembered: int = REMEMBERED) -> None:
        self._embed, self._remembered = embed, remembered
        self._known: OrderedDict[str, Sentences] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, text: str) -> Sentences:
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
        found = sentences(text)
        entry = (found, self._embed(found))
        with self._lock:
            self._known[text] = entry
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return entry
