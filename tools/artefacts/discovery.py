"""Finds the descriptions of artefact types by their place, so that no list of them is kept anywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

_packages = ["tools.artefacts.types"]


@lru_cache(maxsize=1)  # on first use: what a type needs for its checks is imported with it
def descriptions() -> tuple[Any, ...]:
    """`ARTEFACT` of each module and package there, in the order in which types are tried and shown."""
    found = [importlib.import_module(name).ARTEFACT for package in _packages for name in _modules(package)]
    return tuple(sorted(found, key=lambda artefact: (artefact.order, artefact.name)))


def _modules(package: str) -> Iterator[str]:
    path = importlib.import_module(package).__path__
    yield from (f"{package}.{module.name}" for module in pkgutil.iter_modules(path))


@contextmanager
def also_from(package: str) -> Iterator[None]:
    """With the types of another package, for whoever tries one out before it is moved in."""
    _packages.append(package)
    descriptions.cache_clear()
    try:
        yield
    finally:
        _packages.remove(package)
        descriptions.cache_clear()
