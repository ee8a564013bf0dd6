"""What a question wants to hear first: yes or no, one of two, a number, a reason; read from how it begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("question_forms.yaml")
_TOKEN = re.compile(r"[\w'/.-]*[\w']|[?!.,;:\n]")
_ENDS = frozenset("?!.,;:\n")
LEAST_STATED = 3  # words of a statement that a question mark turns into a question
MOST_CHOSEN = 14  # words of “this or that” that ask without any word of asking

Words = tuple[str, ...]


class QuestionForm(StrEnum):
    YES_NO = "yes_no"
    CHOICE = "choice"
    AMOUNT = "amount"
    WHAT_IF = "what_if"
    WHY = "why"
    HOW = "how"
    WHERE = "where"
    WHAT = "what"
    NONE = "none"


DECIDED = frozenset({QuestionForm.YES_NO, QuestionForm.CHOICE})  # asks to decide: a yes, a no, or one of two
_OPENED = (
    QuestionForm.AMOUNT,
    QuestionForm.WHAT_IF,
    QuestionForm.WHY,
    QuestionForm.CHOICE,
    QuestionForm.HOW,
    QuestionForm.WHERE,
    QuestionForm.WHAT,
)


def form_of(text: str) -> QuestionForm:
    """The form of the last clause that asks; NONE where none does."""
    forms = [form for words, mark in _clauses(text) if (form := _of_clause(words, mark)) is not QuestionForm.NONE]
    return forms[-1] if forms else QuestionForm.NONE


def asks_outright(text: str) -> bool:
    """Whether a clause begins as a question that wants a yes or no; “brackets, then?” only has its mark."""
    return any(_begins(_without_leads(words), _listed()[QuestionForm.YES_NO]) for words, _ in _clauses(text))


def is_turned(text: str) -> bool:
    """Whether an odd number of its words turn the question around: “is it bad”, “isn't it safe”."""
    against, tags = _listed()["against"], _listed()["tags"]
    said = (word for words, _ in _clauses(text) if words not in tags for word in words)
    return sum((word,) in against or word.endswith("n't") for word in said) % 2 == 1


def without_leads(text: str) -> str:
    """“ok so brackets” without what only begins it; the whole where nothing would be left."""
    words, leads = text.split(), _listed()["leads"]
    first = next((place for place, word in enumerate(words) if (word.lower().strip(",.:-"),) not in leads), 0)
    return " ".join(words[first:])


def _of_clause(words: Words, mark: str) -> QuestionForm:
    if words in _listed()["tags"]:
        return QuestionForm.YES_NO
    rest = _without_leads(words)
    opened = next((form for form in _OPENED if _begins(rest, _listed()[form])), QuestionForm.NONE)
    if opened is not QuestionForm.NONE:
        return opened
    begins, offers = _begins(rest, _listed()[QuestionForm.YES_NO]), _offers(rest)
    if offers and (begins or mark == "?" or len(rest) <= MOST_CHOSEN):
        return QuestionForm.CHOICE
    asked = begins or (mark == "?" and len(rest) >= LEAST_STATED)
    return QuestionForm.YES_NO if asked else QuestionForm.NONE


def _offers(words: Words) -> bool:
    """“this or that”, not “or not”."""
    return any(word in ("or", "vs") and words[place + 1] != "not" for place, word in enumerate(words[:-1]) if place)


def _without_leads(words: Words) -> Words:
    """What follows the words of a beginning; all of them where nothing would be left."""
    rest = words
    while lead := max((lead for lead in _listed()["leads"] if rest[: len(lead)] == lead), key=len, default=()):
        rest = rest[len(lead) :]
    return rest or words


def _begins(words: Words, phrases: frozenset[Words]) -> bool:
    return any(words[: len(phrase)] == phrase for phrase in phrases)


def _clauses(text: str) -> Iterator[tuple[Words, str]]:
    """(words, the mark that ends them), in lower case."""
    words: list[str] = []
    for token in _TOKEN.findall(text.lower().replace("’", "'")):
        if token not in _ENDS:
            words.append(token)
        elif words:
            yield tuple(words), token
            words = []
    if words:
        yield tuple(words), ""


@cache
def _listed() -> Mapping[str, frozenset[Words]]:
    listed: Mapping[str, Sequence[str]] = yaml.safe_load(FILE.read_text("utf-8"))
    return {kind: frozenset(tuple(phrase.split()) for phrase in phrases) for kind, phrases in listed.items()}
