"""One message of an instructor, read as structure: whom and which criteria it names, what its words speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agent.conversation.instructors.queries.names import Doubt, Naming, Roster
from agent.conversation.instructors.queries.scope import Scope, Scopes
from agent.conversation.instructors.queries.tokens import Token, tokens
from agent.conversation.instructors.queries.vocabulary import MIN_LETTERS, Vocabulary
from agent.domain.people import Person

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
# Topics that do not say by themselves what is wanted: a message of nothing else leans on the last one.
_FILLING = frozenset("about too not he number ordinal yes who has more other count helped artefact decide".split())
_DAYS = {"today": 1, "tonight": 1, "overnight": 1, "yesterday": 2, "weekend": 3, "week": 7, "month": 30}
_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "hour": 0, "hours": 0}
_ASKS_WHETHER = frozenset("is are was were has have had did does do".split())
_NUMBERS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "ten": "10"}
_HALF_WAYS = {"not": "lacks", "has": "has"}


@dataclass(frozen=True)
class StaffMessage:
    """`people` and `criteria` are ids; `which` is lacks or has, one word for all criteria or one for each.

    `doubts` are words that are written like names and name nobody, or several; `strange` ones that may be.
    """

    tokens: tuple[Token, ...]
    topics: dict[str, set[int]]
    people: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    strange: tuple[Doubt, ...] = ()
    scope: Scope = field(default_factory=Scope)
    which: str = ""
    days: str = ""
    common: int = 0  # words that mean something here
    sure: bool = False  # whether somebody is named as they are called

    @property
    def is_readable(self) -> bool:
        """At least half of its words are known: what is written in another language is not guessed at."""
        return 2 * self.common >= len(self.tokens)

    @property
    def is_all_known(self) -> bool:
        return self.common == len(self.tokens)

    def speaks_of(self, *topics: str) -> bool:
        return any(topic in self.topics for topic in topics)

    def names(self, *words: str) -> bool:
        return any(token.word in words for token in self.tokens)

    def denies(self, *topics: str) -> bool:
        """Speaks of one of these, and says no to it: “has not uploaded”, “never handed in”."""
        return self.speaks_of("not") and self.speaks_of(*topics)

    def is_only(self, *topics: str) -> bool:
        """Speaks of one of these, and of nothing else that says what is wanted."""
        mine = set[int]().union(*(self.topics.get(topic, set()) for topic in topics))
        others = [places for topic, places in self.topics.items() if topic not in topics and topic not in _FILLING]
        return bool(mine) and not set[int]().union(*others) - mine

    @property
    def is_bare(self) -> bool:
        """Says nothing of what is wanted: “and Kai?”, “P4?”."""
        return self.topics.keys() <= _FILLING

    @property
    def asks_how(self) -> bool:
        """“how did you count?”, “where do these numbers come from?”"""
        asks = self.names("how", "where", "what", "which", "explain", "show")
        return self.speaks_of("count") and asks and self.names("you", "it", "numbers", "number", "figures", "figure")

    @property
    def leaves_out(self) -> bool:
        """“everyone but Ana”"""
        return self.speaks_of("cohort") and self.names("but", "except", "besides", "apart")

    @property
    def asks_whether(self) -> bool:
        """“has Chiara uploaded anything?”: yes or no comes first."""
        return bool(self.tokens) and self.tokens[0].word in _ASKS_WHETHER

    def chosen(self, shown: Sequence[str]) -> tuple[str, ...]:
        """The one of a list that was shown: “the second one”, “number 3”."""
        if not self.speaks_of("ordinal"):
            return ()
        words = [token.word for token in self.tokens]
        place = next((number for number, word in enumerate(_ORDINALS) if word in words), None)
        if place is None:
            place = next((int(word) - 1 for word in words if word.isdecimal()), None)
        if place is None and "last" in words:
            place = len(shown) - 1
        return (shown[place],) if place is not None and 0 <= place < len(shown) else ()


class Reader:
    """Reads the messages of one workspace's instructors."""

    def __init__(self, people: Sequence[Person], scopes: Scopes, words: Vocabulary) -> None:
        self._roster, self._scopes, self._words = Roster(people, words, scopes.words), scopes, words

    def read(self, text: str, prefer: Sequence[str] = ()) -> StaffMessage:
        """`prefer`: ids of people between whom the last message left a doubt."""
        read = tuple(tokens(text, self._words.spelling))
        scope = self._scopes.read(read)
        naming = self._roster.named(read, scope.used, prefer)
        taken = naming.used | scope.used
        topics = self._words.find(
            ["" if place in taken else self._meant(token, place, naming) for place, token in enumerate(read)]
        )
        return StaffMessage(
            read,
            topics,
            tuple(person.id for person in naming.people),
            naming.doubts,
            self._strange(read, naming),
            scope,
            _which(topics, scope, len(read)),
            _days(read),
            sum(place in taken or self._roster.is_common(token.word) for place, token in enumerate(read)),
            bool(naming.sure),
        )

    def _meant(self, token: Token, place: int, naming: Naming) -> str:
        """Misspelt words count as what they stand for, but where a name would stand."""
        known = place in naming.strange or len(token.word) < MIN_LETTERS or self._roster.is_common(token.word)
        return token.word if known else self._words.corrected(token.word)

    def _strange(self, read: Sequence[Token], naming: Naming) -> tuple[Doubt, ...]:
        return tuple(Doubt(read[place].text, self._roster.nearest(read[place].word)) for place in naming.strange)


def _which(topics: dict[str, set[int]], scope: Scope, length: int) -> str:
    """What is said before a criterion holds for it, and for those after it until something else is said."""
    if not scope.places:
        return _half(topics, 0, length)
    halves, start = list[str](), 0
    for place in scope.places:
        halves.append(_half(topics, start, place) or (halves[-1] if halves else ""))
        start = place
    if not any(halves):
        halves = [_half(topics, start, length)] * len(halves)
    return halves[0] if len(set(halves)) == 1 else " ".join(half or "has" for half in halves)


def _half(topics: dict[str, set[int]], start: int, end: int) -> str:
    """A no weighs more than the verb that it belongs to."""
    span = set(range(start, end))
    return next((half for topic, half in _HALF_WAYS.items() if topics.get(topic, set()) & span), "")


def _days(read: Sequence[Token]) -> str:
    words = [_NUMBERS.get(token.word, token.word) for token in read]
    for number, unit in pairwise(words):
        if number.isdecimal() and unit in _UNITS:
            return str(max(1, int(number) * _UNITS[unit]))
    return next((str(days) for word, days in _DAYS.items() if word in words), "")
