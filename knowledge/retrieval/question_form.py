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
_GOES_ON = frozenset({("what", "about"), ("how", "about")})  # asks the same of something else
LEAST_STATED = 2  # words of a statement that a question mark turns into a question
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


def asks_yes_or_no(text: str) -> bool:
    """Whether a clause wants a decision, with “right?” and “yes or no” behind a statement too."""
    return any(_of_clause(words, mark) in DECIDED for words, mark in _clauses(text))


def opens_with_why(text: str) -> bool:
    """Whether it asks for more than yes or no."""
    words = next((words for words, _ in _clauses(text)), ())
    return any(_begins(_without_leads(words), _listed()[form]) for form in _OPENED)


def questions_in(text: str) -> list[str]:
    """The questions of a message that asks several, each by itself; empty for one or none."""
    asked = asking_parts(text)
    return asked if len(asked) > 1 else []


def asking_parts(text: str) -> list[str]:
    """What of a message asks, each question by itself; “…, isn't it?” only asks for a yes to what it ends."""
    parts = [part for sentence in _sentences(text) for part in _parted(sentence)]
    return [
        part
        for part in parts
        if len(part.split()) > 1 and (form_of(part) is not QuestionForm.NONE or _goes_on(part)) and not _is_tag(part)
    ]


def _is_tag(part: str) -> bool:
    """“isn't it”, “does it”: a verb and its subject with nothing behind."""
    clauses = [words for words, _ in _clauses(part)]
    verb_first = clauses[0][:1] in _listed()[QuestionForm.YES_NO] and clauses[0][1:] in _listed()["subjects"]
    return len(clauses) == 1 and (clauses[0] in _listed()["tags"] or verb_first)


def _sentences(text: str) -> list[str]:
    marked = text.replace("?", "?\n").replace("! ", "!\n").replace(". ", ".\n").replace("; ", ";\n")
    return [line.strip() for line in marked.splitlines() if line.strip()]


def _parted(sentence: str) -> Iterator[str]:
    """Cut where another question begins behind “and”, “also” or a comma."""
    spoken = sentence.split()
    low = [word.lower().strip("?.!:;") for word in spoken]
    begin = 0
    for place in range(1, len(spoken)):
        joins = low[place - 1].strip(",") in _between() or low[place - 1].endswith(",")
        if joins and _begins_another(tuple(word.strip(",") for word in low[place:])):
            part = spoken[begin:place]
            while part and part[-1].lower().strip(",") in _between():
                part = part[:-1]
            if part:
                yield " ".join(part).rstrip(",")
            begin = place
    yield " ".join(spoken[begin:])


def _goes_on(part: str) -> bool:
    return _begins(tuple(part.lower().split()), _GOES_ON)


def _between() -> frozenset[str]:
    return frozenset(words[0] for words in _listed()["between"])


def _begins_another(rest: Words) -> bool:
    if _begins(rest, _GOES_ON) or any(_begins(rest, _listed()[form]) for form in _OPENED):
        return True
    return _begins(rest, _listed()[QuestionForm.YES_NO]) and rest[1:2] in _listed()["subjects"]


def asks_outright(text: str) -> bool:
    """Whether a clause begins as a question that wants a yes or no; “brackets, then?” only has its mark."""
    return any(_begins(_without_leads(words), _listed()[QuestionForm.YES_NO]) for words, _ in _clauses(text))


def orders(text: str) -> bool:
    """Whether it begins by telling us to do something: “please show …”."""
    return any(_begins(_without_leads(words), _listed()["orders"]) for words, _ in _clauses(text))


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
    if offers and (begins or mark == "?" or (len(rest) <= MOST_CHOSEN and rest[:1] not in _listed()["subjects"])):
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
