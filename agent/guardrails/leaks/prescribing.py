"""Which sentences tell somebody what to write, and which clauses are orders; the words are data."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSE = re.compile(r"(?<=[.!?;])\s+|:\s+(?=[A-Z`])|\n+|,\s+(?:and|then|or)\s+|\s+(?:and|then)\s+(?=[a-z]+\s)")


class _Wording(NamedTuple):
    order: re.Pattern[str]
    phrase: re.Pattern[str]
    step: re.Pattern[str]


def sentences(prose: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.split(prose) if sentence.strip()]


def orders_in(prose: str) -> list[str]:
    """The clauses that begin with an order."""
    return [clause.strip() for clause in _CLAUSE.split(prose) if _wording().order.match(clause)]


def prescribes(sentence: str) -> bool:
    """Whether a sentence says what to write; a question does not, whatever it names."""
    if sentence.rstrip('"”’)*_` ').endswith("?"):
        return False
    wording = _wording()
    return bool(wording.phrase.search(sentence) or wording.step.match(sentence) or orders_in(sentence))


@cache
def _wording() -> _Wording:
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    verbs = "|".join(sorted({re.escape(verb) for row in data["orders"] for verb in row.split()}))
    steps = "|".join(re.escape(step) for step in data["steps"].split())
    return _Wording(
        re.compile(
            rf"^\W*(?:(?:so|now|first|next|then|finally|just|please|simply|also|instead|step \d+|ok|okay|\d+)\W+)*"
            rf"(?:(?:you|we|i would|i'd|one)\s+(?:can|could|should|must|need to|have to|want to|may|might|just|simply)?"
            rf"\s*(?:just |simply )?|(?:try|consider|remember|be sure|make sure)\s+(?:to\s+|that you\s+)?"
            rf"|to fix (?:it|this|that)\W+|the (?:fix|answer|solution) is to\s+|let us\s+|let's\s+)?"
            rf"(?:{verbs})(?:ing)?\b",
            re.IGNORECASE,
        ),
        re.compile(rf"(?<!\w)(?:{'|'.join(data['phrases'])})", re.IGNORECASE),
        re.compile(rf"^\W*(?:and\s+)?(?:the\s+)?(?:{steps})\b", re.IGNORECASE),
    )
