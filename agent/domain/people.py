"""Who speaks: one person in one workspace, and what their role lets them see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    LEARNER = "learner"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True)
class Person:
    """`id` is unique over all workspaces: `team:user`. `name` is for display and is never a key."""

    id: str
    name: str
    role: Role = Role.LEARNER
    cohort: str = ""

    @property
    def workspace(self) -> str:
        return self.id.partition(":")[0]

    @property
    def is_instructor(self) -> bool:
        return self.role is Role.INSTRUCTOR
