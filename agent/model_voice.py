"""A language model as the voice: it rewords the draft, and code checks each sentence before anybody sees it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, create_model

from agent.errors import ModelUnavailable
from agent.giveaway import gives_away
from agent.language_model import LanguageModel, Message, ToolCall, ToolSpec
from agent.voice import Brief, OfflineVoice
from knowledge.passages import Hit, Retriever

MAX_TOOL_ROUNDS = 2
MAX_SENTENCES = 8
MIN_KEPT = 0.5  # below this share of kept sentences the draft says it better
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?!\[\d)|(?<=\])\s+(?=[A-Z“\"`])|\n+")
_log = logging.getLogger(__name__)

Unsupported = Callable[[str, Sequence[Hit]], Sequence[str]]  # the sentences of a text that no passage supports

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


class ModelVoice:
    """Falls back to the draft whenever the model fails or too little of its text can be kept."""

    def __init__(self, model: LanguageModel, retriever: Retriever, unsupported: Unsupported) -> None:
        self._model, self._retriever, self._unsupported = model, retriever, unsupported
        self._offline = OfflineVoice()

    def word(self, brief: Brief, *, emit: Callable[[str], None]) -> str:
        try:
            kept = list(self._kept(brief))
        except ModelUnavailable as error:
            _log.warning("the offline voice takes over: %s", error)
            return self._offline.word(brief, emit=emit)
        if not kept or not _cites_as(brief, kept):
            return self._offline.word(brief, emit=emit)
        text = f"{' '.join(kept)}\n\n{brief.closing}".strip()
        emit(text)
        return text

    def _kept(self, brief: Brief) -> Iterator[str]:
        """The sentences that pass; ModelUnavailable where most do not."""
        text, hits = self._said(brief)
        sentences = [one.strip() for one in _SENTENCE.split(text) if one.strip()][:MAX_SENTENCES]
        unsupported = set(self._unsupported(text, hits))
        good = [
            one
            for one in sentences
            if _may_stand(one, brief) and not any(one in bad or bad in one for bad in unsupported)
        ]
        if len(good) < max(1, MIN_KEPT * len(sentences)):
            raise ModelUnavailable("most of its sentences had no support")
        yield from good

    def _said(self, brief: Brief) -> tuple[str, tuple[Hit, ...]]:
        """The model's text after at most two look-ups of its own, and all passages that it saw."""
        messages, hits = [Message("user", _material(brief, brief.hits))], brief.hits
        for round_ in range(MAX_TOOL_ROUNDS + 1):
            tools = (SEARCH,) if round_ < MAX_TOOL_ROUNDS else ()
            pieces = list(self._model.stream(instructions=self._prompt("word"), messages=messages, tools=tools))
            calls = tuple(piece for piece in pieces if isinstance(piece, ToolCall))
            text = "".join(piece for piece in pieces if isinstance(piece, str))
            if not calls:
                return text, hits
            messages.append(Message("assistant", text, calls=calls))
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
        shape = create_model("Guess", choice=(str, ...))
        material = json.dumps({"message": text[:1_000], "choices": list(choices)})
        try:
            guess: BaseModel = self._model.structured(
                instructions=self._prompt("guess"), messages=[Message("user", material)], shape=shape
            )
        except ModelUnavailable as error:
            _log.warning("no guess of the model: %s", error)
            return None
        choice = getattr(guess, "choice", None)
        return choice if choice in choices else None

    def _prompt(self, name: str) -> str:
        return self._prompts[name]

    @cached_property
    def _prompts(self) -> dict[str, str]:
        folder = Path(__file__).with_name("prompts")
        return {path.stem: path.read_text("utf-8") for path in folder.glob("*.md")}


def _material(brief: Brief, hits: Sequence[Hit]) -> str:
    """JSON, so that no text of a learner or a passage can pose as a heading of ours."""
    return json.dumps(
        {
            "draft": brief.draft,
            "passages": [
                {"number": number, "heading": hit.passage.heading, "text": hit.passage.text}
                for number, hit in enumerate(hits, start=1)
            ],
            "conversation": [{"role": one.role, "text": one.text[:600]} for one in brief.history],
            "learner": brief.learner_text[:2_000],
        },
        ensure_ascii=False,
    )


def _listed(hits: Sequence[Hit]) -> str:
    return json.dumps([{"heading": hit.passage.heading, "text": hit.passage.text} for hit in hits])


def _may_stand(sentence: str, brief: Brief) -> bool:
    asks = sentence.rstrip().endswith("?")
    return not asks and (brief.may_show_code or not gives_away(sentence, brief.draft))


def _cites_as(brief: Brief, kept: Sequence[str]) -> bool:
    """Every marker points to a passage that was given, and a cited draft stays cited."""
    numbers = {int(one) for one in re.findall(r"\[(\d+)\]", " ".join(kept))}
    known = set(range(1, len(brief.hits) + 1))
    return numbers <= known and (bool(numbers) or "[1]" not in brief.draft)
