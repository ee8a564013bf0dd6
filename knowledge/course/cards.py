"""Answer cards and reading notes: what a course's author says to what people ask, and digests of the guides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge.course.files import PackFaults
from knowledge.course.format import Address, Below, CriterionId, Slug, Text

LEAST_ASKS = 8
LONGEST_SAYS = 900  # characters; a longer answer is two cards
LONGEST_SHORT = 400
SLOTS = frozenset(
    {"lesson", "week", "minutes", "gate", "deliverable", "next_lesson", "required", "retention_days"}
)  # of a course's own cards, filled by the engine


@dataclass(frozen=True)
class OwnRemark:
    """What is added where the learner's own files have a finding of this rule."""

    rule: str
    says: str


@dataclass(frozen=True)
class ShortAnswer:
    """What comes first where the question is one of `asks`: a yes, a no, a number, one of two."""

    asks: tuple[str, ...]
    says: str
    whole: bool = False  # it is all of the answer; the card's own words would lead away


@dataclass(frozen=True)
class AnswerCard:
    """`asks` are ways in which people ask for it; `says` answers by itself; `cites` are `lesson#ID` or `PATH#SLUG`."""

    id: str
    asks: tuple[str, ...]
    says: str
    why: str = ""
    example: str = ""
    check: str = ""
    not_for: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    criterion: str = ""
    signs: tuple[str, ...] = ()  # literal fragments of logs, lower case
    own: tuple[OwnRemark, ...] = ()
    gives_way: bool = False  # its signs stand in many logs; a card with any other sign is nearer
    short: tuple[ShortAnswer, ...] = ()  # their `asks` are among the card's own
    lesson: str = ""  # empty for a card of the course as a whole
    heard: frozenset[str] = frozenset()  # those of `asks` that nobody weighed against the first words of `says`

    @property
    def is_symptom(self) -> bool:
        return bool(self.signs)


@dataclass(frozen=True)
class ReadingNote:
    """A digest of one section of a guide; an empty section is the page as a whole."""

    section: str
    title: str
    says: str
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class GuideNotes:
    """`source` is the page's path below an ingested folder, `url` where everybody can read it."""

    source: str
    title: str
    url: str
    notes: tuple[ReadingNote, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OwnEntry(_Strict):
    rule: Slug
    says: Text


class CardEntry(_Strict):
    id: Slug
    asks: Annotated[list[Text], Field(min_length=LEAST_ASKS)]
    says: Annotated[Text, Field(max_length=LONGEST_SAYS)]
    why: str = ""
    example: str = ""
    check: str = ""
    not_for: list[Text] = []
    follow_ups: list[Slug] = []
    cites: list[Text] = []
    criterion: CriterionId | None = None
    signs: list[Text] = []
    own: list[OwnEntry] = []
    gives_way: bool = False


class ShortEntry(_Strict):
    asks: Annotated[list[Text], Field(min_length=1)]
    says: Annotated[Text, Field(max_length=LONGEST_SHORT)]
    whole: bool = False


Short = dict[Slug, Annotated[list[ShortEntry], Field(min_length=1)]]  # card to what its answer begins with
Heard = dict[Slug, Annotated[list[Text], Field(min_length=1)]]  # card to ways in which people were heard to ask for it


class NoteEntry(_Strict):
    section: str = ""
    title: str = ""
    says: Text
    asks: list[Text] = []


class NotesFile(_Strict):
    source: Below
    title: Text
    url: Address
    notes: Annotated[list[NoteEntry], Field(min_length=1)]


def read_cards(folder: Path, faults: PackFaults, lesson: str = "") -> tuple[AnswerCard, ...]:
    """Every file of the folder `cards`, with what people were heard to ask and what is said first to some of it."""
    short = folder / "short.yaml"
    heard = {file: faults.read(file, Heard) or {} for file in sorted((folder / "heard").glob("*.yaml"))}
    first = faults.read(short, Short) or {} if short.exists() else {}
    cards = tuple(
        _card(entry, lesson, _said_of(entry.id, heard.values()), first.get(entry.id, ()))
        for file in sorted((folder / "cards").glob("*.yaml"))
        for entry in faults.read(file, list[CardEntry]) or ()
    )
    for file, named in (*((file, also.keys()) for file, also in heard.items()), (short, first.keys())):
        for name in sorted(named - {card.id for card in cards}):
            faults.add(file, f"{name} is no card of this folder; remove it or correct its name")
    return cards


def _said_of(card: str, heard: Iterable[Heard]) -> list[str]:
    return [text for also in heard for text in also.get(card, ())]


def read_notes(folder: Path, faults: PackFaults) -> tuple[GuideNotes, ...]:
    read = (faults.read(file, NotesFile) for file in sorted((folder / "notes").glob("*.yaml")))
    return tuple(
        GuideNotes(
            page.source,
            page.title,
            page.url,
            tuple(ReadingNote(note.section, note.title, note.says, tuple(note.asks)) for note in page.notes),
        )
        for page in read
        if page is not None
    )


def _card(entry: CardEntry, lesson: str, heard: Sequence[str], first: Sequence[ShortEntry]) -> AnswerCard:
    short = tuple(ShortAnswer(tuple(one.asks), one.says.strip(), one.whole) for one in first)
    return AnswerCard(
        entry.id,
        tuple(dict.fromkeys((*entry.asks, *heard, *(asked for one in short for asked in one.asks)))),
        entry.says.strip(),
        entry.why.strip(),
        entry.example.strip(),
        entry.check.strip(),
        tuple(entry.not_for),
        tuple(entry.follow_ups),
        tuple(entry.cites),
        entry.criterion or "",
        tuple(sign.lower() for sign in entry.signs),
        tuple(OwnRemark(own.rule, own.says.strip()) for own in entry.own),
        entry.gives_way,
        short,
        lesson,
        frozenset(heard).difference(entry.asks),
    )


def phrasings(cards: Mapping[str, AnswerCard]) -> Iterator[tuple[str, str]]:
    """(phrasing, card id) of all cards."""
    for card in cards.values():
        yield from ((asked, card.id) for asked in card.asks)
