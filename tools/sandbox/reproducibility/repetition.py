"""How far two builds of the same files agree: a rung, and the causes of what differs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.sandbox.reproducibility.differences import TarKind


class Rung(StrEnum):
    """From the best to the worst; the last two are beside the ladder."""

    BIT_FOR_BIT = "bit-for-bit"
    LAYERS_IDENTICAL = "layers-identical"
    CONTENT_IDENTICAL = "content-identical"
    EXPLAINED_NOISE = "explained-noise"
    PACKAGE_DRIFT = "package-drift"
    UNEXPLAINED = "unexplained"
    SECOND_BUILD_FAILED = "second-build-failed"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True)
class DifferenceCause:
    """One class of differences in what one instruction made."""

    line: int
    step: str
    kind: TarKind
    count: int
    example: str
    text: str
    question: str
    copied_by: int = 0  # the line of the COPY that carried it into the final stage


@dataclass(frozen=True)
class Repetition:
    rung: Rung
    summary: str
    layers: int = 0  # of the Dockerfile's own
    differing: int = 0
    causes: tuple[DifferenceCause, ...] = ()
    packages: tuple[tuple[str, str, str, str], ...] = ()  # manager, name, first, second
    config: tuple[str, ...] = ()
    sample: tuple[str, ...] = ()  # a few lines of one difference, masked
    perturbed: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
