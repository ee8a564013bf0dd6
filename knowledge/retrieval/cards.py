"""Finds the answer cards that a message asks for: by meaning, by words, by what a log says, with a calibrated share."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge.course.cards import AnswerCard
from knowledge.retrieval.card_votes import AT_ONCE, CardVotes, digest, kept
from knowledge.retrieval.embedding import Vectors
from knowledge.retrieval.lexical import words
from knowledge.retrieval.packed_vectors import Embed

LEARNED = Path(__file__).with_name("card_ranking.yaml")
CONSIDERED = 16  # cards that are ranked with all signals
LONGEST = 600  # characters of a message that are looked up; a log is searched for its signs as a whole
_CODE = re.compile(r"\b1[2-4]\d\b")  # exit codes as people write them
LEAST_SIGN = 4  # characters; shorter fragments stand in any text

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class CardSignals:
    """What speaks for one card; each about 0..1."""

    votes: float  # what all ways of asking say together
    asked: float  # nearest way of asking, by meaning
    asked_mean: float  # mean of the three nearest
    says: float  # nearness of the answer itself
    coverage: float  # share of the message's words, by rarity, that the card's texts hold
    overlap: float  # the same with the nearest way of asking alone, both ways
    not_for: float  # how much nearer a question is that the card is not for
    sign: float  # 1 where a fragment of a log stands in the message


@dataclass(frozen=True)
class Sureness:
    """What tells whether the best card answers at all."""

    score: float
    lead: float  # of its score over the next card's
    votes: float
    asked: float
    coverage: float
    sign: float
    outside: float  # nearness of what people ask although it is not taught here
    length: float  # words of the message, in tens


@dataclass(frozen=True)
class CardMatch:
    """`share` says of the best card how sure it is that it answers; `phrasing` is the way of asking that is nearest."""

    card: AnswerCard
    share: float
    phrasing: str


@dataclass(frozen=True)
class CardRanking:
    """Weights learnt by `python -m evals.fitting_cards`."""

    ranking: Mapping[str, float]
    sureness: Mapping[str, float]

    @classmethod
    def load(cls) -> CardRanking:
        learned = yaml.safe_load(LEARNED.read_text("utf-8"))
        return cls(learned["ranking"], learned["sureness"])

    def score(self, signals: CardSignals) -> float:
        return math.fsum(self.ranking[name] * value for name, value in zip(self.ranking, astuple(signals), strict=True))

    def share(self, found: Sureness) -> float:
        """How sure it is that the best one answers."""
        told = math.fsum(self.sureness[field.name] * getattr(found, field.name) for field in fields(found))
        return 1 / (1 + math.exp(-(told + self.sureness["constant"])))


class CardFinder:
    """Over the cards of one lesson and of its course."""

    def __init__(
        self,
        cards: Sequence[AnswerCard],
        embed: Embed,
        ranking: CardRanking | None = None,
        outside: Sequence[str] = (),
        votes: Path | None = None,
    ) -> None:
        """`outside` is what people ask although no card answers it; `votes` the file of the pack that may hold ours."""
        self.cards = {card.id: card for card in cards}
        self._list, self._embed, self._outside = list(cards), embed, list(outside)
        self._ranking, self._votes_file = ranking or CardRanking.load(), votes

    def find(self, text: str, *, limit: int = 5) -> list[CardMatch]:
        """Best first."""
        if not self._list or not text.strip():
            return []
        vector = self._embed([text[:LONGEST]])[0]
        scored = self.ranked(text, vector)
        share = self._ranking.share(self.sureness(text, vector, scored))
        return [
            CardMatch(self._list[place], share if rank == 0 else 0.0, self._nearest_phrasing(place, vector))
            for rank, (_, _, place) in enumerate(scored[:limit])
        ]

    def ranked(self, text: str, vector: Vectors) -> list[tuple[float, CardSignals, int]]:
        """(score, signals, place of a card), best first."""
        scored = [(self._ranking.score(signals), signals, place) for place, signals in self.signals(text, vector)]
        return sorted(scored, key=lambda row: -row[0])

    def sureness(self, text: str, vector: Vectors, ranked: Sequence[tuple[float, CardSignals, int]]) -> Sureness:
        score, best, _ = ranked[0]
        following = ranked[1][0] if len(ranked) > 1 else 0.0
        outside = float((self._strange @ vector).max()) if self._outside else 0.0
        length = len(words(text[:LONGEST])) / 10
        return Sureness(score, score - following, best.votes, best.asked, best.coverage, best.sign, outside, length)

    def knows(self, word: str) -> bool:
        """Whether a stemmed word stands in any card."""
        return word in self._holders

    def signed(self, text: str) -> list[AnswerCard]:
        """Cards whose signs stand in a text, the longest sign first."""
        low = " ".join(text.lower().split())
        found = [
            (max(len(sign) for sign in card.signs if stands_in(sign, low)), card)
            for card in self._list
            if any(stands_in(sign, low) for sign in card.signs)
        ]
        return [card for _, card in sorted(found, key=lambda pair: (pair[1].gives_way, -pair[0]))]

    def signals(self, text: str, vector: Vectors) -> list[tuple[int, CardSignals]]:
        """(place of a card, its signals) for those that may answer."""
        nearness = self._asks @ vector
        best = np.full(len(self._list), -1.0, dtype=np.float32)
        np.maximum.at(best, self._owners, nearness)
        says = self._says @ vector
        against = np.zeros(len(self._list), dtype=np.float32)
        if len(self._not_owners):
            np.maximum.at(against, self._not_owners, self._nots @ vector)
        asked, low = words(text[:LONGEST]), " ".join(text.lower().split())
        coverage = self._coverage(asked)
        signs = np.array([float(any(stands_in(sign, low) for sign in card.signs)) for card in self._list])
        first = best + 0.3 * says + 0.35 * coverage + signs - self._of_other_numbers(low)
        places = [int(place) for place in np.argsort(-first)[:CONSIDERED]]
        votes = self._votes.of(places, nearness) if self._votes else np.zeros(len(places), dtype=np.float32)
        return [
            (
                place,
                self._of(
                    place,
                    float(vote),
                    asked,
                    nearness,
                    float(says[place]),
                    float(coverage[place]),
                    float(against[place]),
                    float(signs[place]),
                ),
            )
            for place, vote in zip(places, votes, strict=True)
        ]

    def _of_other_numbers(self, low: str) -> Scores:
        """1 for cards that speak of exit codes, none of which is one of the message's."""
        asked = set(_CODE.findall(low))
        others = [bool(asked and codes and not asked & codes) for codes in self._codes]
        return np.array(others, dtype=np.float32)

    @cached_property
    def _codes(self) -> list[set[str]]:
        return [set(_CODE.findall(" ".join((*card.asks, *card.signs, card.says)).lower())) for card in self._list]

    def _of(
        self,
        place: int,
        vote: float,
        asked: Sequence[str],
        nearness: Scores,
        says: float,
        coverage: float,
        against: float,
        sign: float,
    ) -> CardSignals:
        rows = self._rows[place]
        order = sorted(rows, key=lambda row: -nearness[row])[:3]
        near = [float(nearness[row]) for row in order]
        overlap = self._overlap(asked, self._words[order[0]])
        mean, not_for = sum(near) / len(near), max(0.0, against - near[0])
        return CardSignals(vote, near[0], mean, says, coverage, overlap, not_for, sign)

    def _coverage(self, asked: Sequence[str]) -> Scores:
        """Share of the words, by rarity, that each card's texts hold."""
        whole = math.fsum(self._rarity(word) for word in asked) or 1.0
        held = np.zeros(len(self._list), dtype=np.float32)
        for word in asked:
            held[self._holders.get(word, [])] += self._rarity(word)
        return held / whole

    def _overlap(self, asked: Sequence[str], phrasing: frozenset[str]) -> float:
        both = math.fsum(self._rarity(word) for word in set(asked) & phrasing)
        either = math.fsum(self._rarity(word) for word in set(asked) | phrasing)
        return both / either if either else 0.0

    def _rarity(self, word: str) -> float:
        holders = len(self._holders.get(word, ()))
        return math.log(1 + (len(self._list) - holders + 0.5) / (holders + 0.5))

    def _nearest_phrasing(self, place: int, vector: Vectors) -> str:
        rows = self._rows[place]
        return self._texts[max(rows, key=lambda row: float(self._asks[row] @ vector))]

    @cached_property
    def _texts(self) -> list[str]:
        return [asked for card in self._list for asked in card.asks]

    @cached_property
    def _owners(self) -> NDArray[np.int64]:
        return np.array([place for place, card in enumerate(self._list) for _ in card.asks], dtype=np.int64)

    @cached_property
    def _rows(self) -> list[list[int]]:
        rows: list[list[int]] = [[] for _ in self._list]
        for row, place in enumerate(self._owners):
            rows[place].append(row)
        return rows

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [frozenset(words(text)) for text in self._texts]

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        held: dict[str, list[int]] = {}
        for place, card in enumerate(self._list):
            of_card = Counter(word for row in self._rows[place] for word in self._words[row]) | Counter(
                words(card.says)
            )
            for word in of_card:
                held.setdefault(word, []).append(place)
        return held

    @cached_property
    def _asks(self) -> Vectors:
        return self._embed(self._texts)

    @cached_property
    def _votes(self) -> CardVotes | None:
        """None where there are too many ways of asking to learn from at once, and the pack's file knows others."""
        stored = kept(self._votes_file, self.digest) if self._votes_file else None
        few = 0 < len(self._texts) <= AT_ONCE
        return stored or (self.learnt_votes() if few else None)

    def learnt_votes(self) -> CardVotes:
        return CardVotes.learnt(self._asks, self._owners, len(self._list))

    @property
    def digest(self) -> str:
        return digest(self._texts, [int(owner) for owner in self._owners])

    @cached_property
    def _says(self) -> Vectors:
        return self._embed([card.says for card in self._list])

    @cached_property
    def _strange(self) -> Vectors:
        return self._embed(self._outside)

    @cached_property
    def _not_owners(self) -> NDArray[np.int64]:
        return np.array([place for place, card in enumerate(self._list) for _ in card.not_for], dtype=np.int64)

    @cached_property
    def _nots(self) -> Vectors:
        return self._embed([question for card in self._list for question in card.not_for])


def stands_in(sign: str, low: str) -> bool:
    """Whether a fragment stands in a text of lower case, not inside a longer word or number."""
    if len(sign) < LEAST_SIGN or sign not in low:
        return False
    return re.search(rf"(?<!\w){re.escape(sign)}(?!\w)", low) is not None


def texts_of_cards(cards: Sequence[AnswerCard]) -> list[str]:
    """Every text of cards that is embedded."""
    return [text for card in cards for text in (*card.asks, card.says, *card.not_for)]
