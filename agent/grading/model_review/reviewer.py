"""Asks a model about each criterion of a plan, in two calls, and weighs what it finds against the rules."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from agent.domain.verdicts import Judgement
from agent.errors import ModelUnavailable
from agent.grading.model_review import confirming, finding
from agent.grading.model_review.decoys import decoys_for
from agent.grading.model_review.passages import Passage, passages_of, planted
from agent.grading.model_review.weighing import Opinion, weighed
from agent.grading.plan_review.guide import Guide, read_guides
from agent.grading.plan_review.statements import Statement
from agent.llm.port import LanguageModel
from knowledge.course.pack import Criterion, Lesson
from tools.uploads.files import SourceFile

AT_ONCE = 8  # criteria that are asked about together: a person waits
MAX_CHARACTERS = 12_000  # of all passages; a longer plan is reviewed by rules alone
REMEMBERED = 1_024  # opinions: a revised plan leaves most criteria's statements as they were
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Question:
    criterion: Criterion
    guide: Guide
    passages: tuple[Passage, ...]

    @property
    def key(self) -> str:
        said = "\n".join(f"{passage.under}|{passage.text}" for passage in self.passages)
        return f"{self.criterion.id}\n{self.criterion.met_when}\n{said}"


class ModelReview:
    """The same statements get the same opinion while the process lives: a review must not change between two looks."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._guides: dict[str, Mapping[str, Guide]] = {}
        self._known: dict[str, Opinion | None] = {}

    def weigh(
        self, lesson: Lesson, file: SourceFile, statements: Sequence[Statement], judged: Sequence[Judgement]
    ) -> tuple[Judgement, ...]:
        """Each judgement as it was, settled, or held; a model that fails leaves it to the rules."""
        passages = tuple(passages_of(file.text, statements))
        if not passages or sum(len(passage.text) for passage in passages) > MAX_CHARACTERS:
            return tuple(judged)
        questions = [
            _Question(criterion, self._guides_of(lesson)[criterion.id], passages)
            for judgement in judged
            if (criterion := lesson.criterion(judgement.criterion)) is not None
        ]
        opinions = dict(zip((question.criterion.id for question in questions), self._all(questions), strict=True))
        return tuple(weighed(judgement, opinions.get(judgement.criterion)) for judgement in judged)

    def _guides_of(self, lesson: Lesson) -> Mapping[str, Guide]:
        if lesson.id not in self._guides:
            self._guides[lesson.id] = read_guides(lesson)[0]
        return self._guides[lesson.id]

    def _all(self, questions: Sequence[_Question]) -> list[Opinion | None]:
        """Side by side, each in the account of the turn that asks."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="model-review") as pool:
            waiting = [pool.submit(copy_context().run, self._of, question) for question in questions]
            return [done.result() for done in waiting]

    def _of(self, question: _Question) -> Opinion | None:
        """A failure is not kept: the next look asks again."""
        if question.key in self._known:
            return self._known[question.key]
        try:
            opinion = self._formed(question)
        except ModelUnavailable as error:
            _log.info("%s is reviewed by rules alone: %s", question.criterion.id, error)
            return None
        if len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        self._known[question.key] = opinion
        return opinion

    def _formed(self, question: _Question) -> Opinion | None:
        """None where the model credits or passes over what we have planted: it is not believed then."""
        decoys = decoys_for(question.guide, question.key)
        if decoys is None:
            return None
        passages, decoy = planted(question.passages, decoys.denial, len(question.key))
        entries = finding.asked(self._model, question.criterion, question.guide, passages)
        if not finding.is_believed(entries, decoy):
            _log.info("%s: the model is not believed in its first call", question.criterion.id)
            return None
        found = list(finding.verified(entries, question.guide, passages))
        kept = confirming.confirmed(self._model, found, decoys) if found else []
        if kept is None:
            _log.info("%s: the model is not believed in its second call", question.criterion.id)
        return None if kept is None else Opinion(question.guide, tuple(kept))
