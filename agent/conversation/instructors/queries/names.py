"""Whom a message names: display names, parts and beginnings of them, mentions, possessives, close misspellings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from agent.conversation.instructors.queries.tokens import Token, words_of
from agent.conversation.instructors.queries.vocabulary import Vocabulary
from agent.domain.people import Person

CLOSE = 0.78  # share of letters that a misspelt name has in common with the name; from here it is the same
CLOSER = 0.8  # the same for a word in lower case, which may be no name at all
AHEAD = 0.05  # how far the likest name is ahead of the next
NEAREST = 0.65  # from here it is offered
MAX_OFFERED = 3
FEW = 4  # words of a message that may be a name and little else
_BEFORE_NAMES = frozenset(
    "is are was were has have had did does do about for of from at with to and or vs than hows how".split()
)
_AFTER_NAMES = frozenset("is was has did does doing and or vs still".split())
_ALL_OF_THEM = frozenset({"both", "all", "two", "three", "every"})


@dataclass(frozen=True)
class Doubt:
    """A word that names nobody (`candidates` are the nearest) or several people."""

    word: str
    candidates: tuple[Person, ...] = ()
    is_known: bool = False  # several people are called so


@dataclass(frozen=True)
class Naming:
    """`used` are the places of words that were read as names; `strange` those of words that nobody knows.

    `sure` are those people who are named as they are called, not by a beginning of it or a misspelling.
    """

    people: tuple[Person, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    used: frozenset[int] = frozenset()
    strange: tuple[int, ...] = ()
    sure: tuple[Person, ...] = ()


class Roster:
    """The learners of one workspace, found by what they are called."""

    def __init__(self, people: Sequence[Person], words: Vocabulary, subjects: Collection[str] = ()) -> None:
        """`subjects` are words of the course, which are no misspelt names either."""
        self._people, self._words, self._subjects = tuple(people), words, subjects
        self._names = {person: words_of(person.name) for person in people}
        self._by_part: dict[str, list[Person]] = {}
        for person, name in self._names.items():
            for part in dict.fromkeys(name):
                self._by_part.setdefault(part, []).append(person)
        self._by_id = {person.id.rpartition(":")[2].casefold(): person for person in people}

    def named(self, tokens: Sequence[Token], used: Collection[int] = (), prefer: Sequence[str] = ()) -> Naming:
        """`used`: places that were read as something else; `prefer`: ids between whom the last message was in doubt."""
        return _Search(self, tokens, used, prefer).run()

    def nearest(self, word: str) -> tuple[Person, ...]:
        parts = {part: person for person in self._people for part in self._names[person]}
        close = get_close_matches(word, parts, n=MAX_OFFERED, cutoff=NEAREST)
        alike = [person for part in close for person in self._people if part in self._names[person]]
        return tuple(dict.fromkeys(alike))[:MAX_OFFERED]

    def by_mention(self, identifier: str) -> Person | None:
        return self._by_id.get(identifier)

    def run(self, words: Sequence[str]) -> tuple[int, tuple[Person, ...]]:
        """How many of the first words stand in a row in a name, and in whose; the longest such run."""
        lengths = {person: _run(self._names[person], words) for person in self._by_part.get(words[0], ())}
        longest = max(lengths.values(), default=0)
        return longest, tuple(person for person, length in lengths.items() if length == longest)

    def with_part(self, fits: Callable[[str], bool]) -> tuple[Person, ...]:
        """Those whose first name fits, else those of whose name any other part does."""
        first = tuple(person for person in self._people if self._names[person] and fits(self._names[person][0]))
        return first or tuple(person for person in self._people if any(map(fits, self._names[person])))

    def likest(self, word: str, least: float) -> tuple[Person, ...]:
        """Those with the part that is most like a word, and those that are hardly less like it."""
        rated = [
            (max(_likeness(part, word, least) for part in self._names[one] if part[:1] == word[:1]), one)
            for one in self._people
            if any(part[:1] == word[:1] for part in self._names[one])
        ]
        best = max((likeness for likeness, _ in rated), default=0.0)
        return tuple(one for likeness, one in rated if likeness > max(0.0, best - AHEAD))

    def likeness_of_words(self, word: str) -> float:
        """How like a word is to one that means something here."""
        return self._words.likeness(word)

    def narrowed(self, people: Sequence[Person], following: str) -> tuple[Person, ...]:
        """Those among several whose further names begin with the word that follows."""
        return tuple(one for one in people if any(part.startswith(following) for part in self._names[one][1:]))

    def is_common(self, word: str) -> bool:
        return word in self._subjects or self._words.is_common(word)


class _Search:
    """One message read from the left; the surest ways to name somebody come first."""

    def __init__(self, roster: Roster, tokens: Sequence[Token], taken: Collection[int], prefer: Sequence[str]) -> None:
        self._roster, self._tokens, self._prefer, self._taken = roster, tokens, prefer, taken
        self._found: dict[int, tuple[Person, ...]] = {}
        self._doubts: list[Doubt] = []
        self._used: set[int] = set()

    def run(self) -> Naming:
        self._mentions()
        self._whole_names()
        self._take_all(self._exactly)
        sure = self._people()
        self._take_all(self._by_beginning)
        self._take_all(self._by_likeness)
        strange = tuple(place for place in self._free() if self._is_strange(place))
        doubts = (*self._doubts, *self._unknown(strange))
        return Naming(self._people(), doubts, frozenset(self._used), strange, sure)

    def _people(self) -> tuple[Person, ...]:
        """In the order in which they are named, each once."""
        return tuple(dict.fromkeys(person for place in sorted(self._found) for person in self._found[place]))

    def _take_all(self, way: Callable[[int], tuple[Person, ...]]) -> None:
        for place in self._free():
            self._take(place, way)

    def _free(self) -> list[int]:
        return [place for place in range(len(self._tokens)) if place not in self._used and place not in self._taken]

    def _mentions(self) -> None:
        """Ids count without the brackets, too."""
        for place, token in enumerate(self._tokens):
            is_id = token.mention or any(map(str.isdigit, token.text))
            person = self._roster.by_mention(token.word) if is_id else None
            if person is not None:
                self._keep(place, (person,), 1)
            elif token.mention:
                self._used.add(place)
                self._doubts.append(Doubt(f"<@{token.text}>"))

    def _whole_names(self) -> None:
        """Several words of a name, as “Kai Nakamura” or “van der Berg”, are surer than one."""
        words = [token.word for token in self._tokens]
        for place in self._free():
            length, people = self._roster.run(words[place:])
            if length > 1 and len(people) == 1 and place not in self._used:
                self._keep(place, people, length)

    def _take(self, place: int, way: Callable[[int], tuple[Person, ...]]) -> None:
        if place in self._used or not (people := way(place)):
            return
        following = self._tokens[place + 1].word if place + 1 < len(self._tokens) else ""
        before = self._tokens[place - 1].word if place else ""
        if len(people) > 1 and (preferred := tuple(one for one in people if one.id in self._prefer)):
            people = preferred
        narrowed = self._roster.narrowed(people, following) if following and place + 1 not in self._used else ()
        if len(narrowed) == 1:
            is_part = len(people) > 1 or not self._roster.is_common(following)
            self._keep(place, narrowed, 2 if is_part else 1)
        elif len(people) == 1 or before in _ALL_OF_THEM:
            self._keep(place, people, 1)
        else:
            self._used.add(place)
            self._doubts.append(Doubt(self._tokens[place].text, people[:MAX_OFFERED], is_known=True))

    def _keep(self, place: int, people: tuple[Person, ...], width: int) -> None:
        self._found[place] = people
        self._used.update(range(place, place + width))

    def _exactly(self, place: int) -> tuple[Person, ...]:
        token = self._tokens[place]
        if not self._may_be_name(token):
            return ()
        people = self._roster.with_part(lambda part: part == token.word)
        if not people and token.word.endswith("s"):  # “Kais progress”, “both Lenas”
            people = self._roster.with_part(lambda part: part == token.word[:-1])
        return people

    def _by_beginning(self, place: int) -> tuple[Person, ...]:
        token = self._tokens[place]
        if self._roster.is_common(token.word) or not self._is_placed(place):
            return ()
        return self._roster.with_part(lambda part: part.startswith(token.word))

    def _by_likeness(self, place: int) -> tuple[Person, ...]:
        token = self._tokens[place]
        short = len(token.word) < (3 if token.is_capital else 5)
        if short or self._roster.is_common(token.word) or not self._is_placed(place):
            return ()
        least = CLOSE if token.is_capital else CLOSER
        return self._roster.likest(token.word, max(least, self._roster.likeness_of_words(token.word)))

    def _is_placed(self, place: int) -> bool:
        """Whether a word stands where names stand, or is written like one; “TA” and the first word are not."""
        token, before = self._tokens[place], self._tokens[place - 1].word if place else ""
        after = self._tokens[place + 1].word if place + 1 < len(self._tokens) else ""
        written = token.is_capital and not token.begins and not token.text.isupper()
        return written or token.owns or before in _BEFORE_NAMES or after in _AFTER_NAMES or len(self._tokens) < FEW

    def _may_be_name(self, token: Token) -> bool:
        """“Will” and “Mark” are names where they are written as one."""
        return not self._roster.is_common(token.word) or (token.is_capital and (not token.begins or token.owns))

    def _is_strange(self, place: int) -> bool:
        return self._is_placed(place) and not self._roster.is_common(self._tokens[place].word)

    def _unknown(self, strange: Sequence[int]) -> Iterator[Doubt]:
        """A word that is written like a name, and is nobody's."""
        for place in strange:
            token = self._tokens[place]
            if token.is_capital and (not token.begins or len(self._tokens) < FEW) and not token.text.isupper():
                yield Doubt(token.text, self._roster.nearest(token.word))


def _likeness(part: str, word: str, least: float) -> float:
    """0 where it is below the least."""
    matcher = SequenceMatcher(None, part, word)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def _run(name: Sequence[str], words: Sequence[str]) -> int:
    """The longest beginning of `words` that stands in `name`, in number of words."""
    for length in range(min(len(name), len(words)), 0, -1):
        if any(tuple(name[start : start + length]) == tuple(words[:length]) for start in range(len(name))):
            return length
    return 0
