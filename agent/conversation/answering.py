"""Answers from what is known: verbatim sentences with their sources, or an honest “I do not know”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.guardrails.support import Supports, bare
from agent.understanding.definitions import Term
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.hybrid import HybridRetriever
from knowledge.retrieval.lexical import words
from knowledge.retrieval.packed_vectors import Embed
from knowledge.retrieval.passages import Citation, Hit
from knowledge.retrieval.relevance import RELEVANT

CONSIDERED = 6  # sections that an answer may quote from
MAX_SENTENCES = 4
MAX_CHARACTERS = 700
# `python -m evals.sensitivity grounding --guides`, 2026-11-29, tuned half: 0.906 of the answers cite a right section;
# 0.911 with MIN_SENTENCE at 0.25, 0.894 at 0.35; 0.902 with BEHIND at 0.30 or PLAIN at 0.70, as now at 0.50 and 0.90.
MIN_SENTENCE = 0.30  # cosine between the question and a quoted sentence
BEHIND = 0.40  # how far a sentence may be behind the best one and still be quoted
MAX_QUESTION = 2_000
REMEMBERED = 300  # characters of the question before that a follow-up takes along
PLAIN = 0.8  # relevance from which a short question stands by itself
SHORT = 4  # content words; what is shorter may lean on what was said before
OURS = frozenset({"assistant", "tutor", "bot", "system"})  # roles of a history that are not the person's
_FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|so|what about|how about|why|why not|ok|also|then|it|that|this|does it|can it|"
    r"is it(?! (?:ok(?:ay)?|fine|good|bad|safe|possible|allowed|enough|better|necessary|wrong)\b.{0,12}\bto\b))\b",
    re.IGNORECASE,
)

DECLINE = (
    "I have nothing on that in this course's material, so I would rather not guess. I can help with containers, "
    "images, reproducible builds, configuration, secrets, and your own gate."
)


@dataclass(frozen=True)
class Answer:
    """`text` carries markers [1]… that count through `citations`; `hits` are the cited passages in that order."""

    text: str
    declined: bool
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    passages: tuple[Hit, ...] = ()  # what retrieval found, cited or not
    nearness: float = 0.0  # cosine between the question and the nearest sentence that is quoted


class Answerer:
    def __init__(self, retriever: HybridRetriever, embed: Embed) -> None:
        self._retriever, self.supports = retriever, Supports(embed)

    def answer(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        asked = " ".join(question.split())[:MAX_QUESTION]
        hits, term = self.look_up(asked, history), Term.asked(asked)
        if term is not None and not any(_defines(hit, term) for hit in hits):
            defining = self._retriever.holding(asked, term.is_defined_by)
            hits = [defining, *hits] if defining else hits
        fitting = [hit for hit in hits if hit.score >= RELEVANT or _defines(hit, term)]
        chosen = _choose(fitting, term) if words(asked) else []
        if not chosen:
            return Answer(DECLINE, declined=True, passages=tuple(hits))
        return _composed(chosen, hits)

    def look_up(self, asked: str, history: Sequence[tuple[str, str]] = (), *, limit: int = CONSIDERED) -> list[Hit]:
        """A question that leans on the one before is looked up with it as well; what is surer counts."""
        hits = self._retriever.search(asked, limit=limit)
        before = next((text for role, text in reversed(history) if role.lower() not in OURS), "")
        if not before or not _leans(asked, hits) or self._retriever.is_strange(asked):
            return hits
        joined = self._retriever.search(f"{before[:REMEMBERED]} {asked}", limit=limit)
        return max(hits, joined, key=lambda found: found[0].score if found else 0.0)

    def unsupported(self, text: str, hits: Sequence[Hit]) -> list[str]:
        """The sentences that no passage supports; questions claim nothing."""
        whole = [line for line in text.splitlines() if self.supports.of(line, hits) is None]
        said = [sentence for line in whole for sentence in sentences(bare(line)) if not sentence.endswith("?")]
        return [sentence for sentence in said if self.supports.of(sentence, hits) is None]


def _leans(asked: str, hits: Sequence[Hit]) -> bool:
    """A short question that finds its answer by itself needs nothing of what was said before."""
    alone = bool(hits) and hits[0].score >= PLAIN
    return (len(words(asked)) < SHORT and not alone) or _FOLLOW_UP.match(asked) is not None


def _defines(hit: Hit, term: Term | None) -> bool:
    return term is not None and any(term.is_defined_by(text) for text, _ in hit.sentences)


def _choose(hits: Sequence[Hit], term: Term | None = None) -> list[tuple[int, str]]:
    """(index of the hit, sentence): first what defines, then best sections first, in reading order inside a passage."""
    pool = [
        (index, place, text, near) for index, hit in enumerate(hits) for place, (text, near) in enumerate(hit.sentences)
    ]
    defining = [term is not None and term.is_defined_by(text) for _, _, text, _ in pool]
    worth = [_worth(near, hits[index].score, place) for index, place, _, near in pool]
    ranked = sorted(range(len(pool)), key=lambda other_index: (not defining[other_index], -worth[other_index]))
    least = max(worth, default=0.0) - BEHIND
    subject = term if any(defining) else None  # once the word is said what it means, the rest speaks of it too
    chosen: list[int] = []
    length = 0
    for each_index in ranked:
        _, _, text, near = pool[each_index]
        aside = near < MIN_SENTENCE or worth[each_index] < least or (subject is not None and not subject.is_in(text))
        if (chosen and aside and not defining[each_index]) or any(_same(text, pool[other][2]) for other in chosen):
            continue
        if len(chosen) == MAX_SENTENCES or length + len(text) > MAX_CHARACTERS:
            break
        chosen.append(each_index)
        length += len(text)
    return [
        (pool[choice][0], pool[choice][2])
        for choice in sorted(chosen, key=lambda choice: (not defining[choice], pool[choice][:2]))
    ]


def _worth(nearness: float, relevance: float, place: int) -> float:
    """A good sentence of the best section beats a slightly nearer one of the sixth; openings define.

    The weights are chosen, not measured.
    """
    return nearness + 0.8 * relevance + (0.03 if place == 0 else 0.0)


def _same(text: str, other: str) -> bool:
    one, two = set(words(text)), set(words(other))
    return len(one & two) / max(1, min(len(one), len(two))) > 0.75  # chosen, not measured


def _composed(chosen: Sequence[tuple[int, str]], hits: Sequence[Hit]) -> Answer:
    """Numbers the cited sections in the order of their first sentence; one source is cited once."""
    numbers: dict[Citation, int] = {}
    cited: dict[Citation, Hit] = {}
    lines = []
    for index, text in chosen:
        citation = hits[index].passage.citation
        number = numbers.setdefault(citation, len(numbers) + 1)
        cited.setdefault(citation, hits[index])
        lines.append(f"{_ended(text)} [{number}]")
    quoted = {text for _, text in chosen}
    nearness = max((near for hit in hits for text, near in hit.sentences if text in quoted), default=0.0)
    return Answer(
        "\n".join(lines),
        declined=False,
        citations=tuple(numbers),
        hits=tuple(cited.values()),
        passages=tuple(hits),
        nearness=float(nearness),
    )


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text.rstrip(":;,") + "."
