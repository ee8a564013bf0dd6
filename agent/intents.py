"""What a person wants with a message: rules first, nearness in meaning where no rule speaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from agent.turns import Turn

Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # texts -> one unit vector a row

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


@dataclass(frozen=True)
class Reading:
    """`sure` is False where nearness decided and a model may be asked for its guess."""

    intent: Intent
    sure: bool = True


class IntentReader:
    """Reads intents by the patterns and examples of `intents.yaml`."""

    def __init__(self, examples: Mapping[Intent, Mapping[str, Any]], embed: Embed) -> None:
        self._patterns = {
            intent: [re.compile(pattern) for pattern in entry["patterns"]] for intent, entry in examples.items()
        }
        self._examples = [(intent, text) for intent, entry in examples.items() for text in entry["examples"]]
        self._embed = embed

    @classmethod
    def load(cls, embed: Embed) -> IntentReader:
        source = Path(__file__).with_name("intents.yaml").read_text("utf-8")
        return cls({Intent(name): entry for name, entry in yaml.safe_load(source).items()}, embed)

    def read(self, turn: Turn, *, pending: bool) -> Reading:
        """`pending`: a question of ours waits for an answer in this conversation."""
        if turn.action is not None:
            return Reading(ACTIONS.get(turn.action.id, Intent.SOCIAL))
        text = _plain(turn.text)
        if self._matches(Intent.STAFF, text):
            return Reading(Intent.STAFF)
        if turn.files or turn.refused:
            return Reading(Intent.SUBMIT)
        return self._of_text(text, pending=pending)

    def _of_text(self, text: str, *, pending: bool) -> Reading:
        ruled = next((intent for intent in self._patterns if self._matches(intent, text)), None)
        if ruled is not None:
            return Reading(ruled)
        asks = looks_like_question(text)
        if pending and not asks:
            return Reading(Intent.ANSWER)
        nearest, nearness = self._nearest(text)
        if asks and nearness < _NEAR:  # what is asked is looked up; only the material says that it is out of scope
            return Reading(Intent.QUESTION, sure=False)
        return Reading(nearest, sure=nearness >= _NEAR)

    def is_far_off(self, text: str) -> bool:
        """Whether the nearest example lies outside what this course teaches."""
        return self._nearest(_plain(text))[0] is Intent.OUT_OF_SCOPE

    def _matches(self, intent: Intent, text: str) -> bool:
        return any(pattern.search(text) for pattern in self._patterns[intent])

    def _nearest(self, text: str) -> tuple[Intent, float]:
        nearness = self._vectors @ self._embed([text])[0]
        best = int(np.argmax(nearness))
        return self._examples[best][0], float(nearness[best])

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        return self._embed([text for _, text in self._examples])


_NEAR = 0.55  # cosine: closer than this, an example speaks for the message


def looks_like_question(text: str) -> bool:
    return _QUESTION_START.match(text) is not None or text.rstrip().endswith("?")


def _plain(text: str) -> str:
    straight = text[:MAX_READ_CHARACTERS].translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    return " ".join(straight.lower().split())
