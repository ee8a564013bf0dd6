"""What the course has to say: answer cards and reading notes first, then passages of the lesson and of guides."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from agent.conversation.answering import Answerer
from agent.conversation.tools.base import Arguments, Tool, ToolResult
from agent.conversation.view import View
from knowledge.retrieval.library import Library
from knowledge.retrieval.relevance import RELEVANT

MAX_CARDS = 4
MAX_PASSAGES = 3


class SearchArguments(Arguments):
    query: str = Field(min_length=1, max_length=2_000)
    passages: bool = False  # also the passages behind the cards; slower


class Search(Tool[SearchArguments]):
    name = "search"
    description = "Find what the course says about something: cards with stable ids, then passages with their source."
    arguments = SearchArguments

    def __init__(self, library: Library, answerer: Answerer) -> None:
        self._library, self._answerer = library, answerer

    def doing(self, view: View, arguments: SearchArguments) -> str:  # noqa: ARG002 - the same for every argument
        return "looking that up in the course"

    def run(self, view: View, arguments: SearchArguments) -> ToolResult:
        matches = self._library.find(view.context.lesson, arguments.query, limit=MAX_CARDS)
        said = [match.card.says for match in matches]
        said[:1] = [self._library.worded(match.card, arguments.query) for match in matches[:1]]
        cards = [
            {"id": match.card.id, "share": round(match.share, 3), "says": says, "asked": match.card.asks[0]}
            for match, says in zip(matches, said, strict=True)
        ]
        signed = [card.id for card in self._library.finder(view.context.lesson.id).signed(arguments.query)]
        content: dict[str, object] = {"cards": cards, "signed": signed[:MAX_CARDS]}
        if arguments.passages:
            answer = self._answerer.answer(arguments.query)
            fitting = [hit.passage for hit in answer.passages if hit.score >= RELEVANT][:MAX_PASSAGES]
            content |= {
                "passages": [
                    {"id": it.id[:12], "heading": it.heading, "text": it.text, "citation": asdict(it.citation)}
                    for it in fitting
                ],
                "declined": answer.declined,
                "answer": answer.text,
                "nearness": round(answer.nearness, 3),
                "cited": [asdict(citation) for citation in answer.citations],
            }
        return ToolResult(content)
