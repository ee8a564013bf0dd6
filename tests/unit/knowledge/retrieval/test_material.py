"""What speaks for a section, without an index: nearness is handed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.index import EntryKind, IndexEntry
from knowledge.retrieval.lexical import BM25
from knowledge.retrieval.material import Material
from knowledge.retrieval.passages import Citation, Passage
from knowledge.retrieval.relevance import QueryFeatures, Relevance, Signals
from knowledge.retrieval.wording import QueryWording

CACHE = Passage("1", "A layer is reused.", "Lesson > Cache", Citation("Cache", "lesson", "cache", ""), "lesson")
SECRETS = Passage("2", "A secret is mounted.", "Guide > Secrets", Citation("Secrets", "a.md", "secrets", ""))
ENTRIES = [
    IndexEntry("1:text", EntryKind.TEXT, "Lesson > Cache\nA layer is reused.", CACHE),
    IndexEntry("1:sentence:0", EntryKind.SENTENCE, "A layer is reused.", CACHE),
    IndexEntry("1:asked:0", EntryKind.ASKED, "why is my build slow", CACHE),
    IndexEntry("2:text", EntryKind.TEXT, "Guide > Secrets\nA secret is mounted.", SECRETS),
    IndexEntry("2:sentence:0", EntryKind.SENTENCE, "A secret is mounted.", SECRETS),
    IndexEntry("outside:0", EntryKind.OUTSIDE, "how do I bake bread", None),
]


def _material() -> Material:
    return Material(ENTRIES, lambda word: word in ("bread", "never"))


def test_a_section_is_near_by_text_sentence_and_ways_of_asking() -> None:
    nearness = {"1:text": 0.4, "1:sentence:0": 0.5, "1:asked:0": 0.9, "2:text": 0.3, "2:sentence:0": 0.2}
    found = {candidate.place: candidate for candidate in _material().candidates("slow build", nearness)}
    signals = found["lesson", "cache"].signals
    assert (signals.passage, signals.sentence, signals.asked, signals.course) == (0.4, 0.5, 0.9, 1.0)
    assert signals.words == signals.coverage == 1.0
    other = found["a.md", "secrets"].signals
    assert other.asked == min(other.passage, other.sentence) == 0.2
    assert found["lesson", "cache"].sentences == (("A layer is reused.", 0.5),)


def test_what_is_not_among_the_nearest_is_a_little_less_near() -> None:
    found = {candidate.place: candidate for candidate in _material().candidates("secret", {"1:text": 0.4})}
    assert found["a.md", "secrets"].signals.passage == pytest.approx(0.35)
    assert found["a.md", "secrets"].passage == SECRETS


def test_a_question_is_strange_by_its_words_and_by_what_is_not_taught() -> None:
    question = _material().question("bake secret bread", {"outside:0": 0.8, "1:text": 0.1})
    assert question.outside == 0.8
    assert 0 < question.known < 1
    assert question.length == pytest.approx(0.3)


def test_nothing_is_known_of_an_empty_index() -> None:
    assert not Material([], lambda _: True)
    assert list(Material([], lambda _: True).candidates("secret", {})) == []


@given(st.tuples(*[st.floats(0, 1)] * 6), st.tuples(*[st.floats(0, 1)] * 3))
def test_relevance_is_a_share_and_rises_with_each_way_of_asking(
    signals: tuple[float, ...], asked: tuple[float, ...]
) -> None:
    relevance, question = Relevance.load(), QueryFeatures(*asked)
    share = relevance.share(Signals(*signals), question)
    assert 0 <= share <= 1
    nearer = Signals(**{**vars(Signals(*signals)), "asked": 1.0})
    assert relevance.share(nearer, question) >= share
    assert relevance.share(Signals(*signals), QueryFeatures(question.known, question.length, 1.0)) <= share


def test_coverage_weighs_rare_words_more() -> None:
    lexicon = BM25(["image layer", "image cache", "image secret"])
    held, known = lexicon.coverage("image secret quantum")
    assert held[2] > held[0]
    assert known < 1
    assert lexicon.coverage("")[1] == 0.0


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("wat is an img", "what is an image"),
        ("any tips for faster bulids", "any tips for faster builds"),
        ("the regitsry of my compnay", "the registry of my compnay"),
        ("never the bread", "never the bread"),
        ("$PORT isn't expanded in --bulids /bulids", "$PORT isn't expanded in --bulids /bulids"),
    ],
)
def test_a_question_is_read_as_it_was_meant(typed: str, read: str) -> None:
    known = "what is an image any tips for faster builds the registry of my"
    wording = QueryWording([known], lambda word: word in ("never", "bread", "expanded"))
    assert wording.clear(typed) == read


@given(st.text(max_size=300))
def test_any_text_can_be_cleared(text: str) -> None:
    assert isinstance(_material().wording.clear(text), str)
