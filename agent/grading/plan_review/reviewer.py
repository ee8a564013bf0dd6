"""Judges a plan by a lesson's guides: the same text gets the same verdicts, and only assertions count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache

from agent.domain.verdicts import Judgement
from agent.grading.plan_review.fitted import recall
from agent.grading.plan_review.frames import FrameModel
from agent.grading.plan_review.framing import Framing
from agent.grading.plan_review.guide import Guide, read_guides
from agent.grading.plan_review.matching import Matcher, WeighedStatement
from agent.grading.plan_review.meaning import Embed, Learnt
from agent.grading.plan_review.statements import MAX_STATEMENTS, Statement, statements
from agent.understanding.language import foreign
from knowledge.course.pack import Criterion, Lesson
from knowledge.errors import CourseInvalid
from knowledge.retrieval.lexical import words
from tools.findings import Verdict
from tools.uploads.files import SourceFile

REMEMBERED = 2_048  # sentences: a revised plan is mostly the plan before
MIN_WORDS = 25  # chosen, not measured
PARROTED = 0.8  # share of a statement's words that stand in the rubric's own sentence; chosen, not measured
MAX_CHARACTERS = 60_000  # quotations within quotations cost the Markdown parser 3 s at this length (2026-11-29)
TOO_LONG = (
    f"The plan is longer than the {MAX_STATEMENTS} sentences or {MAX_CHARACTERS:,} characters that I read; "
    "an instructor looks at it."
)
_FOREIGN = "The plan seems to be written in {}; I can only judge English, so an instructor reads it."
TOO_SHORT = "The plan is only a few words long. What do you do about this in your own system?"


class PlanReviewer:
    def __init__(
        self,
        lesson: Lesson,
        guides: Mapping[str, Guide],
        embed: Embed,
        learnt: Callable[[], Learnt],
        *,
        guarded: bool = True,
    ) -> None:
        self._guarded = guarded
        self._recall = learnt
        self._criteria = [criterion for criterion in lesson.rubric if criterion.judged_by == "text"]
        self._guides = guides
        self._framing = Framing(FrameModel(embed))
        self._features = lru_cache(REMEMBERED)(lambda said: self._learnt.features(said, embed))
        self._rubric = {
            criterion.id: set(words(f"{criterion.met_when} {criterion.title}")) for criterion in self._criteria
        }

    @classmethod
    def load(cls, lesson: Lesson, embed: Embed, *, guarded: bool = True) -> PlanReviewer:
        """`guarded=False` drops the defences against text that works on the reviewer; only a measurement wants that."""
        guides, faults = read_guides(lesson)
        if faults:
            raise CourseInvalid([f"{lesson.id}/{fault}" for fault in faults])
        return cls(lesson, guides, embed, lambda: recall(lesson.folder / "review", guides, embed), guarded=guarded)

    @cached_property
    def _learnt(self) -> Learnt:
        return self._recall()

    @cached_property
    def _matchers(self) -> list[Matcher]:
        return [Matcher(criterion, self._guides[criterion.id], self._learnt) for criterion in self._criteria]

    def review(self, file: SourceFile) -> tuple[Judgement, ...]:
        """One judgement for each text criterion, in the rubric's order; raises UnreadableFile."""
        text = file.text
        spoken = foreign(text)
        if spoken:
            return tuple(_unread(criterion, _FOREIGN.format(spoken)) for criterion in self._criteria)
        if len(text.split()) < MIN_WORDS:
            return tuple(Judgement(criterion.id, Verdict.NOT_MET, missing=TOO_SHORT) for criterion in self._criteria)
        found = self.statements(text)
        if len(text) > MAX_CHARACTERS or len(found) > MAX_STATEMENTS:
            return tuple(_unread(criterion, TOO_LONG) for criterion in self._criteria)
        return self._judged(found, file)

    def statements(self, text: str) -> list[Statement]:
        """Each with the frame that it stands under, if under any."""
        return statements(text[:MAX_CHARACTERS], guarded=self._guarded, framing=self._framing)

    def that_may_show(self, text: str) -> list[Statement]:
        """Without what is surely taken back, and the rubric's own sentences: what another reader may be shown."""
        found = self.statements(text)
        return [said for said in found if not said.is_taken_back and not self._is_parroted(said)]

    def _judged(self, found: Sequence[Statement], file: SourceFile) -> tuple[Judgement, ...]:
        weighed = [self._weighed(statement) for statement in found if not self._is_parroted(statement)]
        said = [sentence for sentence in weighed if not sentence.statement.is_taken_back]
        taken_back = [sentence for sentence in weighed if sentence.statement.is_taken_back]
        return tuple(matcher.judge(said, file, taken_back) for matcher in self._matchers)

    def _weighed(self, statement: Statement) -> WeighedStatement:
        claim = statement.claim
        return WeighedStatement(statement, self._features(claim.whole), self._features(claim.affirmed))

    def speaks_of(self, text: str) -> tuple[Judgement, ...]:
        """What a few words would show if they stood in a plan; only of the criteria of which they show something."""
        found = self.statements(text)[:MAX_STATEMENTS]
        judged = self._judged(found, SourceFile("message", text.encode()))
        return tuple(judgement for judgement in judged if judgement.verdict in (Verdict.MET, Verdict.PARTLY))

    def _is_parroted(self, statement: Statement) -> bool:
        """The rubric's own sentence, handed back, shows nothing of a system."""
        own = set(words(statement.claim.whole))
        return len(own) >= 4 and any(len(own & rubric) / len(own) >= PARROTED for rubric in self._rubric.values())


def _unread(criterion: Criterion, reason: str) -> Judgement:
    return Judgement(criterion.id, Verdict.NOT_MET, pending=True, reason=reason)
