"""A language model as the voice: it rewords the draft, and code checks each sentence before anybody sees it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel, create_model

from agent.errors import ModelUnavailable
from agent.guardrails.wording import Checks, Support
from agent.llm.port import Message, ToolCall, ToolSpec
from agent.llm.sentences import sentences_of
from agent.llm.voice import Brief, OfflineVoice
from knowledge.course.pack import Question
from knowledge.retrieval.passages import Hit, Retriever

MAX_TOOL_ROUNDS = 2
MAX_SENTENCES = 8
MIN_KEPT = 0.5  # below this share of kept sentences the draft says it better; chosen, not measured
Answer = TypeVar("Answer", bound=BaseModel)
_PLACE = re.compile(r"`[^`\n]+` lines? [\d–]+")
_log = logging.getLogger(__name__)

SEARCH = ToolSpec(
    "search_guides",
    "Finds passages of the lesson and its guides.",
    {
        "type": "object",
        "properties": {"query": {"type": "string", "description": "a few key words"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)


class Streaming(Protocol):
    """A model that is read while it writes."""

    def stream(
        self, *, instructions: str, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()
    ) -> Iterator[str | ToolCall]: ...

    def structured(self, *, instructions: str, messages: Sequence[Message], shape: type[Answer]) -> Answer: ...


class ModelVoice:
    """What was said before a fault stays said; what is missing then comes from the draft."""

    def __init__(self, model: Streaming, retriever: Retriever, support: Support) -> None:
        self._model, self._retriever, self._support = model, retriever, support
        self._offline = OfflineVoice()

    def word(self, brief: Brief, *, emit: Callable[[str], None]) -> str:
        """Sentences are emitted one by one, each after its checks; the first only when the reply is sure to stand."""
        wording = _Wording(brief, emit)
        try:
            self._say(brief, wording)
        except ModelUnavailable as error:
            _log.warning("the offline voice takes over: %s", error)
            wording.broke = True
        if not wording.stands():
            return self._offline.word(brief, emit=emit)
        return wording.finish()

    def _say(self, brief: Brief, wording: _Wording) -> None:
        """Streams the model's sentences through the checks, after at most two look-ups of its own."""
        messages, hits = [Message("user", _material(brief, brief.hits))], brief.hits
        for round_ in range(MAX_TOOL_ROUNDS + 1):
            calls: list[ToolCall] = []
            said: list[str] = []
            tools = (SEARCH,) if round_ < MAX_TOOL_ROUNDS else ()
            checks = Checks(brief, hits, self._support)
            pieces = self._model.stream(instructions=self._prompts["word"], messages=messages, tools=tools)
            for sentence in sentences_of(_texts(pieces, calls, said)):
                wording.take(sentence, checks)
                if wording.is_full():  # a small model may never end by itself
                    return
            if not calls:
                return
            if wording.kept:  # it has begun to speak: what it wants to look up comes too late
                return
            messages.append(Message("assistant", "".join(said), calls=tuple(calls)))
            for call in calls:
                found = self._look_up(call)
                hits = (*hits, *found)
                messages.append(Message("tool", _listed(found), call_id=call.id))
        raise ModelUnavailable("it only called tools")

    def _look_up(self, call: ToolCall) -> tuple[Hit, ...]:
        """Found passages support a sentence; they are not cited by number, for the draft's numbers are taken."""
        query = call.arguments.get("query")
        known = call.name == SEARCH.name and isinstance(query, str)
        return tuple(self._retriever.search(str(query)[:300], limit=3)) if known else ()

    def guess(self, text: str, choices: Sequence[str]) -> str | None:
        material = {"message": text[:1_000], "choices": list(choices)}
        guess = self._asked("guess", material, create_model("Guess", choice=(str, ...)))
        choice = getattr(guess, "choice", None)
        return choice if choice in choices else None

    def quotes(self, text: str, question: Question) -> Mapping[str, str]:
        points = {point.id: point.text for point in question.points}
        material = {"question": question.text, "points": points, "answer": text[:2_000]}
        found = self._asked("quotes", material, Quotes)
        return {quote.point: quote.quote for quote in found.quotes if quote.point in points} if found else {}

    def _asked(self, prompt: str, material: Mapping[str, object], shape: type[Answer]) -> Answer | None:
        messages = [Message("user", json.dumps(material, ensure_ascii=False))]
        try:
            return self._model.structured(instructions=self._prompts[prompt], messages=messages, shape=shape)
        except ModelUnavailable as error:
            _log.warning("no proposal of the model: %s", error)
            return None

    @cached_property
    def _prompts(self) -> dict[str, str]:
        folder = Path(__file__).with_name("prompts")
        return {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}


class Quote(BaseModel):
    point: str
    quote: str


class Quotes(BaseModel):
    quotes: list[Quote]


class _Wording:
    """What of a model's text is kept; the first sentences wait until it is sure that the reply will stand."""

    def __init__(self, brief: Brief, emit: Callable[[str], None]) -> None:
        self._brief, self._emit = brief, emit
        self._emitted = 0
        self.kept: list[str] = []
        self.dropped = 0
        self.broke = False

    def take(self, sentence: str, checks: Checks) -> None:
        worded = checks.worded(sentence, self.kept)
        if worded is None:
            self.dropped += 1
            return
        self.kept.append(worded)
        if self._is_sure():
            self._flush()

    def is_full(self) -> bool:
        return len(self.kept) + self.dropped >= MAX_SENTENCES

    def _is_sure(self) -> bool:
        """One good sentence that cites, where the draft cites, and more good ones than bad."""
        return len(self.kept) > self.dropped and self._cites()

    def _cites(self) -> bool:
        """A cited draft stays cited, and the place in a file that it speaks of is named."""
        text, draft = " ".join(self.kept), self._brief.draft
        cited = "[1]" not in draft or re.search(r"\[\d+\]", text) is not None
        return cited and all(place in text for place in _PLACE.findall(draft)[:1])

    def _flush(self) -> None:
        for sentence in self.kept[self._emitted :]:
            self._emit(sentence if not self._emitted else f" {sentence}")
            self._emitted += 1

    def stands(self) -> bool:
        """What was emitted cannot be taken back; before that, a fault or too few good sentences discard all."""
        if self._emitted:
            return True
        enough = len(self.kept) >= max(1, MIN_KEPT * (len(self.kept) + self.dropped))
        return enough and not self.broke and self._cites()

    def finish(self) -> str:
        """A broken stream may have lost what matters: the draft's lines that were not said follow."""
        self._flush()
        text = " ".join(self.kept)
        tail = self._brief.draft if self.broke else ""
        rest = "\n\n".join(part for part in (tail, self._brief.closing) if part)
        if rest:
            self._emit(f"\n\n{rest}")
        return f"{text}\n\n{rest}".strip()


def _texts(pieces: Iterator[str | ToolCall], calls: list[ToolCall], said: list[str]) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, ToolCall):
            calls.append(piece)
        else:
            said.append(piece)
            yield piece


def _material(brief: Brief, hits: Sequence[Hit]) -> str:
    """JSON, so that no text of a learner or a passage can pose as a heading of ours."""
    return json.dumps(
        {
            "draft": brief.draft,
            "passages": [
                {"number": number, "heading": hit.passage.heading, "text": hit.passage.text}
                for number, hit in enumerate(hits, start=1)
            ],
            "conversation": [{"role": message.role, "text": message.text[:600]} for message in brief.history],
            "learner": brief.learner_text[:2_000],
        },
        ensure_ascii=False,
    )


def _listed(hits: Sequence[Hit]) -> str:
    return json.dumps([{"heading": hit.passage.heading, "text": hit.passage.text} for hit in hits])
