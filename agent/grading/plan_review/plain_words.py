"""Words of a plan as they read: without markup, invisible characters and curly marks."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_COVERED = re.compile("[\u202d\u202e\U000e0020-\U000e007f]")
_MARKUP = re.compile(r"(\*\*|__|~~|`|(?<!\w)\*|\*(?!\w)|(?<!\w)_(?=\w)|(?<=\w)_(?!\w))")
_STRAIGHT = {0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'}


def plainly(raw: str) -> str:
    bare = _INVISIBLE.sub("", raw).replace("|", " ; ").translate(_STRAIGHT)
    return " ".join(_MARKUP.sub("", bare).split()).strip(" ;")


def is_covered(raw: str) -> bool:
    """Whether it reads otherwise than it is written."""
    return _COVERED.search(raw) is not None
