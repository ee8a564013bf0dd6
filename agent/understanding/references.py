"""What a message points at by its form: criteria, lines, files, numbers of a list, or what went before."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from knowledge.course.pack import Criterion
from knowledge.retrieval.lexical import words

FEW = 7  # words; a longer message stands by itself
_LINE = re.compile(r"\b(?:lines?|ln|zeile|l)\s*#?(\d{1,4})\b", re.IGNORECASE)
_ID = re.compile(r"\b([a-z]\d{1,2})\b", re.IGNORECASE)
_RANGE = re.compile(r"\b([a-z]\d{1,2})\s*(?:to|until|till|through|bis|-|–|\.\.)\s*([a-z]\d{1,2})\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:\b(?:number|nr|no|point|item|remark|finding|option)\.?\s*|#)(\d{1,2})\b|^\W*(\d{1,2})\s*[.)?]*\s*$",
    re.IGNORECASE,
)
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5}
_ORDINAL = re.compile(
    rf"\b(?:the\s+)?({'|'.join(_ORDINALS)})\b(?:\s+(?:one|point|thing|remark|finding|item))?", re.IGNORECASE
)
_REST = re.compile(
    r"\b(?:rest|others?|remaining|left out|leave out|leftover|less pressing|missing ones|all of them|show all|"
    r"\d+ (?:more|other) (?:remarks?|findings?|points?|things?))\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|hm+|ah+|and|so|but|then|also|oh|well|aha)\W+)*(?:and|so|but|then|why|how|what about|"
    r"how about|it|that|this|they|those|these|same|like what|for what|which one|is it|does it|can it|does that|"
    r"is that)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(r"\b(?:it|that|this|these|those|they|them|one|ones|there)\b", re.IGNORECASE)
_INSTRUCTION = re.compile(
    r"\b(from|run|copy|add|cmd|entrypoint|user|env|arg|expose|healthcheck|workdir|volume|label|"
    r"depends_on|ports|volumes|environment|env_file|restart|networks|secrets|deploy|mem_limit)\b",
    re.IGNORECASE,
)
_WORDS_TOO = frozenset({"from", "run", "copy", "add", "user", "volume", "label", "ports", "restart", "secrets"})


_ALONE = re.compile(r"(?<![\w.:/-])(\d{1,2})(?![\w:/-]|\.\d)")


def alone_number(text: str) -> int:
    """The first number that stands by itself, 0 where none does: for whoever was offered numbers."""
    found = _ALONE.search(text)
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class References:
    criterion: str = ""
    criteria: tuple[str, ...] = ()  # all of them, where several are named or a range
    line: int = 0
    file: str = ""
    number: int = 0
    rest: bool = False
    leans: bool = False
    instructions: tuple[str, ...] = ()  # as they stand in a file: CMD, depends_on


def read_references(text: str, rubric: Sequence[Criterion], files: Collection[str]) -> References:
    line, number = _LINE.search(text), _NUMBER.search(text)
    ordinal = _ORDINAL.search(text)
    counted = next((int(group) for group in number.groups() if group), 0) if number else 0
    return References(
        criterion=criterion_named(text, rubric),
        criteria=criteria_named(text, rubric),
        line=int(line[1]) if line else 0,
        file=_file_named(text, files),
        number=counted or (_ORDINALS[ordinal[1].lower()] if ordinal else 0),
        rest=_REST.search(text) is not None,
        leans=_leans(text),
        instructions=tuple(dict.fromkeys(_instructions(text))),
    )


def criterion_named(text: str, rubric: Sequence[Criterion]) -> str:
    """By its id first, then by the words of its name."""
    by_id = {criterion.id.lower(): criterion.id for criterion in rubric}
    found = next((by_id[match[1].lower()] for match in _ID.finditer(text) if match[1].lower() in by_id), "")
    if found:
        return found
    low = text.lower().replace("-", " ")
    named = (one.id for one in rubric if one.name.replace("-", " ") in low or one.title.lower() in low)
    return next(named, "")


def criteria_named(text: str, rubric: Sequence[Criterion]) -> tuple[str, ...]:
    """Those that stand in the text, “P1 to P4” and “P1–P4” with what lies between."""
    ids = [criterion.id for criterion in rubric]
    low = {identifier.lower(): identifier for identifier in ids}
    found = [low[match[1].lower()] for match in _ID.finditer(text) if match[1].lower() in low]
    for first, last in _RANGE.findall(text):
        if first.lower() in low and last.lower() in low:
            begin, end = sorted((ids.index(low[first.lower()]), ids.index(low[last.lower()])))
            found += ids[begin : end + 1]
    return tuple(identifier for identifier in ids if identifier in found)


def _file_named(text: str, files: Collection[str]) -> str:
    """A file by its whole path goes before one of the same name in a folder."""
    low = text.lower()
    by_path = [path for path in files if path.lower() in low]
    by_name = [path for path in files if path.rpartition("/")[2].lower() in low]
    return max(by_path or by_name, key=len, default="")


def _leans(text: str) -> bool:
    """Whether it says too little to stand by itself, or points at what was said."""
    if len(text.split()) > FEW:
        return False
    content = words(text)
    return len(content) < 2 or (_LEANS.match(text) is not None and _POINTER.search(text) is not None)


def _instructions(text: str) -> list[str]:
    """Instructions and keys; common words count only where they are written as in a file."""
    found = []
    for match in _INSTRUCTION.finditer(text):
        word = match[1]
        if word.lower() in _WORDS_TOO and not (word.isupper() or _as_thing(text, match.end())):
            continue
        found.append(
            word.lower() if "_" in word or word.lower() in ("ports", "volumes", "environment") else word.upper()
        )
    return found


def _as_thing(text: str, end: int) -> bool:
    """“the user thing”, “copy line”: a common word is the instruction where one of these follows."""
    return re.match(r"\s+(?:thing|line|instruction|part|statement|bit|stuff)\b", text[end:], re.IGNORECASE) is not None
