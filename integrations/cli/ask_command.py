"""`tutor ask`: one question, or many from a file."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.answering import Answer, Answerer
from agent.bootstrap import open_knowledge
from agent.settings import Settings


class Said(BaseModel):
    model_config = ConfigDict(extra="ignore")
    role: str
    text: str


class Question(BaseModel):
    """One line of `tutor ask --batch`."""

    model_config = ConfigDict(extra="ignore")
    id: str | int
    question: str
    history: list[Said] = []


def ask(
    question: Annotated[str, typer.Argument(help="what you want to know")] = "",
    batch: Annotated[str, typer.Option(help="file with one JSON question a line, or - for standard input")] = "",
) -> None:
    """Answer from the course and the ingested guides, with citations."""
    answerer = open_knowledge(Settings.read()).answerer
    if not batch:
        _show(answerer.answer(question))
        return
    lines = sys.stdin if batch == "-" else Path(batch).read_text("utf-8").splitlines()
    failed = sum(_answer_line(answerer, line) for line in lines if line.strip())
    raise typer.Exit(1 if failed else 0)


def _show(answer: Answer) -> None:
    print(answer.text)
    for number, one in enumerate(answer.citations, start=1):
        print(f"[{number}] {one.title} ({one.url or f'{one.source}#{one.section}'})")


def _answer_line(answerer: Answerer, line: str) -> int:
    """Prints the answer's line; 1 where the question's line could not be read."""
    try:
        asked = Question.model_validate_json(line)
    except ValidationError as error:
        print(json.dumps({"id": None, "error": f"not a question: {error.errors()[0]['msg']}"}), flush=True)
        return 1
    answer = answerer.answer(asked.question, [(one.role, one.text) for one in asked.history])
    print(json.dumps({"id": asked.id} | as_json(answer), ensure_ascii=False), flush=True)
    return 0


def as_json(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer.text,
        "declined": answer.declined,
        "citations": [asdict(one) for one in answer.citations],
        "passages": [
            {
                "source": hit.passage.citation.source,
                "section": hit.passage.citation.section,
                "score": round(hit.score, 4),
            }
            for hit in answer.passages
        ],
    }
