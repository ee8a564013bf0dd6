"""How a lesson says that a text criterion is judged: facets with patterns and examples, and which make a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.course.pack import Lesson
from tools.findings import Verdict

KINDS = "kinds"
SENTENCES = "sentences.yaml"
EACH = " each"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, ignored_types=(cached_property,))


class Facet(_Strict):
    """What a plan has to say, as patterns and as examples.

    A statement fits where every pattern of one of `any` is found in it and none of `unless`. `negative`: the facet is
    asserted by a denial (“no layer holds a key”). `kinds` and `at_least`: so many different kinds of the guide's must
    be named over all fitting statements.
    """

    id: str
    any: list[list[str]]
    unless: list[str] = []
    negative: bool = False
    kinds: bool = False
    at_least: int = 1
    missing: str
    examples: list[str] = []
    near_misses: list[str] = []


class Guide(_Strict):
    """`met_when` and `partly_when` list sets of facets, one of which must hold; `vetoes` make it not met.

    `name.1` asks for the facet `name` with one kind instead of its `at_least`.
    """

    facets: list[Facet]
    met_when: list[list[str]]
    partly_when: list[list[str]] = []
    vetoes: list[Facet] = []
    terms: dict[str, str] = {}
    kinds: dict[str, str] = {}
    same_source: list[list[str]] = []

    def facet(self, reference: str) -> Facet:
        name = reference.partition(".")[0]
        return next(other_facet for other_facet in self.facets if other_facet.id == name)

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """The pattern with `<term>` replaced by the term's alternatives."""
        for name, alternatives in {**self.terms, KINDS: "|".join(self.kinds.values())}.items():
            pattern = pattern.replace(f"<{name}>", f"(?:{_joined(alternatives)})")
        return re.compile(pattern, re.IGNORECASE)

    @cached_property
    def kind_patterns(self) -> dict[str, re.Pattern[str]]:
        return {
            name: re.compile(rf"(?<![\w-])(?:{_joined(words)})(?![\w-])", re.IGNORECASE)
            for name, words in self.kinds.items()
        }

    def kinds_in(self, said: str) -> set[str]:
        """The kinds that are named; of a kind “… each” every name is one of its own."""
        found = set()
        for kind, pattern in self.kind_patterns.items():
            names = {match.group().lower() for match in pattern.finditer(said)}
            found |= {f"{kind}: {name}" for name in names} if kind.endswith(EACH) else {kind} if names else set()
        return found

    def count(self, facet: Facet, said: Sequence[str]) -> int:
        """How many things these statements show of a facet: of one that asks for kinds, different ones."""
        if not facet.kinds:
            return len(said)
        kinds, unnamed = set[str](), 0
        for sentence in said:
            named = self.kinds_in(sentence)
            kinds |= named
            unnamed += not named
        for together in self.same_source:
            if together[0] in kinds:
                kinds = {kind for kind in kinds if kind.partition(": ")[0] not in together[1:]}
        return len(kinds) + unnamed

    def held(self, counts: Mapping[str, int]) -> set[str]:
        """Names of facets that hold; `name.1` where one of several is there."""
        whole = {facet.id for facet in self.facets if counts[facet.id] >= facet.at_least}
        return whole | {f"{name}.1" for name, count in counts.items() if count}

    def verdict(self, counts: Mapping[str, int]) -> Verdict:
        """What these facets make, vetoes apart."""
        held = self.held(counts)
        if any(set(combination) <= held for combination in self.met_when):
            return Verdict.MET
        partly = any(set(combination) <= held for combination in self.partly_when)
        return Verdict.PARTLY if partly else Verdict.NOT_MET

    def faults(self) -> Iterator[str]:
        known = {other_facet.id for other_facet in self.facets}
        for sets in (self.met_when, self.partly_when):
            for name in (name.partition(".")[0] for other_set in sets for name in other_set):
                if name not in known:
                    yield f"names the facet “{name}”, which it does not have"
        for facet in (*self.facets, *self.vetoes):
            for pattern in (*(each_facet for fitting in facet.any for each_facet in fitting), *facet.unless):
                try:
                    self.compiled(pattern)
                except re.error as error:
                    yield f"{facet.id}: “{pattern}” is no regular expression: {error}"


def read_guides(lesson: Lesson) -> tuple[dict[str, Guide], list[str]]:
    """Criterion → guide, and a sentence for every fault."""
    guides, faults = {}, []
    for criterion in lesson.rubric:
        if criterion.judged_by != "text":
            continue
        file = lesson.folder / "review" / f"{criterion.id}.yaml"
        try:
            guide = Guide.model_validate(yaml.safe_load(file.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            faults.append(f"review/{file.name}: {_told(error)}")
            continue
        guides[criterion.id] = guide
        faults.extend(f"review/{file.name}: {what}" for what in guide.faults())
    return guides, faults


class Sentence(_Strict):
    """A sentence of some plan, and what it says: `CRITERION.FACET` each, or nothing that any guide asks for."""

    says: list[str]
    text: str


def read_sentences(folder: Path, guides: Mapping[str, Guide]) -> tuple[list[Sentence], list[str]]:
    """The labelled sentences beside the guides, none where there is no file, and a sentence for every fault."""
    file = folder / SENTENCES
    if not file.exists():
        return [], []
    try:
        rows = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        found = [Sentence.model_validate(row) for row in rows or ()]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, TypeError) as error:
        return [], [f"review/{SENTENCES}: {_told(error)}"]
    known = {f"{name}.{facet.id}" for name, guide in guides.items() for facet in (*guide.facets, *guide.vetoes)}
    unknown = sorted({name for match_found in found for name in match_found.says} - known)
    return found, [f"review/{SENTENCES}: says “{name}”, which no guide has as a facet" for name in unknown]


def _joined(alternatives: str) -> str:
    """Alternatives may go over several lines."""
    return re.sub(r"\|\s+", "|", alternatives.strip())


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return "is missing; every text criterion has one" if isinstance(error, FileNotFoundError) else "is no valid YAML"
