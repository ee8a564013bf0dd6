"""Whether D6 is what a senior would say of a service: does it start, stay up, answer and stop.

Needs an engine: the one of the settings. Each is watched as long as a learner's is, several at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from agent.settings import Settings
from evals.benchmarks.timing import Measured
from evals.cases import load_all
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import BuildReceipt
from tools.sandbox.opening import open_builder
from tools.sandbox.stack.blueprint import Blueprints
from tools.sandbox.stack.keys import has_blueprint
from tools.uploads.files import SourceFile, Upload

AT_ONCE = 3
BASE = "busybox:1.36"  # in the cases
HALVES = ("tuned", "held_out")


@dataclass(frozen=True)
class Proved:
    """One service, what was wanted of its verdict, and what was given."""

    case: dict[str, Any]
    receipt: BuildReceipt

    @property
    def is_right(self) -> bool:
        return self.receipt.builds_and_runs is self.case["met"]

    @property
    def names_the_reason(self) -> bool:
        found = self.receipt.shortcomings
        return self.case["met"] or (bool(found) and found[0].id == self.case["because"])

    def __str__(self) -> str:
        found = ", ".join(lacking.id for lacking in self.receipt.shortcomings) or "nothing lacking"
        wanted = "met" if self.case["met"] else f"not met, {self.case['because']}"
        return f"  {self.case['id']}: {wanted}; {self.receipt.outcome}, {found}. {self.receipt.summary[:120]}"


def proving() -> Iterator[Measured | str]:
    settings = Settings.read()
    builder = open_builder(
        settings.builds.value, settings.engine_url or None, settings.lab_folder, settings.watch_times
    )
    if not isinstance(builder, BuildKit):
        yield f"services: not measured. {builder.status().reason}"
        return
    for half in HALVES:
        yield from _of_half(builder, half)


def _of_half(builder: BuildKit, half: str) -> Iterator[str]:
    begun = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda case: proved(builder, case), load_all(f"services/{half}")))
    wrong = [one for one in found if not one.is_right]
    wrongly_met = sum(not one.case["met"] for one in wrong)
    reasons = [one for one in found if not one.case["met"]]
    named = sum(one.is_right and one.names_the_reason for one in reasons)
    seconds = time.perf_counter() - begun
    yield (
        f"services, {half}: {len(found)}, wrongly met {wrongly_met}, wrongly not met {len(wrong) - wrongly_met}; "
        f"the reason named {named} of {len(reasons)} ({seconds:.0f} s)"
    )
    yield from (str(one) for one in found if not one.is_right or not one.names_the_reason)


def proved(builder: BuildKit, case: dict[str, Any]) -> Proved:
    upload = uploaded(case, _base(builder))
    runs = Blueprints(builder).up if has_blueprint(upload) else builder.build
    return Proved(case, runs(upload, on_progress=lambda _: None, cancelled=lambda: False))


def _base(builder: BuildKit) -> str:
    """Whichever busybox the engine has."""
    return next((name for name in builder.engine.offered() if name.startswith("busybox:")), BASE)


def uploaded(case: dict[str, Any], base: str) -> Upload:
    plain = case.get("plain", ())
    return Upload.of(
        SourceFile(path, text.replace(BASE, base).encode(), executable=False if path in plain else None)
        for path, text in case["files"].items()
    )
