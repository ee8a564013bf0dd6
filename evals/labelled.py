"""Uploads with labels from the rubric, and how well verdicts agree with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.cases import load_all
from tools.artefacts.registry import aspects
from tools.findings import Verdict
from tools.inspection.rule import DOCKERFILE_ASPECTS
from tools.uploads.files import SourceFile, Upload

DEFECTS = frozenset({Verdict.NOT_MET.value, Verdict.PARTLY.value})
HALVES = ("tuned", "apart")  # `apart`: labelled before any check ran on them, never used while tuning


@dataclass(frozen=True)
class Labelled:
    """An upload and the verdicts that the rubric gives it; an aspect that is not labelled is not scored."""

    id: str
    upload: Upload
    expect: Mapping[str, str]

    def has_defect(self, aspect: str) -> bool | None:
        wanted = self.expect.get(aspect)
        return None if wanted is None else wanted in DEFECTS

    @property
    def is_clean(self) -> bool:
        """A Dockerfile of which every aspect is labelled and met."""
        return all(self.expect.get(aspect) == Verdict.MET for aspect in DOCKERFILE_ASPECTS)


@dataclass(frozen=True)
class Score:
    hits: int
    alarms: int  # false ones
    misses: int

    @property
    def precision(self) -> float:
        said = self.hits + self.alarms
        return self.hits / said if said else 1.0

    @property
    def recall(self) -> float:
        there = self.hits + self.misses
        return self.hits / there if there else 1.0


def labelled(half: str) -> list[Labelled]:
    return [
        Labelled(case["id"], _upload(case["files"]), case["expect"])
        for case in load_all(f"inspection/{half}")
        if set(case["expect"]) <= set(aspects())
    ]


def _upload(files: Mapping[str, str]) -> Upload:
    return Upload.of(SourceFile(path, text.encode()) for path, text in files.items())


def score(pairs: Iterable[tuple[bool, bool]]) -> Score:
    """Of (defect there, defect said)."""
    counted: Sequence[tuple[bool, bool]] = list(pairs)
    return Score(counted.count((True, True)), counted.count((False, True)), counted.count((True, False)))


def score_aspect(cases: Sequence[Labelled], said: Sequence[bool], aspect: str) -> Score:
    judged = [(case.has_defect(aspect), one) for case, one in zip(cases, said, strict=True)]
    return score((there, one) for there, one in judged if there is not None)
