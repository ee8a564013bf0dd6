"""What is indexed, arranged by section, and what of it speaks for each section when a question is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.retrieval.index import EntryKind, IndexEntry
from knowledge.retrieval.lexical import BM25, words
from knowledge.retrieval.passages import Passage, Sentence
from knowledge.retrieval.relevance import QueryFeatures, Signals
from knowledge.retrieval.wording import QueryWording

# `python -m evals.sensitivity retrieval --guides`, 2026-11-29, tuned recall@3: 0.983, the same with WORDED at 20 or 80
# and SLACK at 0.1; 0.979 without SLACK.
WORDED = 40  # sections that come in by their words alone
SLACK = 0.05  # an entry that is not among the nearest is taken for a little less near than the last of them

Place = tuple[str, str]  # source, section


@dataclass(frozen=True)
class Candidate:
    place: Place
    passage: Passage  # the part of the section that is nearest to the question
    signals: Signals
    sentences: tuple[Sentence, ...]  # of that part


class Material:
    def __init__(self, entries: Sequence[IndexEntry], is_word: Callable[[str], bool]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        sections: defaultdict[Place, list[IndexEntry]] = defaultdict(list)
        for entry in entries:
            if entry.passage is not None:
                sections[_place(entry.passage)].append(entry)
        self._sections = dict(sections)
        self._places = list(sections)
        texts = [
            "\n".join(pending.text for pending in held if pending.kind is not EntryKind.SENTENCE)
            for held in sections.values()
        ]
        self._lexicon = BM25(texts)
        self.wording = QueryWording(texts, is_word)

    def __bool__(self) -> bool:
        return bool(self._sections)

    def holds(self, identifiers: Mapping[str, float]) -> bool:
        return all(identifier in self._entries for identifier in identifiers)

    def places(self) -> frozenset[Place]:
        return frozenset(self._sections)

    def sentences(self, wanted: Callable[[str], bool]) -> list[tuple[Passage, str]]:
        """Of the whole material, the course's own first."""
        all_of_them = (
            entry for entry in self._entries.values() if entry.kind is EntryKind.SENTENCE and wanted(entry.text)
        )
        found = [
            (other_entry.passage, other_entry.text) for other_entry in all_of_them if other_entry.passage is not None
        ]
        return sorted(found, key=lambda match_found: not match_found[0].lesson)

    def of_passage(self, passage: Passage) -> list[IndexEntry]:
        """Its sentences, in reading order."""
        held = self._sections[_place(passage)]
        return [pending for pending in held if pending.kind is EntryKind.SENTENCE and pending.passage == passage]

    def question(self, asked: str, nearness: Mapping[str, float]) -> QueryFeatures:
        _, known = self._lexicon.coverage(asked)
        outside = [near for one, near in nearness.items() if self._entries[one].kind is EntryKind.OUTSIDE]
        return QueryFeatures(known, len(set(words(asked))) / 10, max(outside, default=_floor(nearness)))

    def candidates(self, asked: str, nearness: Mapping[str, float]) -> Iterator[Candidate]:
        """The sections of the nearest entries, and those that share most words with the question."""
        scores = {self._places[index]: score for index, score in self._lexicon.scores(asked).items()}
        held = {self._places[index]: share for index, share in self._lexicon.coverage(asked)[0].items()}
        best, floor = max(scores.values(), default=0.0) or 1.0, _floor(nearness)
        near = {_place(one.passage) for name in nearness if (one := self._entries[name]).passage is not None}
        worded = sorted(scores, key=lambda place: -scores[place])[:WORDED]
        for place in {**dict.fromkeys(near), **dict.fromkeys(worded)}:
            passage = self._nearest(place, asked, nearness)
            nearest = self._by_kind(place, nearness, floor)
            course = 1.0 if passage.lesson else 0.0
            signals = Signals(*nearest, scores.get(place, 0.0) / best, held.get(place, 0.0), course)
            said = tuple((section.text, nearness.get(section.id, floor)) for section in self.of_passage(passage))
            yield Candidate(place, passage, signals, said)

    def _by_kind(self, place: Place, nearness: Mapping[str, float], floor: float) -> tuple[float, float, float]:
        """Nearest text, sentence and way of asking; where nobody wrote down how it is asked for, the lesser of both."""
        nearest: dict[EntryKind, float] = {}
        for section in self._sections[place]:
            nearest[section.kind] = max(nearest.get(section.kind, floor), nearness.get(section.id, floor))
        text, sentence = nearest[EntryKind.TEXT], nearest.get(EntryKind.SENTENCE, floor)
        return text, sentence, nearest.get(EntryKind.ASKED, min(text, sentence))

    def _nearest(self, place: Place, asked: str, nearness: Mapping[str, float]) -> Passage:
        quotable = {section.passage for section in self._sections[place] if section.kind is EntryKind.SENTENCE}
        near = [
            section
            for section in self._sections[place]
            if section.id in nearness and (section.passage in quotable or not quotable)
        ]
        best = max(near, key=lambda one: nearness[one.id], default=None)
        if best is not None and best.passage is not None:
            return best.passage
        wanted = set(words(asked))
        texts = (
            section.passage
            for section in self._sections[place]
            if section.kind is EntryKind.TEXT and section.passage is not None
        )
        return max(texts, key=lambda text: len(wanted & set(words(text.text))))


def _place(passage: Passage) -> Place:
    return passage.citation.source, passage.citation.section


def _floor(nearness: Mapping[str, float]) -> float:
    return max(0.0, min(nearness.values(), default=0.0) - SLACK)
