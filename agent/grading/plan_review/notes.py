"""Marks that a plan explains, as footnote or as legend (“* = not yet”), and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agent.grading.plan_review.outline import Form, Part
from agent.grading.plan_review.plain_words import plainly
from agent.grading.plan_review.scopes import Role, Scope, cells

_SIGN = (
    r"\([A-Za-z?!*+~-]{1,4}\)|\[[A-Za-z?!*+~-]{1,4}\]|\\?[*†‡§¹²³⁴°~#+!]{1,3}|"
    "[\u2600-\u27bf\u2b50-\u2b55\U0001f300-\U0001faff\U0001f7e0-\U0001f7eb]\ufe0f?"
)
_MARK = re.compile(rf"(?<![\w*])({_SIGN})(?![\w*])")
_DEFINED = re.compile(r"^\s*(?:=|:|–|—|-|→|means?\b|stands for\b)", re.IGNORECASE)
_SPOKEN_OF = re.compile(r"\b(mark|marks|marked|sign|signs|symbol|star|asterisk|dagger|with an?)\b", re.IGNORECASE)


def legends(found: Sequence[Part]) -> dict[str, str]:
    """Mark → what the plan says of it, of those that stand at other places too."""
    return {
        mark: said
        for at, part in enumerate(found)
        if not part.is_heading
        for mark, said in _definitions(part)
        if any(_carries(other, mark) for place, other in enumerate(found) if place != at)
    }


def _definitions(part: Part) -> Iterator[tuple[str, str]]:
    """A line may define several, each to the next mark."""
    raw = part.raw.strip()
    if part.items and _DEFINED.match(raw):
        yield "*", plainly(_DEFINED.sub("", raw))  # Markdown took the star for an item's marker
        return
    found = list(_MARK.finditer(raw))
    for number, match in enumerate(found):
        rest = raw[match.end() : found[number + 1].start() if number + 1 < len(found) else len(raw)]
        if _DEFINED.match(rest):
            yield match.group(1).lstrip("\\"), plainly(_DEFINED.sub("", rest)).strip(" ,;.·")
        elif _SPOKEN_OF.search(raw):
            yield match.group(1).lstrip("\\"), plainly(raw[: match.start()] + "so" + raw[match.end() :])


def _carries(part: Part, mark: str) -> bool:
    return any(_ends_or_begins(part.raw[left - part.start : right - part.start], mark) for left, right in _places(part))


def _places(part: Part) -> Iterator[tuple[int, int]]:
    if part.form is Form.ROW:
        yield from ((cell.start, cell.end) for cell in cells(part))
    elif part.is_heading:
        yield part.start, part.end
    else:
        yield from part.sentences()


def _ends_or_begins(raw: str, mark: str) -> bool:
    bare = raw.replace("\\", "").strip(" \n_|")
    if not bare or _DEFINED.match(bare.removeprefix(mark)):
        return False
    return bare.startswith(mark) or bare.rstrip(".:;,").endswith(mark)


def marked(found: Sequence[Part], notes: Mapping[str, str]) -> Iterator[Scope]:
    """A mark in a row speaks of the row, elsewhere of its sentence; in a heading it is read with the heading."""
    for part in found:
        for left, right in [] if part.is_heading else list(_places(part)):
            raw = part.raw[left - part.start : right - part.start]
            for mark, said in notes.items():
                if _ends_or_begins(raw, mark) or (mark.startswith("[^") and mark in raw):
                    whole = (part.start, part.end) if part.form is Form.ROW or left == part.body else (left, right)
                    yield Scope(*whole, Role.NOTE, said)


def told(says: str, notes: Mapping[str, str]) -> str:
    """A head with what its marks say."""
    said = [
        note for mark, note in notes.items() if _ends_or_begins(says, mark) or (mark.startswith("[^") and mark in says)
    ]
    return f"{says} ({'; '.join(said)})" if said else says
