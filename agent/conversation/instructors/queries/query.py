"""What an instructor asks, as it is remembered between turns: plain strings, readable by any later version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tools.artefacts.registry import judged_types


class Kind(StrEnum):
    LEARNER = "learner"
    COMPARISON = "learners"
    WORK = "work"
    COHORT = "cohort"
    CRITERION = "criterion"
    CRITERIA = "criteria"
    STUCK = "stuck"
    IDLE = "idle"
    PASSED = "passed"
    PENDING = "pending"
    RECENT = "recent"
    MISCONCEPTIONS = "misconceptions"
    COST = "cost"


OF_PERSONS = frozenset({Kind.LEARNER, Kind.COMPARISON, Kind.WORK})


@dataclass(frozen=True)
class Query:
    """`people` are ids, `criteria` ids of criteria.

    `part` is the side of it that is wanted (hints, quotes …), `file` the artefact, `which` the half of a list (has,
    lacks, open, rest), `days` how far back. `shown` are the people of the last table, in its order; `talk` and `told`
    the misconception that a talk was proposed on, and when.
    """

    kind: Kind
    people: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    lesson: str = ""
    part: str = ""
    file: str = ""
    which: str = ""
    days: str = ""
    page: int = 0
    shown: tuple[str, ...] = ()
    talk: str = ""
    told: str = ""
    offered: str = ""  # an offer to show files was made, which is not made twice

    def remembered(self) -> dict[str, str]:
        kept = {
            "kind": self.kind.value,
            "people": _BETWEEN.join(self.people),
            "criteria": _BETWEEN.join(self.criteria),
            "page": str(self.page) if self.page else "",
            "shown": _BETWEEN.join(self.shown),
        }
        kept |= {name: getattr(self, name) for name in _PLAIN}
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def recalled(cls, memory: Mapping[str, str]) -> Self | None:
        """None where nothing was asked yet, or what was kept is not understood any more."""
        kind = memory.get("kind", "")
        if kind not in {known.value for known in Kind}:
            return None
        page = memory.get("page", "")
        return cls(
            Kind(kind),
            people=_parts(memory, "people"),
            criteria=_parts(memory, "criteria"),
            page=int(page) if page.isdecimal() else 0,
            shown=_parts(memory, "shown"),
            **{name: _known(name, memory.get(name, "")) for name in _PLAIN},
        )


_BETWEEN = "\t"  # ids of people may hold spaces
_PLAIN = ("lesson", "part", "file", "which", "days", "talk", "told", "offered")


_HALVES = frozenset({"", "has", "lacks", "open", "closed", "begun", "rest", "close", "whether"})


def _known(name: str, value: str) -> str:
    """A word of another version counts as none."""
    if name == "file":
        return value if value in {artefact.name for artefact in judged_types()} else ""
    return value if name != "which" or _HALVES.issuperset(value.split(" ")) else ""


def _parts(memory: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part for part in memory.get(name, "").split(_BETWEEN) if part)
