"""Answers from what the course says: cards first, with what they mean for the learner's own files; then passages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.conversation.decision import Decision
from agent.conversation.planning.own_work import pass_on
from agent.conversation.planning.phrases import Phrases
from agent.conversation.planning.plan import Part, Plan, call
from agent.conversation.tools.base import ToolResult
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.findings import Findings
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.understanding.questions import looks_like_question, opens_by_tying
from knowledge.course.cards import AnswerCard
from knowledge.course.pack import Lesson
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.first_words import without_decision
from knowledge.retrieval.lexical import words
from knowledge.retrieval.library import Library
from knowledge.retrieval.passages import Citation
from knowledge.retrieval.question_form import asking_parts

SURE = 0.5  # share from which a card answers; `python -m evals.fitting_cards` prints how often it is right
LIKELY = 0.33  # from here it is said what was understood, with what else may be meant
OUTDOES = 0.6  # share from which the nearest card is taken before one whose sign stands in the message
MAYBE = 0.22  # from here it is offered as one of several meanings
LEANING = 9  # words; what is longer asks for itself, whatever words it holds
STANDS = 2  # content words from which a part of a message stands by itself
BESIDE = 0.8  # share of a message from which its question is nearly all of it
LONG = 18  # words; of a longer message its questions are looked up one by one as well
SHORT_QUERY = 300
NEAR_ENOUGH = 0.45  # cosine that the nearest quoted sentence needs; below it what was quoted seldom answered
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKER = re.compile(r" \[\d+\]")  # behind a quoted sentence, for its source
_I = re.compile(r"\bi\b")
FOLLOW_UPS = Path(__file__).with_name("follow_ups.yaml")


@dataclass(frozen=True)
class Found:
    """The best card with how sure it is, the other cards, and whether a log's own words led to it."""

    card: AnswerCard | None
    share: float
    others: tuple[str, ...]
    signed: bool = False

    @property
    def answer(self) -> AnswerCard | None:
        """The card where it is sure enough to answer at once."""
        return self.card if self.signed or self.share >= SURE else None


class KnowledgeAnswers:
    def __init__(self, library: Library, phrases: Phrases, facts: CourseFacts, findings: Findings) -> None:
        self._library, self._phrases, self._facts, self._findings = library, phrases, facts, findings

    def find(self, view: View, *, symptom: bool = False) -> Part[Found]:
        """A plan's part: yields searches, returns what was found by the message and by what it leans on."""
        best = yield from self.look_up(view, view.text[:2_000], symptom=symptom)
        for query in self._other_queries(view):
            found = yield from self.look_up(view, query, symptom=symptom)
            best = found if found.share > best.share and not best.signed else best
        if best.share < SURE and (query := self._joined(view)):
            found = yield from self.look_up(view, query, symptom=symptom)
            again = found.card is not None and found.card.id == view.dialogue.card
            best = found if found.share > best.share and not again and _is_near(found, best) else best
        return best

    def find_beside(self, view: View, *, symptom: bool = False) -> Part[Found]:
        """Of a message that also says what comes with it, the sentence that asks; else the whole."""
        for sentence in filter(looks_like_question, _SENTENCE.split(view.text.strip())):
            if len(words(sentence)) < STANDS:  # “could you look at it please?” asks for what is done anyway
                continue
            found = yield from self.look_up(view, sentence[:SHORT_QUERY], symptom=symptom)
            if found.answer is not None:
                return found
        asks = any(len(words(part)) >= STANDS for part in asking_parts(view.text))
        return (yield from self.find(view, symptom=symptom)) if asks or symptom else Found(None, 0.0, ())

    def _joined(self, view: View) -> str:
        """The message together with what was spoken of last."""
        card = self._library.card(view.context.lesson, view.dialogue.card)
        return f"{card.asks[0]} {view.text}"[:SHORT_QUERY] if card is not None else ""

    def _other_queries(self, view: View) -> list[str]:
        queries = []
        if len(view.text.split()) > LONG:
            parts = [part.strip() for part in _SENTENCE.split(view.text) if len(part.split()) > 2]
            queries += [part for part in parts if part.endswith("?")][:2] or parts[-1:]
        asking = asking_parts(view.text)
        if len(asking) == 1 and len(words(asking[0])) >= STANDS and len(asking[0]) < BESIDE * len(view.text):
            queries.append(asking[0])  # what else is said would only lead away from it
        if (view.references.leans or opens_by_tying(view.text)) and (joined := self._joined(view)):
            queries.append(joined)
        return [query[:SHORT_QUERY] for query in queries]

    def look_up(self, view: View, query: str, *, symptom: bool = False) -> Part[Found]:
        """What is found by one query alone."""
        return self._read((yield call("search", query=query)), view, symptom=symptom)

    def _read(self, result: ToolResult, view: View, *, symptom: bool) -> Found:
        cards: Sequence[Mapping[str, Any]] = result.content.get("cards", ())
        if not cards:
            return Found(None, 0.0, ())
        lesson, signed = view.context.lesson, list(result.content.get("signed", ()))
        ranked = [str(card["id"]) for card in cards]
        if ranked[0] == view.dialogue.card and not view.references.leans and len(ranked) > 1:
            return self._otherwise(view, ranked[1:], float(cards[0]["share"]))
        chosen = next((identifier for identifier in ranked if identifier in signed), signed[0] if signed else "")
        outdone = chosen != ranked[0] and float(cards[0]["share"]) >= OUTDOES
        if chosen and not outdone and (symptom or chosen in ranked[:2]):
            others = tuple(identifier for identifier in ranked if identifier != chosen)
            return Found(self._library.card(lesson, chosen), max(SURE, float(cards[0]["share"])), others, signed=True)
        return Found(self._library.card(lesson, ranked[0]), float(cards[0]["share"]), tuple(ranked[1:]))

    def _otherwise(self, view: View, others: Sequence[str], share: float) -> Found:
        """What was said last is no answer to what is said now: the next ones, and only as a possibility."""
        return Found(self._library.card(view.context.lesson, others[0]), min(share, LIKELY - 0.01), tuple(others[1:]))

    def said(self, view: View, card: AnswerCard, *, lead: str = "") -> Decision:
        """The card's answer, what it means for their own files, and where they can read it."""
        own = self._own_remark(view, card) or self._own_place(view, card)
        text = " ".join(part for part in (lead, self.worded(view, card, view.text), own) if part)
        return self.decision(view, card, text)

    def worded(self, view: View, card: AnswerCard, asked: str) -> str:
        """What the card says, begun as the question wants it."""
        return self.filled(view, self._library.worded(card, asked))

    def decision(self, view: View, card: AnswerCard, text: str) -> Decision:
        """A text of which the card is the source."""
        return Decision(
            Intent.QUESTION,
            text,
            citations=self._library.citations(card, view.context.lesson),
            of_engine=True,  # `tutor lesson check` measures every card over unfinished files
            topic=card.id,
            dialogue=view.dialogue.with_changes(card=card.id, criterion=card.criterion, finding="", choices=()),
        )

    def _own_remark(self, view: View, card: AnswerCard) -> str:
        """The first remark of the card that fits a finding of theirs."""
        return next((own.says for own in card.own if own.rule in view.rules), "")

    def _own_place(self, view: View, card: AnswerCard) -> str:
        """Where their own files have what the card speaks of."""
        finding = self._findings.like(view, f"{view.text[:200]} {card.says}") if view.findings else None
        return f"\n\nIn yours: `{finding.file}` line {finding.line}. {finding.message}" if finding else ""

    def filled(self, view: View, text: str) -> str:
        """Slots of the course's own cards; a brace that is no slot stays as it stands."""
        for name, value in self._facts.slots(view.context.lesson).items():
            text = text.replace(f"{{{name}}}", value)
        return text.strip()

    def supposed(self, view: View, found: Found) -> Decision:
        """The likeliest meaning answered, said to be one, with the next one beside it."""
        assert found.card is not None  # noqa: S101 - callers look at its share first
        lead = self._phrases.say("supposed", view.context.turn.key, asked=_as_question(found.card).rstrip("?"))
        said = self.said(view, found.card, lead=lead)
        others = [card for name in found.others[:2] if (card := self._library.card(view.context.lesson, name))]
        ids = tuple(card.id for card in others)
        dialogue = (said.dialogue or view.dialogue).with_changes(choices=ids)
        text = (
            f"{said.draft}\n\n{self._phrases.say('or_else', view.context.turn.key, choices=numbered(others))}"
            if others
            else said.draft
        )
        return said.with_changes(draft=text, dialogue=dialogue)

    def by_field_words(self, view: View) -> Part[Found]:
        """Only by the words that the field has in every language: latest, volume, SIGTERM."""
        known = self._library.finder(view.context.lesson.id).knows
        kept = " ".join(word for word in words(view.text) if known(word))
        return (yield from self.look_up(view, kept or "-", symptom=False))

    def offered(self, view: View, found: Found) -> Decision:
        """What was understood, as two or three choices; nothing is done on the likeliest of unlikely readings."""
        chosen = self.meanings(view, found)
        if not chosen:
            return Decision(Intent.QUESTION, self._phrases.say("unsure_nothing", view.context.turn.key), topic="unsure")
        text = self._phrases.say("unsure", view.context.turn.key, choices=numbered(chosen))
        ids = tuple(card.id for card in chosen)
        dialogue = view.dialogue.with_changes(choices=ids)
        return Decision(Intent.QUESTION, text, dialogue=dialogue, topic="unsure", actions=(pass_on(view),))

    def meanings(self, view: View, found: Found) -> list[AnswerCard]:
        """What may be meant, the likeliest first; never what was said last."""
        cards = [found.card, *(self._library.card(view.context.lesson, other) for other in found.others)]
        return [card for card in dict.fromkeys(cards) if card is not None and card.id != view.dialogue.card][:3]

    def citations(self, view: View, card: AnswerCard) -> tuple[Citation, ...]:
        return self._library.citations(card, view.context.lesson)

    def reason(self, view: View, message: str, criterion: str) -> Part[str]:
        """Why a remark matters, in the words of a card that is about it and its criterion; empty where none is."""
        found = (yield call("search", query=message)).content.get("cards", ())
        if not found or float(found[0]["share"]) < LIKELY:
            return ""
        card = self._library.card(view.context.lesson, str(found[0]["id"]))
        if card is None or card.criterion not in ("", criterion):
            return ""
        whole = without_decision(card.says) == card.says
        return card.why or (sentences(card.says)[0] if whole else "")

    def more_of(self, view: View, card: AnswerCard) -> Decision | None:
        """What leans on the card that was said last: its reason, an example, how to see it; None where it does not."""
        kind = follow_up(view.text)
        if kind == "link":
            return self._linked(view, card)
        part = {"why": card.why, "example": card.example, "check": card.check, "onward": card.why or card.example}.get(
            kind or "", ""
        )
        if part:
            return self.decision(view, card, self.filled(view, part))
        criterion = view.context.lesson.criterion(card.criterion)
        if kind == "why" and criterion is not None:
            return self.decision(view, card, criterion.why)
        if kind in ("onward", "example", "simpler"):
            following = next((self._library.card(view.context.lesson, name) for name in card.follow_ups), None)
            return self.said(view, following) if following is not None and kind == "onward" else None
        return None

    def _linked(self, view: View, card: AnswerCard) -> Decision:
        """Where what was said last can be read."""
        lesson, criterion = view.context.lesson, view.context.lesson.criterion(card.criterion)
        cited = self._library.citations(card, lesson)
        places = [_place(citation, lesson) for citation in cited]
        if not places and criterion is not None:
            titles = [section.title for name in criterion.sections if (section := lesson.section(name))]
            places = [f"the lesson, “{_bare(title)}”" for title in titles]
        text = (
            f"It's from {'; '.join(places)}." if places else "That one comes from the course; there's no page for it."
        )
        return self.decision(view, card, text)

    def passages(self, view: View) -> Plan:
        """Whole sentences of the lesson or a guide where no card answers; else an honest no."""
        result = yield call("search", query=view.text[:2_000], passages=True)
        if result.content.get("declined", True) or float(result.content.get("nearness", 0.0)) < NEAR_ENOUGH:
            return Decision(Intent.QUESTION, "", declined=True)
        cited = tuple(Citation(**source) for source in result.content["cited"])
        text = _MARKER.sub("", str(result.content["answer"]))
        return Decision(Intent.QUESTION, text, topic="passages", citations=cited)


def _place(citation: Citation, lesson: Lesson) -> str:
    """Where it stands, as a person would say it."""
    if citation.source == lesson.id:
        return f"the lesson, “{_bare(citation.title.partition(': ')[2])}”"
    return f"“{citation.title}” ({citation.url})" if citation.url else f"“{citation.title}”"


def _bare(title: str) -> str:
    bare = title.removeprefix("Deep dive: ")
    return f"{bare[:1].upper()}{bare[1:]}"


def _is_near(joined: Found, alone: Found) -> bool:
    """What was spoken of last may settle which card is meant; it brings in none that the message does not point at."""
    near = {*alone.others, alone.card.id if alone.card else ""}
    return joined.card is not None and joined.card.id in near and alone.share >= MAYBE


def numbered(cards: Sequence[AnswerCard]) -> str:
    return "\n".join(f"{number}. {_as_question(card)}" for number, card in enumerate(cards, start=1))


def _as_question(card: AnswerCard) -> str:
    asked = card.asks[0].strip().rstrip("?.")
    return _I.sub("I", f"{asked[:1].upper()}{asked[1:]}?")


@cache
def _kinds() -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = yaml.safe_load(FOLLOW_UPS.read_text("utf-8"))
    return kinds


def follow_up(text: str) -> str | None:
    """What a short message wants of what was said before it; a longer one says for itself what it wants."""
    if len(text.split()) > LEANING:
        return None
    low = f" {' '.join(re.findall(r'[a-z0-9.]+(?:[’' + chr(39) + r'][a-z]+)?', text.lower()))} "
    return next((kind for kind, words in _kinds().items() if any(f" {word} " in low for word in words)), None)
