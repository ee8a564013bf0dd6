"""Sentences of ours among the plan's own: one that shows nothing, and for the blind call one that does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from agent.grading.plan_review.guide import Facet, Guide

FILE = Path(__file__).with_name("decoys.yaml")


@dataclass(frozen=True)
class Decoys:
    """`denial` denies what `example` says; both are about `facet`."""

    facet: Facet
    denial: str
    example: str


def decoys_for(guide: Guide, salt: str) -> Decoys | None:
    """The same for the same `salt`, another for another plan; None where the guide has no examples to deny."""
    pairs = [(facet, example) for facet in guide.facets if not facet.negative for example in facet.examples]
    if len(pairs) < 2:
        return None
    number = int(hashlib.sha256(salt.encode()).hexdigest()[:12], 16)
    (facet, denied), (_, shown) = pairs[number % len(pairs)], pairs[(number + 1) % len(pairs)]
    same = [example for other, example in pairs if other is facet and example != denied]
    template = denials()[number % len(denials())]
    return Decoys(facet, template.format(example=denied), same[number % len(same)] if same else shown)


@cache
def denials() -> list[str]:
    """Templates with a place for the example."""
    found: list[str] = yaml.safe_load(FILE.read_text("utf-8"))["denials"]
    return found
