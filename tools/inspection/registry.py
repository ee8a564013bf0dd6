"""All Dockerfile rules: each module of `checks/` has its RULES. A rule there, or a new module, is all that it takes."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from tools.inspection import checks
from tools.inspection.rule import DockerfileRule


@cache
def rules() -> tuple[DockerfileRule, ...]:
    """In the order of the modules; raises TypeError where one has no rules."""
    return tuple(rule for found in pkgutil.iter_modules(checks.__path__) for rule in _rules(found.name))


def _rules(name: str) -> Iterator[DockerfileRule]:
    found = getattr(import_module(f"{checks.__name__}.{name}"), "RULES", ())
    if not found or not all(isinstance(rule, DockerfileRule) for rule in found):
        raise TypeError(f"tools/inspection/checks/{name}.py has no RULES")
    yield from found
