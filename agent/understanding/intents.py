"""What a person wants with a message: rules first, a learned reading where no rule speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from agent.domain.turn import Turn
from agent.understanding.intent_model import Embed, IntentModel
from agent.understanding.known_words import in_known_words

SURE = 0.2  # how far the likeliest reading is ahead of the next where nobody needs to be asked
MAX_READ_CHARACTERS = 2_000  # what a person wants stands at the start; the rest is material


class Intent(StrEnum):
    QUESTION = "question"
    STUCK = "stuck"
    SUBMIT = "submit"
    STATUS = "status"
    ANSWER = "answer"
    SOCIAL = "social"
    STAFF = "staff query"
    PRIVACY = "privacy"
    BELIEFS = "beliefs"
    OUT_OF_SCOPE = "out of scope"


# What a button wants; its name comes from us, never from what is typed.
ACTIONS: Mapping[str, Intent] = {
    "build": Intent.SUBMIT,
    "twice": Intent.SUBMIT,
    "experiment": Intent.SUBMIT,
    "stop": Intent.SUBMIT,
    "submit": Intent.SUBMIT,
    "show_findings": Intent.SUBMIT,
    "annotate": Intent.SUBMIT,
    "archive": Intent.STATUS,
    "status": Intent.STATUS,
    "forget": Intent.PRIVACY,
    "contest": Intent.BELIEFS,
    "uphold": Intent.STAFF,
    "dismiss": Intent.STAFF,
    "hint": Intent.STUCK,
    "predict": Intent.ANSWER,
    "decide": Intent.STAFF,
    "sheet": Intent.STAFF,
    "approve": Intent.STAFF,
    "reject": Intent.STAFF,
}

_QUESTION_START = re.compile(
    r"\W*((so|and|but|ok|okay|well|hm+|also|quick question|btw|hey|hi|hello)[\s,:-]+)*"
    r"(what|wh?at'?s|wat|why|how|when|where|which|who|is|are|does|do|can|could|should|would|will|may|"
    r"explain|describe|tell me about|define|compare|difference|i wonder|what if)\b",
    re.IGNORECASE,
)

FEW_WORDS, FEWER = 6, 4  # below these a cry for help says nothing of its matter; fewer tell where a symptom is named
_SYMPTOM = re.compile(
    r"\b(why|how come|what happened|die[sd]?|dying|crash\w*|exit(s|ed|ing)?|hang(s|ing)?|stops?|(re)?start(s|ed|ing)?|"
    r"fail(s|ed|ing)?|refused|killed|times? out|not found|denied)\b",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\b(fix|write|rewrite|print|generate|draft|complete|finish|solve|do|give|tell|show|send|paste|post)\b.{0,25}"
    r"\b(it|this|that|me|docker ?file|compose|plan|files?|lines?|solution|answer|fix|homework)\b|"
    r"\b(hints?|clues?|tips?|stuck|lost|ignore|instructions|what to (do|change|try))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class IntentReading:
    """`sure` is False where two readings are close and a language model may be asked for its guess."""

    intent: Intent
    sure: bool = True


class IntentReader:
    """Reads intents by the patterns of `intents.yaml`, and by what was learned from examples."""

    def __init__(self, patterns: Mapping[Intent, Sequence[str]], model: IntentModel) -> None:
        self._patterns = {intent: [re.compile(row) for row in given] for intent, given in patterns.items()}
        self._model = model

    @classmethod
    def load(cls, embed: Embed) -> IntentReader:
        source = Path(__file__).with_name("intents.yaml").read_text("utf-8")
        return cls({Intent(name): given for name, given in yaml.safe_load(source).items()}, IntentModel(embed))

    def read(self, turn: Turn, *, pending: bool) -> IntentReading:
        """`pending`: a question of ours waits for an answer in this conversation."""
        if turn.action is not None:
            return IntentReading(ACTIONS.get(turn.action.id, Intent.SOCIAL))
        text = _plain(turn.text)
        if self._matches(Intent.STAFF, text):
            return IntentReading(Intent.STAFF)
        if turn.files or turn.refused:
            return IntentReading(Intent.SUBMIT)
        return self._of_text(text, pending=pending)

    def _of_text(self, text: str, *, pending: bool) -> IntentReading:
        text = in_known_words(text)
        ruled = next((intent for intent in self._patterns if self._matches(intent, text)), None)
        if ruled is not None:
            return IntentReading(ruled)
        if pending and not looks_like_question(text):
            return IntentReading(Intent.ANSWER)
        (likeliest, first), (_, second), *_ = self._model.odds(text).items()
        return IntentReading(Intent(likeliest), sure=first - second >= SURE)

    def is_far_off(self, text: str) -> bool:
        """Whether a question sounds like one that lies outside what this course teaches."""
        odds = self._model.odds(_plain(text))
        return odds[Intent.OUT_OF_SCOPE] > odds[Intent.QUESTION]

    def _matches(self, intent: Intent, text: str) -> bool:
        return any(pattern.search(text) for pattern in self._patterns[intent])


def tells_what_happened(text: str) -> bool:
    """A cry for help that says what went wrong, and demands neither the work nor a hint."""
    enough = len(text.split()) >= (FEWER if _SYMPTOM.search(text) else FEW_WORDS)
    return enough and _DEMAND.search(in_known_words(text)) is None


def looks_like_question(text: str) -> bool:
    return _QUESTION_START.match(text) is not None or text.rstrip().endswith("?")


def _plain(text: str) -> str:
    straight = text[:MAX_READ_CHARACTERS].translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    return " ".join(straight.lower().split())
