"""How an answer begins: a question that asks to decide hears yes, no or which first, and no other question does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.course.cards import AnswerCard, ShortAnswer
from knowledge.retrieval.packed_vectors import Embed
from knowledge.retrieval.question_form import DECIDED, QuestionForm, form_of, is_turned

NEAR = 0.57  # cosine from which a question is one that the author answered in short; `tutor eval cards` counts them
NEARLY = 0.57  # the same for a card that begins with yes or no by itself
LONGEST = 300  # characters of a message that are compared
DECIDING = ("Yes", "No")


def first_words(card: AnswerCard, text: str, embed: Embed) -> str:
    """The card's answer as this question wants it to begin."""
    short = _short(card, text, embed)
    if short is not None and short.says.rstrip(".") == card.says.partition(",")[0]:
        return card.says  # it begins with the same word by itself
    if short is not None:
        return short.says if short.whole else f"{short.says} {without_decision(card.says)}"
    written = [asked for asked in card.asks if asked not in card.heard]
    alike = list(_alike(written, text)) if form_of(text) in DECIDED else []
    return card.says if _nearness(text, alike, embed).max(initial=0.0) >= NEARLY else without_decision(card.says)


def decides(card: AnswerCard, text: str, embed: Embed) -> bool:
    """Whether the author said what this question wants to hear first; “only if” decides as well as yes and no."""
    head = first_words(card, text, embed).partition(" ")[0].rstrip(",.:;")
    return head in (*DECIDING, "Only") or _short(card, text, embed) is not None


def without_decision(says: str) -> str:
    """“No, the number hardly matters” without its no: for whoever asked how much."""
    head, comma, rest = says.partition(" ")
    if head.rstrip(",.:;") not in DECIDING or head[-1:] not in ",.:;" or not comma:
        return says
    return f"{rest[:1].upper()}{rest[1:]}"


def _short(card: AnswerCard, text: str, embed: Embed) -> ShortAnswer | None:
    """The author's own first words for the question that is nearest, of the same form and turned the same way."""
    ways = [(asked, short) for short in card.short for asked in _alike(short.asks, text)]
    scores = _nearness(text, [asked for asked, _ in ways], embed)
    return ways[int(np.argmax(scores))][1] if scores.max(initial=0.0) >= NEAR else None


def _alike(asks: Sequence[str], text: str) -> Iterator[str]:
    """Those of the same form; what asks for one of two may be answered by a yes or no to one of them."""
    form, turned = form_of(text), is_turned(text)
    also = QuestionForm.YES_NO if form is QuestionForm.CHOICE else form
    for asked in asks if form is not QuestionForm.NONE else ():
        if form_of(asked) in (form, also) and is_turned(asked) == turned:
            yield asked


def _nearness(text: str, ways: Sequence[str], embed: Embed) -> NDArray[np.float32]:
    """The cosine of each."""
    if not ways:
        return np.zeros(0, dtype=np.float32)
    message, *near = embed([text[:LONGEST], *ways])
    scores: NDArray[np.float32] = np.array(near) @ message
    return scores
