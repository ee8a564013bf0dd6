"""How far a sentence that points beyond itself reaches: to what follows, what came before, or all of a plan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.grading.plan_review.assertions import addresses_reviewer
from agent.grading.plan_review.outline import Form, Part
from agent.grading.plan_review.plain_words import plainly
from agent.grading.plan_review.scopes import Role, Scope, group_below, section_end

WORDS = Path(__file__).with_name("frame_words.yaml")
STATUS_WORDS = 25  # of a section that answers a head that asks; longer ones tell more than a status

SENTENCE_WORDS = 3  # what has fewer heads others and is read so


@cache
def frame_words() -> Mapping[str, Any]:
    return dict(yaml.safe_load(WORDS.read_text("utf-8")))


@cache
def _pointing() -> Mapping[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)
        for name, words in frame_words()["points"].items()
    }


@dataclass(frozen=True)
class _Place:
    """A sentence: the number of its part, and which of the part's sentences it is."""

    at: int
    start: int
    end: int
    said: str
    is_first: bool
    is_last: bool


class Reach:
    def __init__(self, text: str, found: Sequence[Part], explained: Collection[str] = ()) -> None:
        """`explained` are marks: a sentence that explains one speaks of what carries it, and of nothing else."""
        self._parts, self._end, self._explained = found, len(text), explained

    def scopes(self) -> Iterator[Scope]:
        """What is said to the reviewer moves nothing around it."""
        for place in self._places():
            points = {name for name, pattern in _pointing().items() if pattern.search(place.said)}
            is_head = len(place.said.split()) < SENTENCE_WORDS or place.said.endswith(":")
            if points and (not is_head or points & {"after", "document"}):
                start, end = self._reach(place, points)
                yield Scope(min(start, place.start), max(end, place.end), Role.SENTENCE, place.said)
        yield from self._statuses()

    def _places(self) -> Iterator[_Place]:
        for at, part in enumerate(self._parts):
            if part.is_heading or part.form is Form.ROW:
                continue
            bounds = list(part.sentences())
            for number, (left, right) in enumerate(bounds):
                said = plainly(part.raw[left - part.start : right - part.start])
                explains = any(mark in part.raw[left - part.start : right - part.start] for mark in self._explained)
                if said and not explains and not addresses_reviewer(said):
                    yield _Place(at, left, right, said, number == 0, number == len(bounds) - 1)

    def _reach(self, place: _Place, points: set[str]) -> tuple[int, int]:
        if "document" in points and self._opens_or_closes(place):
            return 0, self._end
        if "after" in points:
            return place.start, self._after(place)
        if "before" in points:
            return (0 if self._is_end(place) else self._section(place)[0]), place.end
        if "section" in points:
            return self._section(place)
        return self._near(place)

    def _near(self, place: _Place) -> tuple[int, int]:
        """“All of this …”: what came before it, or what comes where nothing did."""
        start, end = self._section(place)
        part = self._parts[place.at]
        if not place.is_first:
            return part.start, place.end
        first = place.at == 0 or self._parts[place.at - 1].is_heading
        if first:
            return place.start, end
        if not place.is_last or part.form is Form.ITEM:
            return place.start, part.end
        return (0 if self._is_end(place) else start), place.end

    def _after(self, place: _Place) -> int:
        """A list or table that comes right after it, else the rest of its section."""
        below = group_below(self._parts, place.at) if place.is_last else []
        if below and (below[0].items or below[0].form is Form.ROW) and "follow" in place.said.lower():
            return below[-1].end
        return self._section(place)[1]

    def _section(self, place: _Place) -> tuple[int, int]:
        """Of the innermost heading above; before the first heading of all, the whole plan."""
        for at in range(place.at, -1, -1):
            if self._parts[at].is_heading and not self._parts[at].quoted:
                return self._parts[at].start, section_end(self._parts, at, self._end)
        return 0, self._end

    def _is_end(self, place: _Place) -> bool:
        """Whether it ends the plan, as a paragraph of its own."""
        return place.at == len(self._parts) - 1 and place.is_first and self._parts[place.at].form is Form.PARAGRAPH

    def _opens_or_closes(self, place: _Place) -> bool:
        headings = [at for at, part in enumerate(self._parts) if part.is_heading]
        return place.at >= len(self._parts) - 2 or len([at for at in headings if at < place.at]) <= 1

    def _statuses(self) -> Iterator[Scope]:
        """“Status: proposed”, as a line or as a section, speaks of the section around it."""
        asks = set(frame_words()["asks"])
        for at, part in enumerate(self._parts):
            label, _, answer = plainly(part.raw).partition(":")
            if part.is_heading and plainly(part.raw).lower().strip(" :?") in asks:
                end = section_end(self._parts, at, self._end)
                within = [plainly(other.raw) for other in self._parts[at + 1 :] if other.start < end]
                answer = " ".join(within)
                around = self._around(at)
            elif not part.is_heading and label.lower().strip() in asks and part.form is not Form.ROW:
                around = self._section(_Place(at, part.start, part.end, answer, is_first=True, is_last=True))
            else:
                continue
            if answer.strip() and len(answer.split()) <= STATUS_WORDS:
                yield Scope(*around, Role.STATUS, answer.strip())

    def _around(self, at: int) -> tuple[int, int]:
        """The section that a section stands in."""
        level = self._parts[at].level
        for above in range(at - 1, -1, -1):
            if self._parts[above].is_heading and self._parts[above].level < level:
                return self._parts[above].start, section_end(self._parts, above, self._end)
        return 0, self._end


def points_beyond(said: str) -> bool:
    return any(pattern.search(said) for pattern in _pointing().values())
