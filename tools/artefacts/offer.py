"""What somebody is given to paste or to do: code, a name with a version, an instruction in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OfferKind(StrEnum):
    BLOCK = "block"  # a fenced or indented block: may be a whole file
    CODE = "code"  # a span, an instruction in prose, a name with its version
    DEED = "deed"  # an instruction in words


@dataclass(frozen=True)
class Offer:
    """`told`: the reply says to use it; otherwise it may be an example of something else."""

    kind: OfferKind
    text: str
    told: bool = False
