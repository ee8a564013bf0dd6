"""A model reads a plan too: where its checked proposal differs from the rules, an instructor decides."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from agent.domain.verdicts import Judgement
from agent.errors import ModelUnavailable
from agent.grading.plan_review.statements import statements
from agent.llm.port import LanguageModel, Message
from agent.llm.prompts import load_prompt
from knowledge.course.pack import Criterion, Lesson
from tools.findings import Verdict
from tools.uploads.files import SourceFile

DIFFERS = "Two readings of the text differ here, so an instructor decides."
MAX_CHARACTERS = 20_000  # of a plan that a model is given
REMEMBERED = 128
_log = logging.getLogger(__name__)


class Proposal(BaseModel):
    criterion: str
    verdict: str
    quotes: list[str] = []


class Proposals(BaseModel):
    criteria: list[Proposal]


class SecondOpinion:
    """The same file gets the same opinion while the process lives: a review must not change between two looks."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._known: dict[tuple[str, str], Proposals | None] = {}

    def weigh(self, lesson: Lesson, file: SourceFile, judged: Sequence[Judgement]) -> tuple[Judgement, ...]:
        """Each judgement as it was, or held; never with another verdict."""
        proposals = self._of(lesson, file)
        if proposals is None:
            return tuple(judged)
        by_criterion = {criterion.criterion: criterion for criterion in proposals.criteria}
        return tuple(weighed(judgement, by_criterion.get(judgement.criterion), file) for judgement in judged)

    def _of(self, lesson: Lesson, file: SourceFile) -> Proposals | None:
        key = (lesson.id, file.digest)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[key] = self._asked(
                [criterion for criterion in lesson.rubric if criterion.judged_by == "text"], file
            )
        return self._known[key]

    def _asked(self, rubric: Sequence[Criterion], file: SourceFile) -> Proposals | None:
        wanted = [
            {"id": criterion.id, "met": criterion.met_when, "partly": criterion.partly_when} for criterion in rubric
        ]
        material = json.dumps({"criteria": wanted, "plan": file.text[:MAX_CHARACTERS]}, ensure_ascii=False)
        try:
            return self._model.structured(
                instructions=self._prompt, messages=[Message("user", material)], shape=Proposals
            )
        except ModelUnavailable as error:
            _log.warning("the plan is reviewed by rules alone: %s", error)
            return None

    @cached_property
    def _prompt(self) -> str:
        return load_prompt(Path(__file__).parents[2] / "conversation" / "prompts" / "review.md").text


def weighed(judgement: Judgement, proposal: Proposal | None, file: SourceFile) -> Judgement:
    if judgement.pending or proposal is None or proposal.verdict not in _RANK:
        return judgement
    difference = _RANK[proposal.verdict] - _RANK.get(judgement.verdict.value, 0)
    if difference == 0 or (difference > 0 and not _shown(proposal, file)):
        return judgement
    return replace(judgement, pending=True, reason=DIFFERS)


_RANK = {Verdict.NOT_MET.value: 0, Verdict.PARTLY.value: 1, Verdict.MET.value: 2}


def _shown(proposal: Proposal, file: SourceFile) -> bool:
    """Every quote stands in the file, in a sentence that asserts something of the author's own system."""
    places = [_found(quote, file.text) for quote in proposal.quotes]
    if not places or None in places:
        return False
    said = [(statement.start, statement.end) for statement in statements(file.text) if statement.claim.affirmed]
    return all(place and any(start <= place[0] and place[1] <= end for start, end in said) for place in places)


def _found(quote: str, text: str) -> tuple[int, int] | None:
    """Where the very words stand, whatever the white space between them."""
    words = quote.split()
    if len(words) < 2:
        return None
    match = re.search(r"\s+".join(map(re.escape, words)), text)
    return match.span() if match else None
