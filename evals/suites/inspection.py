"""Labelled uploads: what the inspection misses and where it raises false alarms."""

from __future__ import annotations

from agent.app import Knowledge
from evals.cases import Figures
from evals.labelled import DEFECTS, HALVES, labelled, score_aspect
from evals.suite import Suite
from tools.artefacts.registry import aspects
from tools.inspection.hadolint import Hadolint
from tools.inspection.inspector import inspect_many


def inspection(knowledge: Knowledge) -> Figures:  # noqa: ARG001 - a suite's shape
    """For each aspect of each half: how many findings are defects, and how many defects are found."""
    figures: Figures = {}
    for half in HALVES:
        cases = labelled(half)
        found = inspect_many([case.upload for case in cases], linter=Hadolint.find())
        figures[f"{half} cases"] = len(cases)
        for aspect in aspects():
            reached = score_aspect(
                cases, [match_found.criteria[aspect].value in DEFECTS for match_found in found], aspect
            )
            figures[f"{half} {aspect} defects"] = reached.hits + reached.misses
            figures[f"{half} {aspect} precision"] = reached.precision
            figures[f"{half} {aspect} recall"] = reached.recall
    return figures


SUITE = Suite("inspection", "Precision and recall of findings on labelled uploads", inspection)
