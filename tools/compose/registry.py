"""All Compose rules: each module of `checks/` has its RULES. A rule there, or a new module, is all that it takes."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from tools.compose import checks
from tools.compose.rules import ComposeRule


@cache
def rules() -> tuple[ComposeRule, ...]:
    """In the order of the modules; raises TypeError where one has no rules."""
    return tuple(rule for found in pkgutil.iter_modules(checks.__path__) for rule in _rules(found.name))


def _rules(name: str) -> Iterator[ComposeRule]:
    found = getattr(import_module(f"{checks.__name__}.{name}"), "RULES", ())
    if not found or not all(isinstance(rule, ComposeRule) for rule in found):
        raise TypeError(f"tools/compose/checks/{name}.py has no RULES")
    yield from found
