"""What a Compose rule is: its words, its example pair, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

import yaml

from tools.compose.document import Place
from tools.compose.stack import Stack
from tools.credentials import masked
from tools.findings import Finding, Severity, Verdict


@dataclass(frozen=True)
class ComposeHit:
    """One defect found by a rule; `words` fill the rule's message, `effect` may soften or harden the rule's own."""

    place: Place
    words: Mapping[str, str] = field(default_factory=dict)
    effect: Verdict | None = None


COMPOSE_ASPECTS = ("B1", "B2", "B3", "B4")
MAX_HITS = 100  # of one rule in one stack; nobody reads more
MAX_READ, MAX_WORD = 500, 120

Check = Callable[[Stack], Iterable[ComposeHit]]


@dataclass(frozen=True)
class Example:
    """Two uploads as path -> text: one with the defect, and its twin without."""

    bad: Mapping[str, str]
    good: Mapping[str, str]


@cache
def examples() -> Mapping[str, Example]:
    """Rule id -> its examples."""
    written = yaml.safe_load(Path(__file__).with_name("examples.yaml").read_text(encoding="utf-8"))
    return {rule: Example(_files(pair["bad"]), _files(pair["good"])) for rule, pair in written.items()}


def _files(example: str | dict[str, str]) -> dict[str, str]:
    return {"compose.yaml": example} if isinstance(example, str) else example


def _short(word: str) -> str:
    word = masked(word[:MAX_READ])
    return word if len(word) <= MAX_WORD else word[: MAX_WORD - 1] + "…"


@dataclass(frozen=True)
class ComposeRule:
    """Its pair of examples, files that differ in the defect alone, stands in examples.yaml under its id."""

    id: str
    criterion: str
    severity: Severity
    effect: Verdict | None
    message: str
    question: str
    check: Check
    links: tuple[str, ...] = ()

    def findings(self, stack: Stack) -> Iterable[Finding]:
        for hit in islice(self.check(stack), MAX_HITS):
            words = {name: _short(word) for name, word in hit.words.items()}
            yield Finding(
                rule=self.id,
                criterion=self.criterion,
                severity=self.severity,
                file=hit.place.file,
                line=hit.place.line,
                end_line=hit.place.end_line,
                message=self.message.format(**words),
                question=self.question.format(**words),
                effect=hit.effect or self.effect,
                links=self.links,
            )
