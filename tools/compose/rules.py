"""What a Compose rule is: its words, its example pair, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

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


def example_files(example: str | Mapping[str, str]) -> Mapping[str, str]:
    """Path -> text of a rule's example."""
    return {"compose.yaml": example} if isinstance(example, str) else example


def _short(word: str) -> str:
    word = masked(word[:MAX_READ])
    return word if len(word) <= MAX_WORD else word[: MAX_WORD - 1] + "…"


@dataclass(frozen=True)
class ComposeRule:
    """`bad` and `good` are uploads that differ in the defect alone: a compose.yaml, or texts by path."""

    id: str
    criterion: str
    severity: Severity
    effect: Verdict | None
    message: str
    question: str
    check: Check
    links: tuple[str, ...]
    bad: str | Mapping[str, str]
    good: str | Mapping[str, str]

    @property
    def sources(self) -> tuple[str, ...]:
        """Where others say the same."""
        return self.links

    @property
    def examples(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """A bad and a good upload: path -> text."""
        return example_files(self.bad), example_files(self.good)

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
