"""All suites: each module of `suites/` has one, named SUITE. A new file there is all that it takes."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from evals import suites
from evals.suite import Suite


@cache
def registry() -> Mapping[str, Suite]:
    """By name; raises TypeError where a module has no suite of its own name."""
    return {found.name: _suite(found.name) for found in pkgutil.iter_modules(suites.__path__)}


def _suite(name: str) -> Suite:
    suite = getattr(import_module(f"{suites.__name__}.{name}"), "SUITE", None)
    if not isinstance(suite, Suite) or suite.name != name:
        raise TypeError(f"evals/suites/{name}.py has no SUITE of that name")
    return suite
