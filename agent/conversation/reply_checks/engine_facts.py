"""What only the engine says: verdicts, the gate, and what was done. A model's own words for it must agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft

CLAIMS = Path(__file__).with_name("engine_claims.yaml")
BEFORE = 40  # characters before a verdict in which a condition takes the claim out of it
AFTER = 8
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ID = re.compile(r"\b([A-Z]\d{1,2})\b")


@dataclass(frozen=True)
class EngineClaims:
    """How a reply would state what is the engine's: authored, see the file."""

    condition: re.Pattern[str]
    denial: re.Pattern[str]
    stated: re.Pattern[str]
    gate: re.Pattern[str]
    praise: re.Pattern[str]
    words_of: Mapping[str, frozenset[str]]  # verdict → the words that say it
    deeds: Mapping[str, re.Pattern[str]]  # tool → words that say it was done

    @classmethod
    @cache
    def load(cls) -> EngineClaims:
        read: dict[str, Any] = yaml.safe_load(CLAIMS.read_text("utf-8"))
        said = sorted({word for words in read["verdicts"].values() for word in words}, key=len, reverse=True)
        return cls(
            condition=_words([read["conditions"]]),
            denial=re.compile(rf"\b(?:{read['denials']})\b|n['’]t\b", re.IGNORECASE),
            stated=re.compile(rf"\b{read['states']}(?P<verdict>{'|'.join(said)})\b", re.IGNORECASE),
            gate=_words(read["gate"]),
            praise=_words(read["praise"]),
            words_of={verdict: frozenset(words) for verdict, words in read["verdicts"].items()},
            deeds={tool: _words(patterns) for tool, patterns in read["deeds"].items()},
        )


def _words(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


class Verdicts:
    """A verdict in the model's own words must be the engine's; praise names what was right instead."""

    name = "verdicts"

    def __init__(self) -> None:
        self._claims = EngineClaims.load()

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:  # noqa: ARG002 - the port's shape
        for sentence in _SENTENCE.split(draft.own):
            if self._claims.praise.search(sentence):
                return "No praise by itself: name what was right."
            if reason := self._of_gate(sentence, matter) or self._of_criteria(sentence, matter):
                return reason
        return ""

    def _of_gate(self, sentence: str, matter: Matter) -> str:
        found = self._claims.gate.search(sentence)
        if found is None or self._claims.condition.search(sentence[: found.start()]) or self._is_denied(found[0]):
            return ""
        if matter.accepted("submit"):
            return "What the engine decided is shown by itself; don't say it in your own words."
        return "You can't pass, mark, count or unlock anything: say the gate's state only by {gate.state}."

    def _is_denied(self, text: str) -> bool:
        return self._claims.denial.search(text) is not None

    def _of_criteria(self, sentence: str, matter: Matter) -> str:
        named = [name for name in _ID.findall(sentence) if matter.view.context.lesson.criterion(name)]
        for found in self._claims.stated.finditer(sentence):
            around = sentence[max(0, found.start() - BEFORE) : found.end() + AFTER]
            if self._claims.condition.search(around):
                continue
            said = " ".join(found["verdict"].lower().split())
            wrong = [name for name in named if said not in self._claims.words_of.get(_value(name, matter), ())]
            if wrong:
                return f"Say the verdict of {wrong[0]} only by {{{wrong[0]}.verdict}}; yours is not the engine's."
        return ""


def _value(name: str, matter: Matter) -> str:
    identifier = f"{name}.verdict"
    return matter.book[identifier].text if identifier in matter.book else ""


class Deeds:
    """Nothing is said to be done that was not done in this turn."""

    name = "deeds"

    def __init__(self) -> None:
        self._claims = EngineClaims.load()

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:  # noqa: ARG002 - the port's shape
        for tool, pattern in self._claims.deeds.items():
            found = pattern.search(draft.own)
            if found and not self._claims.denial.search(found[0]) and not matter.accepted(tool):
                wanted = "" if tool == "nothing" else f"; propose it with `{tool}` first"
                return f"“{found[0]}”: that was not done in this turn{wanted}."
        return ""
