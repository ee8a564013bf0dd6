"""`tutor ask`: one question, or many from a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.app import open_knowledge
from agent.conversation.answering import Answer
from agent.conversation.course_answers import CourseAnswers
from agent.settings import Settings
from integrations.cli.batches import lines_of


class HistoryLine(BaseModel):
    model_config = ConfigDict(extra="ignore")
    role: str
    text: str


class BatchQuestion(BaseModel):
    """One line of `tutor ask --batch`."""

    model_config = ConfigDict(extra="ignore")
    id: str | int
    question: str
    history: list[HistoryLine] = []


DECLINED = 3  # exit code of a question that the course does not cover


@click.command()
@click.argument("question", default="", help="what you want to know")
@click.option("--batch", default="", help="file with one JSON question a line, or - for standard input")
def ask(question: str, batch: str) -> None:
    """Answer from the course and the guides, with citations."""
    if not batch and not question.strip():
        raise click.UsageError("Ask something, or name a file of questions with --batch.")
    lines = lines_of(batch)
    knowledge = open_knowledge(Settings.read())
    if not batch:
        answer = knowledge.answers.answer(question)
        _show(answer, lessons={lesson.id for lesson in knowledge.course.lessons})
        sys.exit(DECLINED if answer.declined else 0)
    failed = sum(_answer_line(knowledge.answers, line) for line in lines if line.strip())
    sys.exit(1 if failed else 0)


def _show(answer: Answer, *, lessons: Collection[str]) -> None:
    print(answer.text)
    for number, one in enumerate(answer.citations, start=1):
        place = f"{one.source}#{one.section}"
        command = f"tutor lesson show {place}" if one.source in lessons else place
        print(f"[{number}] {one.title} ({one.url or command})")


def _answer_line(answerer: CourseAnswers, line: str) -> int:
    """Prints the answer's line; 1 where the question's line could not be read."""
    try:
        asked = BatchQuestion.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        said = f"not a question: {f'{where}: ' if where else ''}{fault['msg']}"
        print(json.dumps({"id": _id_of(line), "error": said}, ensure_ascii=False), flush=True)
        return 1
    answer = answerer.answer(asked.question, [(message.role, message.text) for message in asked.history])
    print(json.dumps({"id": asked.id} | as_json(answer), ensure_ascii=False), flush=True)
    return 0


def _id_of(line: str) -> Any:
    """The id of a line that is no question, so that whoever asked can tell which one it was."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str | int) else None


def as_json(answer: Answer) -> dict[str, Any]:
    return {
        "answer": answer.text,
        "declined": answer.declined,
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [
            {
                "source": hit.passage.citation.source,
                "section": hit.passage.citation.section,
                "score": round(hit.score, 4),
            }
            for hit in answer.passages
        ],
    }
