"""A rule by itself: what it finds, what it does, a bad and a good example, where others say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from tools.artefacts.registry import named_aspect
from tools.findings import Finding, Verdict
from tools.inspection.catalogue import all_rules
from tools.inspection.hadolint import link_of, wordings

EFFECTS: Mapping[Verdict | None, str] = {
    Verdict.NOT_MET: "makes it not met",
    Verdict.PARTLY: "makes it partly met",
    Verdict.NOT_CHECKED: "leaves it open until the file is there",
    None: "is advice",
}
_WORD = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Explanation:
    rule: str
    criterion: str
    message: str
    question: str
    effect: Verdict | None = None
    links: tuple[str, ...] = ()
    bad: Mapping[str, str] | None = None  # path -> text
    good: Mapping[str, str] | None = None

    @property
    def text(self) -> str:
        return "\n\n".join([self.message, self.question, *self.links[:1]])

    @property
    def markdown(self) -> str:
        return "\n\n".join([self.message, f"*{self.question}*", *(f"[More]({link})" for link in self.links[:1])])


def headline(rule: str) -> str:
    """A rule's name as words."""
    return rule if rule.isupper() else rule.removeprefix("compose-").replace("-", " ").capitalize()


def wording_of_rule(finding: Finding) -> Explanation:
    """A rule in general; where only its findings say something of it, in the words of one of them."""
    return explanations().get(finding.rule) or Explanation(
        finding.rule, finding.criterion, finding.message, finding.question, finding.effect, finding.links
    )


def close_to(name: str) -> list[str]:
    """Rules that somebody may have meant."""
    return get_close_matches(name.lower(), explanations(), n=3, cutoff=0.5)


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every rule by its id, hadolint's under theirs."""
    return {found.rule: found for found in (*_of_our_own(), *_of_hadolint())}


def _of_our_own() -> Iterator[Explanation]:
    for rule in all_rules():
        bad, good = rule.examples
        yield Explanation(
            rule.id, rule.criterion, _shown(rule.message), _shown(rule.question), rule.effect, rule.sources, bad, good
        )


def _of_hadolint() -> Iterator[Explanation]:
    for code, said in wordings().items():
        yield Explanation(code, said.criterion, said.message, said.question, links=(link_of(code),))


def _shown(message: str) -> str:
    return _WORD.sub("…", message)


def as_text(found: Explanation) -> str:
    parts = [
        f"{found.rule}: {named_aspect(found.criterion)}; it {EFFECTS[found.effect]}",
        f"{found.message}\n{found.question}",
        *_examples("Bad", found.bad),
        *_examples("Good", found.good),
    ]
    if found.links:
        parts.append("\n".join(["More:", *(f"  {link}" for link in found.links)]))
    return "\n\n".join(parts)


def _examples(title: str, files: Mapping[str, str] | None) -> Iterator[str]:
    for path, text in (files or {}).items():
        yield "\n".join([f"{title}, {path}:", *(f"    {line}" for line in text.rstrip("\n").split("\n"))])
