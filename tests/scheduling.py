"""How the tests are shared among processes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler.loadscope import LoadScopeScheduling

ROOT = Path(__file__).parents[1]


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """By file, for a file's fixtures are dear; there is one engine, so one process has all files that need it.

    Not by xdist's own groups: those rewrite an item's id, which pytest no longer lets them do.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "engine" if _needs_engine(path) else path


@cache
def _needs_engine(path: str) -> bool:
    return "mark.engine" in (ROOT / path).read_text("utf-8")
