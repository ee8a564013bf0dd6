"""How a lesson says that a text criterion is judged: facets with their cues, and how many make a verdict."""

from __future__ import annotations

import re
from functools import cached_property

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from knowledge.course import Lesson


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, ignored_types=(cached_property,))


class Facet(_Strict):
    """Holds where one statement matches every pattern of one of `any`; `unless` spoils a statement.

    `heading` patterns may match the heading that the statement stands under instead of the statement.
    `at_least` asks for that many different matches of the first pattern, over all statements; matches of one
    named group are the same.
    """

    id: str
    any: list[list[str]]
    unless: list[str] = []
    at_least: int = 1
    missing: str

    @field_validator("any", "unless")
    @classmethod
    def _compiles(cls, value: list[list[str]] | list[str]) -> list[list[str]] | list[str]:
        for one in value:
            for pattern in [one] if isinstance(one, str) else one:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"“{pattern}” is no regular expression: {error}") from None
        return value

    @cached_property
    def alternatives(self) -> list[list[re.Pattern[str]]]:
        return [[re.compile(pattern, re.IGNORECASE) for pattern in patterns] for patterns in self.any]

    @cached_property
    def spoilers(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern, re.IGNORECASE) for pattern in self.unless]


class Guide(_Strict):
    """`met_when` and `partly_when` list sets of facets, one of which must hold; `vetoes` make it not met."""

    facets: list[Facet]
    met_when: list[list[str]]
    partly_when: list[list[str]] = []
    vetoes: list[Facet] = []

    def facet(self, identifier: str) -> Facet:
        return next(one for one in self.facets if one.id == identifier)


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
        faults.extend(f"review/{file.name}: {what}" for what in _unknown(guide))
    return guides, faults


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return "is missing; every text criterion has one" if isinstance(error, FileNotFoundError) else "is no valid YAML"


def _unknown(guide: Guide) -> list[str]:
    known = {one.id for one in guide.facets}
    named = {name for sets in (guide.met_when, guide.partly_when) for one in sets for name in one}
    return [f"names the facet “{name}”, which it does not have" for name in sorted(named - known)]
