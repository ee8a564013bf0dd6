"""Under which frame each sentence of a plan stands, if under any: what takes it back, and how sure that is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.grading.plan_review.frames import FrameModel, Kind, Voice
from agent.grading.plan_review.markup import footnotes
from agent.grading.plan_review.notes import legends, marked, told
from agent.grading.plan_review.outline import Part
from agent.grading.plan_review.reach import Reach, frame_words
from agent.grading.plan_review.scopes import Role, Scope, folded, structural

# Chosen on the tuned wordings and plans, each wording left out of what reads it (`python -m evals.fitting_frames`).
# Labels are many and short, so that more of them would be taken wrongly.
SURE = {Voice.HEAD: 0.75, Voice.SENTENCE: 0.8}
POSSIBLE = {Voice.HEAD: 0.45, Voice.SENTENCE: 0.5}
SURE_LABEL, POSSIBLE_LABEL = 0.9, 0.7
ASKS = 0.5
Asks = Callable[[str], bool]


@dataclass(frozen=True)
class Frame:
    """`words` is what takes back; where that is not `certain`, an instructor decides."""

    kind: Kind
    certain: bool
    words: str


@dataclass(frozen=True)
class _Framed:
    scope: Scope
    frame: Frame

    def doubts_part_of(self, start: int, end: int) -> bool:
        """A cell that may be taken back makes its row doubtful; one that surely is, is left out of it."""
        overlaps = self.scope.start < end and start < self.scope.end
        return overlaps and self.scope.role is Role.COLUMN and not self.frame.certain


class Frames:
    """Of one plan."""

    def __init__(self, framed: Sequence[_Framed] = (), scopes: Sequence[Scope] = (), asks: Asks | None = None) -> None:
        self._framed = framed
        self._done = [scope for scope in scopes if scope.role is Role.BOX and scope.says == "done"]
        self._answers = [scope for scope in scopes if asks and scope.role is Role.COLUMN and asks(scope.says)]

    def over(self, start: int, end: int) -> Frame | None:
        """The surest frame over all of a place, the innermost of those; a ticked box under “To do” is not sure."""
        found = [item for item in self._framed if item.scope.covers(start, end) or item.doubts_part_of(start, end)]
        if not found:
            return None
        best = max(found, key=lambda item: (item.frame.certain, item.scope.start, -item.scope.end))
        ticked = [
            scope for scope in self._done if scope.covers(start, end) and best.scope.covers(scope.start, scope.end)
        ]
        softened = bool(ticked) and best.frame.kind in _MAY_BE_DONE
        return replace(best.frame, certain=False) if softened else best.frame

    def within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Stretches of a place, less than all of it, that say nothing of it or are surely taken back."""
        certain = (item.scope for item in self._framed if item.frame.certain)
        for scope in itertools.chain(certain, self._answers):
            left, right = max(start, scope.start), min(end, scope.end)
            if left < right and (start < left or right < end):
                yield left, right


_MAY_BE_DONE = (Kind.PLANNED, Kind.REQUIRED, Kind.HYPOTHETICAL, Kind.ABSENT)


class Framing:
    def __init__(self, model: FrameModel) -> None:
        self._model = model

    def of(self, original: str, visible: str, found: Sequence[Part]) -> Frames:
        marks = legends(found)
        notes = footnotes(original) | marks
        scopes = [
            *structural(visible, found),
            *folded(original),
            *Reach(visible, found, marks).scopes(),
            *marked(found, notes),
        ]
        read = [_Framed(*pair) for scope in scopes if (pair := self._read(scope, notes)) is not None]
        framed = [*read, *_heads_of(read)]
        return Frames(framed, scopes, self._asks)

    def _read(self, scope: Scope, notes: Mapping[str, str]) -> tuple[Scope, Frame] | None:
        says = told(scope.says, notes)
        match scope.role:
            case Role.STRUCK:
                return scope, Frame(Kind.REJECTED, certain=True, words=says)
            case Role.BOX:
                return None if says == "done" else (scope, Frame(Kind.PLANNED, certain=True, words=""))
            case Role.COLUMN:
                return self._read_column(scope, says)
            case Role.STATUS:
                return _paired(scope, self._answered(says, says))
            case Role.NOTE:
                return _paired(scope, self._heard(Voice.HEAD, says) or self._heard(Voice.SENTENCE, says))
            case Role.SENTENCE:
                return _paired(scope, self._heard(Voice.SENTENCE, says))
        is_label = scope.role in (Role.LABEL, Role.TAIL)
        return _paired(scope, self._heard(Voice.HEAD, says, is_label=is_label))

    def _read_column(self, scope: Scope, head: str) -> tuple[Scope, Frame] | None:
        """A head that asks is answered below, for the row; any other speaks of its own cells."""
        if self._asks(head):
            row = replace(scope, start=scope.row[0], end=scope.row[1])
            return _paired(row, self._answered(scope.value, f"{head} {scope.value}".strip()))
        return _paired(scope, self._heard(Voice.HEAD, head))

    def _asks(self, head: str) -> bool:
        return bool(head) and self._model.read(Voice.HEAD, head).asks >= ASKS

    def _answered(self, answer: str, words: str) -> Frame | None:
        said = is_answer(answer)
        if said is None:
            frame = self._heard(Voice.HEAD, answer) if answer else Frame(Kind.ABSENT, certain=False, words=words)
            return replace(frame, words=words) if frame else None
        return None if said else Frame(Kind.PLANNED, certain=True, words=words)

    def _heard(self, voice: Voice, said: str, *, is_label: bool = False) -> Frame | None:
        if not any(map(str.isalpha, said)):
            return None
        possible, sure = (POSSIBLE_LABEL, SURE_LABEL) if is_label else (POSSIBLE[voice], SURE[voice])
        reading = self._model.read(voice, said)
        return Frame(reading.kind, reading.chance >= sure, said) if reading.chance >= possible else None


def _heads_of(read: Sequence[_Framed]) -> Iterator[_Framed]:
    """A row whose cells stand over others is no statement itself."""
    heads = {item.scope.head: item for item in read if item.scope.role is Role.COLUMN}
    for (start, end), item in heads.items():
        yield _Framed(replace(item.scope, start=start, end=end), replace(item.frame, certain=True))


def is_answer(said: str) -> bool | None:
    """Yes, no, or None where it is neither; longer answers begin with one."""
    low = said.lower().strip(" .!*_")
    for yes, answers in ((True, frame_words()["answers"]["yes"]), (False, frame_words()["answers"]["no"])):
        if any(low == answer or low.startswith((f"{answer} ", f"{answer},", f"{answer}:")) for answer in answers):
            return yes
    return None


def _paired(scope: Scope, frame: Frame | None) -> tuple[Scope, Frame] | None:
    return (scope, frame) if frame is not None else None
