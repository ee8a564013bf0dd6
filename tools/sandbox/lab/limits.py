"""How much a build may take, and how the lab is set up; what the operator chose is kept beside the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import LabFailed

MIB, GIB = 1024**2, 1024**3
_NAME = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"
HOST, REGISTRY = rf"^{_NAME}$", rf"^({_NAME}(/[a-z0-9._-]+)*)?$"
ENGINE_MEMORY = GIB  # for the daemon itself, beside what a build may take


class LabLimits(BaseModel):
    """Of one build. Each has a verdict of its own, and the self-test measures those that confine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_seconds: float = Field(180, gt=0)
    idle_seconds: float = Field(60, gt=0)
    stack_seconds: float = Field(180, gt=0)
    cpus: float = Field(1.0, gt=0)
    cpu_seconds: float = Field(150, gt=0)
    memory_bytes: int = Field(1536 * MIB, ge=32 * MIB)
    pids: int = Field(256, ge=16)
    disk_bytes: int = Field(2 * GIB, ge=MIB)
    inodes: int = Field(200_000, ge=100)
    file_bytes: int = Field(GIB, ge=MIB)
    open_files: int = Field(1024, ge=64)
    log_bytes: int = Field(16 * MIB, ge=1024)
    image_bytes: int = Field(4 * GIB, ge=16 * MIB)


class LabConfig(BaseModel):
    """`hosts` are all that a build may reach, by name or name:port; none means no network at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: LabLimits = LabLimits()
    disk_bytes: int = Field(8 * GIB, ge=64 * MIB)
    inodes: int = Field(400_000, ge=10_000)
    hosts: tuple[Annotated[str, Field(pattern=HOST)], ...] = ()
    registry: str = Field("", pattern=REGISTRY)
    builds_between_resets: int = Field(50, ge=1)
    hours_between_resets: float = Field(24, gt=0)

    @model_validator(mode="after")
    def _room(self) -> Self:
        if self.disk_bytes < self.limits.disk_bytes * 3 // 2:
            raise ValueError(f"must be half as much again as the {self.limits.disk_bytes / GIB:.1f} GiB of one build")
        return self

    @classmethod
    def read(cls, file: Path) -> LabConfig:
        try:
            return cls.model_validate_json(file.read_text())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise LabFailed(f"{file} can not be read ({error}). Remove it and start the engine anew.") from None

    @classmethod
    def checked(cls, chosen: LabConfig) -> LabConfig:
        """What was chosen, once it keeps the bounds; LabFailed says which does not."""
        try:
            return cls.model_validate(chosen.model_dump())
        except ValidationError as error:
            faults = "; ".join(f"{_place(fault['loc'])}: {_said(fault['msg'])}" for fault in error.errors())
            raise LabFailed(f"The engine can not be set up so: {faults}") from None

    def write(self, file: Path) -> None:
        file.write_text(self.model_dump_json(indent=2) + "\n")


def _place(loc: Sequence[object]) -> str:
    return ".".join(map(str, loc)) or "disk"


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
