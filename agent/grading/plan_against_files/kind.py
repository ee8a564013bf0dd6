"""A kind of claim that files can bear out or contradict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.grading.plan_against_files.files import Files
from tools.compose.document import Place

_EVERY = re.compile(r"\b(?:every|each|all|any|whole|only)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|not|never|without|nor|neither|nobody|none|\w+n't)\b[^,;.:]{0,25}$", re.IGNORECASE)
# Where a sentence speaks of what runs elsewhere, the local stack neither bears it out nor contradicts it.
_ELSEWHERE = re.compile(
    r"\b(?:kubernetes|k8s|ecs|fargate|cloud ?run|nomad|helm|task definition|autoscal\w+|swarm|cluster|lambda|"
    r"load balancer|managed|rds|hpa|terraform|systemd)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """A sentence of the plan: `match` is what the kind found in it."""

    text: str
    match: re.Match[str]

    @property
    def is_of_all(self) -> bool:
        return _EVERY.search(self.text) is not None

    def names(self, words: frozenset[str]) -> bool:
        return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", self.text, re.IGNORECASE) for word in words)


@dataclass(frozen=True)
class Answer:
    """What one part of the files says to a claim; `names` are what a sentence may call this part."""

    agrees: bool
    place: Place
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kind:
    """`answers` yields nothing where the files are silent. `of_stack`: about the stack that came along and no other.

    `denies`: the claim is a denial itself, so that a “not” before it takes nothing back.
    """

    name: str
    claims: re.Pattern[str]
    answers: Callable[[Files, Claim], Iterator[Answer]]
    of_stack: bool = False
    denies: bool = False

    def contradicting(self, files: Files, said: str) -> Answer | None:
        """The part of the files that cannot be true beside this sentence; None where they agree or say nothing."""
        for match in self.claims.finditer(said):
            if self.of_stack and _ELSEWHERE.search(said):
                return None
            if not self.denies and _NEGATED.search(said[: match.start()]):
                continue
            found = self._decided(Claim(said, match), files)
            if found:
                return found
        return None

    def _decided(self, claim: Claim, files: Files) -> Answer | None:
        """Of the parts that the sentence names, else of all; one that agrees is enough, unless it is about each."""
        answers = list(self.answers(files, claim))
        named = [answer for answer in answers if claim.names(answer.names)]
        considered = named or answers
        wrong = [answer for answer in considered if not answer.agrees]
        if not wrong or (len(wrong) < len(considered) and not claim.is_of_all):
            return None
        return wrong[0]


def pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)
