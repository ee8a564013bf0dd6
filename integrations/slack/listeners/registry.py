"""All listeners: each module of the folders below has one, named LISTENER. A new file there is all that it takes."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from integrations.slack.listeners import actions, commands, events, shortcuts, views
from integrations.slack.listeners.listener import Listener

FOLDERS = (events, actions, views, commands, shortcuts)


@cache
def registry() -> tuple[Listener, ...]:
    """In the order of folders and files; raises TypeError where a module has no listener."""
    return tuple(_listener(module) for folder in FOLDERS for module in _modules(folder))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(package.__path__):
        yield import_module(f"{package.__name__}.{found.name}")


def _listener(module: ModuleType) -> Listener:
    listener = getattr(module, "LISTENER", None)
    if not isinstance(listener, Listener):
        raise TypeError(f"{module.__name__} has no LISTENER")
    return listener
