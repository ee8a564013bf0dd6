"""Labelled uploads: what the inspection misses and where it raises false alarms."""

from __future__ import annotations

from agent.bootstrap import Knowledge
from evals.cases import Figures, load_all
from tools.files import SourceFile, Upload
from tools.findings import ASPECTS, Verdict
from tools.hadolint import Hadolint
from tools.inspection import inspect_many


def inspection(knowledge: Knowledge) -> Figures:  # noqa: ARG001 - a suite's shape
    """Of defects (`not met` or `partly`): how many are found, and how many findings are defects, for each aspect."""
    cases = list(load_all("inspection"))
    uploads = [Upload.of(SourceFile(path, text.encode()) for path, text in case["files"].items()) for case in cases]
    found = inspect_many(uploads, linter=Hadolint.find())
    figures: Figures = {"cases": len(cases)}
    for aspect in ASPECTS:
        pairs = [
            (case["expect"][aspect], one.criteria[aspect])
            for case, one in zip(cases, found, strict=True)
            if aspect in case["expect"]
        ]
        figures |= {f"{aspect} {name}": value for name, value in _precision_and_recall(pairs).items()}
    return figures


def _precision_and_recall(pairs: list[tuple[str, Verdict]]) -> Figures:
    bad = (Verdict.NOT_MET.value, Verdict.PARTLY.value)
    hits = sum(wanted in bad and got.value in bad for wanted, got in pairs)
    found, there = sum(got.value in bad for _, got in pairs), sum(wanted in bad for wanted, _ in pairs)
    return {"precision": hits / found if found else 1.0, "recall": hits / there if there else 1.0}
