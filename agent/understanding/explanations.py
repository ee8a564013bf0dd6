"""A learner's explanation against the points that a question expects, and against known misconceptions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.understanding.questions import looks_like_question
from knowledge.course.pack import Misconception, Point, Question
from knowledge.retrieval.lexical import words
from knowledge.retrieval.packed_vectors import Embed

# `python -m evals.sensitivity explanations`, 2026-11-29, tuned cases: NEAR hears 92 % of the points, 91 % at 0.44 and
# 0.48; BELIEF_ASKED misses a belief from 0.60 on. BELIEF_NEAR from 0.60 to 0.72, WEIGHT from 0.25 to 0.45, ABOUT from
# 0.15 to 0.30 and CLEARLY up to 0.10 change nothing there and are chosen.
NEAR = 0.46  # nearness from which a point counts as said
BELIEF_NEAR = 0.66  # the same for a misconception
BELIEF_ASKED = 0.54  # the same where the question was about just this
ABOUT = 0.22  # below this nearness to question and points, the message speaks of something else
SAID = 0.52  # nearness from which somebody says back what they were told; chosen on the tuned moments
CLEARLY = 0.05  # by how much one choice must be nearer than the next
WEIGHT = 0.35  # of shared words against meaning
MAX_CLAUSES = 24
_SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)")
_CLAUSE = re.compile(r",\s+|\s+(?:but|because|cause|since|so|and|while|whereas|although|which)\s+", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|neither|nor|without|cannot|cant|dont|doesnt|isnt|wont|hardly|"
    r"refuses?|\w+n['’]t)\b|\bun(?:able|likely)\b",
    re.IGNORECASE,
)
_DISTANCED = re.compile(
    r"\b(?:diff|difference|vs|versus|whats?|some (?:people|say|think)|people (?:often )?(?:say|think|believe)|"
    r"i (?:used to|once) (?:think|thought|believe)|"
    r"(?:it is|it's|that is|that's) (?:a myth|wrong|false|not true)|is it true)\b|\?\s*$",
    re.IGNORECASE,
)


Scores = NDArray[Any]  # a number for each clause


@dataclass(frozen=True)
class Compared:
    """`said` and `missing` in the order of the question's points; `about`: it speaks of the question at all."""

    said: tuple[Point, ...]
    missing: tuple[Point, ...]
    about: bool = False
    believes: Misconception | None = None


class Explanations:
    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def compare(
        self,
        text: str,
        question: Question,
        known: Sequence[Misconception] = (),
        quotes: Mapping[str, str] | None = None,
    ) -> Compared:
        """`quotes`: a model's proposal, point to the learner's words for it; only what stands there counts.

        A clause that says a misconception better than a point counts for the misconception.
        """
        spoken = clauses(text)
        if not spoken:
            return Compared((), question.points)
        near = {point.id: self._agreeing(spoken, (point.text, *point.cues)) for point in question.points}
        beliefs = self._of_beliefs(spoken, known)
        best = np.max([*near.values()], axis=0)
        held = self._believed(beliefs, best, known, question)
        rival = np.max([*beliefs.values()], axis=0) if held else np.zeros(len(spoken))
        proposed = {one: quote for one, quote in (quotes or {}).items() if _stands(quote, text)}
        said = [
            point
            for point in question.points
            if ((near[point.id] >= NEAR) & (near[point.id] >= rival)).any()
            or self._is_quoted(point, proposed.get(point.id))
        ]
        missing = tuple(point for point in question.points if point not in said)
        about = bool(said) or held is not None or self._is_about(text, question)
        return Compared(tuple(said), missing, about, held if missing else None)

    def misconception(self, text: str, known: Sequence[Misconception]) -> Misconception | None:
        """The belief that a sentence asserts; what is denied, asked or told of others is no belief."""
        spoken = clauses(text)
        return self._believed(self._of_beliefs(spoken, known), np.zeros(len(spoken)), known) if spoken else None

    def says(self, text: str, sentences: Sequence[str]) -> bool:
        """Whether a clause of the text says what one of the sentences says, and denies no more than it."""
        spoken = clauses(text)
        return bool(spoken and sentences) and float(self._agreeing(spoken, tuple(sentences)).max()) >= SAID

    def likeness(self, text: str, ways: Sequence[str]) -> tuple[list[str], Scores]:
        """The clauses, and how near each (row) is to each way (column) where they agree; cues do not count."""
        spoken = clauses(text)
        if not spoken or not ways:
            return spoken, np.zeros((len(spoken), len(ways)))
        agrees = np.array([[_agrees(clause, way) for way in ways] for clause in spoken])
        return spoken, np.where(agrees, self._nearness(spoken, ways), 0.0)

    def nearest(self, text: str, choices: Sequence[str]) -> int | None:
        """The choice that the words come nearest to, by meaning and by what they deny; None where two are as near."""
        spoken = clauses(text)
        if not spoken or not choices:
            return None
        scores = [float(self._agreeing(spoken, (choice,)).max()) for choice in choices]
        first, *others = sorted(range(len(choices)), key=lambda index: -scores[index])
        clear = not others or scores[first] - scores[others[0]] >= CLEARLY
        return first if scores[first] >= NEAR and clear else None

    def _of_beliefs(self, spoken: Sequence[str], known: Sequence[Misconception]) -> dict[str, Scores]:
        distanced = np.array(
            [_DISTANCED.search(statement) is not None or looks_like_question(statement) for statement in spoken]
        )
        return {
            judgement.id: np.where(distanced, 0.0, self._agreeing(spoken, (judgement.belief, *judgement.cues)))
            for judgement in known
        }

    def _believed(
        self,
        beliefs: Mapping[str, Scores],
        rival: Scores,
        known: Sequence[Misconception],
        question: Question | None = None,
    ) -> Misconception | None:
        def over(one: Misconception) -> float:
            asked = question is not None and one.section == question.section
            scores = np.where(beliefs[one.id] > rival, beliefs[one.id], 0.0)
            return float(scores.max()) - (BELIEF_ASKED if asked else BELIEF_NEAR)

        best = max(known, key=over, default=None)
        return best if best is not None and over(best) >= 0 else None

    def _agreeing(self, spoken: Sequence[str], ways: Sequence[str]) -> Scores:
        """For each clause its nearness to the nearest way that agrees with it."""
        scores: Scores = self._agreement(spoken, ways).max(axis=1)
        return scores

    def _agreement(self, spoken: Sequence[str], ways: Sequence[str]) -> Scores:
        """Nearness of each clause and way; 0 where one denies what the other affirms, 1 where a cue stands there."""
        nearness = self._nearness(spoken, ways)
        agrees = np.array([[_agrees(clause, way) for way in ways] for clause in spoken])
        stands = np.array([[_has_cue(clause, way) for way in ways] for clause in spoken])
        return np.where(agrees, np.where(stands, 1.0, nearness), 0.0)

    def _is_quoted(self, point: Point, quote: str | None) -> bool:
        return quote is not None and float(self._agreeing([quote], (point.text, *point.cues)).max()) >= NEAR / 2

    def _is_about(self, text: str, question: Question) -> bool:
        cues = [cue for point in question.points for cue in point.cues]
        return (
            float(self._nearness([text], [question.text, *(point.text for point in question.points), *cues]).max())
            >= ABOUT
        )

    def _nearness(self, spoken: Sequence[str], ways: Sequence[str]) -> Scores:
        """Meaning, lifted by the share of a way's own words that are said."""
        meaning = self._embed(spoken) @ self._embed(ways).T
        shared = np.array([[_shared(clause, way) for way in ways] for clause in spoken], dtype=np.float32)
        lifted: Scores = meaning + WEIGHT * np.maximum(0, shared - meaning)
        return lifted


def clauses(text: str) -> list[str]:
    """Sentences, and the clauses that they are made of; whoever says two things is heard for both."""
    found: dict[str, None] = {}
    for sentence in _SENTENCE.split(text[:2_000]):
        if sentence.strip():
            found[sentence.strip()] = None
            parts = [word.strip() for word in _CLAUSE.split(sentence) if word.strip()]
            found.update(dict.fromkeys(part for part in parts if len(part.split()) > 1))
    return list(found)[:MAX_CLAUSES]


def _agrees(clause: str, way: str) -> bool:
    """Both affirm or both deny; two denials in one are an affirmation."""
    return _denials(clause) % 2 == _denials(way) % 2


def _denials(text: str) -> int:
    return len(_NEGATION.findall(text))


def _has_cue(clause: str, cue: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(cue.lower())}(?![\w-])", clause.lower()) is not None


def _shared(clause: str, way: str) -> float:
    wanted = set(words(way))
    return len(wanted & set(words(clause))) / len(wanted) if wanted else 0.0


def _stands(quote: str, text: str) -> bool:
    flat = " ".join(quote.lower().split())
    return len(flat.split()) > 1 and flat in " ".join(text.lower().split())
