"""Measures what a reply gives away: it is applied to the learner's newest files, and the checks run again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from agent.grading.plan_review.reviewer import PlanReviewer
from agent.grading.plan_review.statements import statements
from agent.guardrails.leaks.decoding import decoded
from agent.guardrails.leaks.following import Following
from agent.guardrails.leaks.offers import is_code, offers
from agent.guardrails.leaks.prescribing import sentences
from agent.guardrails.leaks.published import without_published
from knowledge.course.pack import Lesson
from knowledge.retrieval.lexical import words
from tools.artefacts.registry import artefact_types
from tools.findings import Verdict
from tools.uploads.files import SourceFile, Upload

MAX_PLAN = 20_000  # characters of a plan that are set beside a reply
MAX_LEARNER = 8_000  # characters of what the learner wrote, the newest
OWN_SHARE = 0.8  # of a sentence's words that stand in one text of the learner's; chosen, not measured
_MARKUP = re.compile(r"\*\*|__|`|\s*\[\d+\]")
_QUOTED = re.compile(r"“[^”]*”")
_LEAD_IN = re.compile(r"(?m)^[^.:\n]{0,80}:\s+(?=[A-Z])|^[^.\n]{0,60}\bfor (?:example|instance)\W+")
# A tutor about itself, a place in a file, or somebody told to find out: no statement of a plan.
_ABOUT_ITSELF = re.compile(
    r"^(?:I (?:am|can|could|do|have|keep|leave|read|stay|take|would)\b|(?:write down|say|describe|name|explain|think|"
    r"look|ask|note|tell)\b.*\b(?:what|how|who|when|where|which|whether)\b)|\b[A-Z]\d{1,2}\b|\blines? \d+\.",
    re.IGNORECASE,
)


class LeakMeter:
    """The same reply over the same files gives the same answer; nothing is stored."""

    def __init__(self, reviewers: Mapping[str, PlanReviewer]) -> None:
        self._reviewers = reviewers

    def leaks(
        self,
        lesson: Lesson,
        upload: Upload,
        reply: str,
        before: Sequence[str] = (),
        learner: Sequence[str] = (),
    ) -> tuple[str, ...]:
        """The criteria that newly pass when `reply`, with what was said `before`, is followed to the letter.

        What the `learner` wrote first is theirs: saying it again gives nothing away. What the earlier replies gave
        away alone is not this one's doing.
        """
        own = "\n\n".join(learner)[-MAX_LEARNER:]
        now, earlier = (_measurable(lesson, text) for text in (reply, "\n\n".join(before)))
        found = self._found(lesson, upload, f"{earlier}\n\n{now}" if earlier.strip() else now, own)
        if earlier.strip() and found:
            found -= self._found(lesson, upload, earlier, own) - self._found(lesson, upload, now, own)
        return tuple(criterion.id for criterion in lesson.rubric if criterion.id in found)

    def _found(self, lesson: Lesson, upload: Upload, said: str, own: str) -> set[str]:
        return {*self._of_files(lesson, upload, said, own), *self._of_prose(lesson, upload, said, own)}

    def _of_files(self, lesson: Lesson, upload: Upload, said: str, own: str) -> Iterator[str]:
        given = offers(said)
        theirs = offers(own, every_sentence=True) if given and own else []
        inspected = [criterion for criterion in lesson.rubric if criterion.judged_by == "inspection"]
        for artefact in artefact_types() if given else ():
            wanted = {criterion.aspect: criterion.id for criterion in inspected if criterion.artefact == artefact.name}
            part = Upload.of(file for file in upload if file.kind in (artefact.name, *artefact.companions))
            passed = Following(artefact, part, theirs).passed(given) if wanted else set()
            yield from (wanted[aspect] for aspect in passed & wanted.keys())

    def _of_prose(self, lesson: Lesson, upload: Upload, said: str, own: str) -> Iterator[str]:
        reviewer = self._reviewers.get(lesson.id)
        artefacts = {criterion.id: criterion.artefact for criterion in lesson.rubric if criterion.judged_by == "text"}
        for artefact in dict.fromkeys(artefacts.values()):
            document = _longest(upload.of_kind(artefact))
            text = _as_plan(said, (own, document.text)) if reviewer and document else ""
            passed = _newly_met(reviewer, document, text) if reviewer and document and text else ()
            yield from (criterion for criterion in passed if artefacts[criterion] == artefact)


def _measurable(lesson: Lesson, said: str) -> str:
    """Without what the course says to everybody, and with what it says to somebody who decodes it."""
    return decoded(without_published(lesson, said), is_code) if said.strip() else ""


def _longest(files: Iterable[SourceFile]) -> SourceFile | None:
    texts = [(file.path, file.text[:MAX_PLAN]) for file in files if file.is_readable]
    path, text = max(texts, key=lambda named: len(named[1]), default=("", ""))
    return SourceFile(path, text.encode()) if text else None


def _newly_met(reviewer: PlanReviewer, document: SourceFile, text: str) -> Iterator[str]:
    """Criteria that the document meets with the text after it, and does not without."""
    before = _reviewed(reviewer, document)
    after = _verdicts(reviewer, SourceFile(document.path, document.data + b"\n\n" + text.encode()))
    yield from (
        criterion
        for criterion, verdict in after.items()
        if verdict is Verdict.MET and before[criterion] is not Verdict.MET
    )


def _as_plan(said: str, own: Sequence[str]) -> str:
    """The prose that asserts something and that stands in no text of the learner's.

    Quotations that are no offers are the learner's own words, or somebody else's.
    """
    bare = _MARKUP.sub("", _QUOTED.sub(" ", said))
    bare = _LEAD_IN.sub("\n", bare)
    spoken = [
        statement.claim.whole for statement in statements(bare) if not _ABOUT_ITSELF.search(statement.claim.whole)
    ]
    return "\n\n".join(sentence for sentence in spoken if not _is_own(sentence, own))


def _is_own(sentence: str, own: Sequence[str]) -> bool:
    said = set(words(sentence.rpartition(": ")[2]))  # after “That is it:”
    return any(len(said & theirs) >= OWN_SHARE * len(said) for text in own for theirs in _words_of_sentences(text))


@lru_cache(maxsize=64)
def _words_of_sentences(text: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(words(sentence)) for sentence in sentences(text))


def _verdicts(reviewer: PlanReviewer, plan: SourceFile) -> dict[str, Verdict]:
    return {
        judgement.criterion: Verdict.NOT_MET if judgement.pending else judgement.verdict
        for judgement in reviewer.review(plan)
    }


@lru_cache(maxsize=64)
def _reviewed(reviewer: PlanReviewer, plan: SourceFile) -> Mapping[str, Verdict]:
    return _verdicts(reviewer, plan)
