"""A facet's patterns, compiled: which statements they fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from agent.grading.plan_review.guide import Facet, Guide


@dataclass(frozen=True)
class Patterns:
    alternatives: tuple[tuple[re.Pattern[str], ...], ...]
    spoilers: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, guide: Guide, facet: Facet) -> Self:
        return cls(
            tuple(tuple(guide.compiled(pattern) for pattern in fitting) for fitting in facet.any),
            tuple(guide.compiled(pattern) for pattern in facet.unless),
        )

    def supports(self, said: str) -> bool:
        return not self.spoiled(said) and self.fits(said)

    def fits(self, said: str) -> bool:
        return any(all(pattern.search(said) for pattern in fitting) for fitting in self.alternatives)

    def spoiled(self, said: str) -> bool:
        return any(pattern.search(said) for pattern in self.spoilers)
