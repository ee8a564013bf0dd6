"""`tutor review`: judges plans criterion by criterion."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from agent.domain.verdicts import Judgement, Span
from agent.grading.model_review.reviewer import ModelReview
from agent.grading.plan_against_files.waiting import disagreements, held_back, told_of
from agent.grading.plan_review.reviewer import PlanReviewer
from agent.llm.opening import open_models
from agent.settings import Settings
from integrations.cli.attachments import read_attachments
from integrations.cli.parameters import PATH, format_option
from knowledge.course.loader import load_course
from knowledge.course.pack import Course, Lesson
from knowledge.retrieval.embedding import Embedding
from tools.artefacts.registry import documents_in, is_prose
from tools.errors import ToolError, UnreadableFile
from tools.inspection.inspector import inspect
from tools.uploads.archives.expanding import is_archive, unpack
from tools.uploads.files import SourceFile, Upload


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


@click.command()
@click.argument("paths", type=PATH, nargs=-1, required=True, help="plans, or folders with one")
@format_option(Form, "for people, or one JSON line an input")
@click.option("--lesson", default="", help="id of the lesson whose criteria apply")
def review(paths: tuple[Path, ...], form: Form, lesson: str) -> None:
    """Review a plan on its text, with quotes for each criterion. With a key, a language model reads it too."""
    settings = Settings.read()
    chosen = _lesson(load_course(settings.course), lesson)
    reviewer, failed = PlanReviewer.load(chosen, Embedding()), False
    model = open_models(settings.model_endpoints)
    opinion = ModelReview(model) if model else None
    for path in paths:
        result = _review(chosen, reviewer, opinion, path)
        failed = failed or "error" in result
        print(json.dumps(result, ensure_ascii=False) if form is Form.JSON else _as_text(result), flush=True)
    sys.exit(2 if failed else 0)


def _lesson(course: Course, wanted: str) -> Lesson:
    found = course.lesson(wanted) if wanted else None
    judged = [lesson for lesson in course.lessons if any(criterion.judged_by == "text" for criterion in lesson.rubric)]
    if wanted and found is None:
        raise click.UsageError(
            f"there is no lesson “{wanted}”; there are: {', '.join(lesson.id for lesson in course.lessons)}"
        )
    return found or judged[0]


def _review(lesson: Lesson, reviewer: PlanReviewer, opinion: ModelReview | None, path: Path) -> dict[str, Any]:
    try:
        upload, plan = _plan(path)
        ruled = reviewer.review(plan)
        judgements = opinion.weigh(lesson, plan, reviewer.that_may_show(plan.text), ruled) if opinion else ruled
        found = disagreements(lesson, upload, inspect(upload), reviewer.statements)
    except ToolError as error:
        return {"path": str(path), "criteria": {}, "error": str(error)}
    judged = [held_back(lesson, judgement, found.get(judgement.criterion, ())) for judgement in judgements]
    return {
        "path": str(path),
        "criteria": {judgement.criterion: as_json(judgement) for judgement in judged},
        "disagreements": [
            {
                "kind": one.kind,
                "criterion": criterion,
                "plan": _quote(one.claimed),
                "file": {**_quote(one.shown), "line": one.line},
                "told": told_of(lesson, one),
            }
            for criterion, several in found.items()
            for one in several
        ],
    }


def _quote(span: Span) -> dict[str, Any]:
    return {"file": span.file, "start": span.start, "end": span.end, "quote": span.quote}


def _plan(path: Path) -> tuple[Upload, SourceFile]:
    """All that was handed in, and the plan in it."""
    files, refused = read_attachments([str(path)])
    if refused:
        raise UnreadableFile(refused[0])
    if not path.is_dir() and is_archive(files[0]):
        files = unpack(files[0])[0]
    elif not path.is_dir():
        return Upload.of(files), files[0]
    plan = next(iter(documents_in(Upload.of(file for file in files if is_prose(file.kind))).values()), None)
    if plan is None:
        raise UnreadableFile(f"{path.name} holds no plan: put it there as a Markdown file, for example plan.md.")
    return Upload.of(files), plan


def as_json(judgement: Judgement) -> dict[str, Any]:
    return {
        "verdict": judgement.verdict.value,
        "held": judgement.pending,
        "evidence": [_quote(span) for span in judgement.spans],
        "missing": judgement.missing or judgement.reason,
    }


def _as_text(result: dict[str, Any]) -> str:
    if "error" in result:
        return f"{result['path']}: {result['error']}"
    lines = [result["path"]]
    for criterion, one in result["criteria"].items():
        verdict = "held for an instructor" if one["held"] else one["verdict"]
        lines.append(f"  {criterion}  {verdict}" + (f": {one['missing']}" if one["missing"] else ""))
        lines.extend(f"        “{' '.join(quote['quote'].split())[:100]}”" for quote in one["evidence"])
    lines.extend(f"  {one['criterion']}  {one['told']}" for one in result["disagreements"])
    return "\n".join(lines)
