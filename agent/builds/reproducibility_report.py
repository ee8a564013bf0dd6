"""Two builds of the same files in words: how far they agree, which line makes the difference, and one question."""

from __future__ import annotations

from collections.abc import Iterator

from agent.domain.reply import Action, Reply
from tools.sandbox.reproducibility.differences import HARMLESS
from tools.sandbox.reproducibility.repetition import DifferenceCause, Repetition, Rung

MAX_CAUSES, MAX_PACKAGES = 4, 3
_SAYS = {
    Rung.BIT_FOR_BIT: "Reproducible, bit for bit",
    Rung.LAYERS_IDENTICAL: "Reproducible, layer by layer",
    Rung.CONTENT_IDENTICAL: "Reproducible in what it holds",
    Rung.EXPLAINED_NOISE: "Not quite reproducible",
    Rung.PACKAGE_DRIFT: "Not reproducible: other packages were installed",
    Rung.UNEXPLAINED: "Not reproducible",
    Rung.SECOND_BUILD_FAILED: "Built once, and not again",
    Rung.NOT_COMPARABLE: "Not compared",
}


def told_twice(found: Repetition) -> Reply:
    return Reply("\n".join(_lines(found)), actions=(Action("twice", "Build twice again"),))


def _lines(found: Repetition) -> Iterator[str]:
    yield f"**{_SAYS[found.rung]}** ({found.rung.value}). {found.summary}"
    causes = [cause for cause in found.causes if cause.kind not in HARMLESS]
    yield from (f"- {_cause(cause)}" for cause in causes[:MAX_CAUSES])
    if len(causes) > MAX_CAUSES:
        yield f"- and {len(causes) - MAX_CAUSES} more"
    for manager, name, first, second in found.packages[:MAX_PACKAGES]:
        yield f"- {manager} `{name}`: {first or 'not there'}, then {second or 'not there'}"
    if found.config:
        yield f"- the image's configuration differs: {', '.join(found.config)}"
    if found.perturbed:
        yield f"Other for the second build: {', '.join(found.perturbed)}. Not tried: {'; '.join(found.not_tested)}."
    question = next((cause.question for cause in causes if cause.question), "")
    if question:
        yield question


def _cause(cause: DifferenceCause) -> str:
    carried = f", carried along by line {cause.copied_by}" if cause.copied_by else ""
    where = f"line {cause.line} `{cause.step[:60]}`{carried}: " if cause.line else ""
    more = f" ({cause.count} paths)" if cause.count > 1 else ""
    return f"{where}{cause.text}{more}"
