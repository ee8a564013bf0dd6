"""A course pack in memory: lessons with their sections, rubric, questions, misconceptions, hints and readings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.course.cards import AnswerCard, GuideNotes

_REFERENCE = re.compile(r"\{([a-z0-9-]+(?:\.[a-z0-9-]+)?\.[a-z]+)\}")  # {name.measure}, {stack.service.measure}


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    text: str  # Markdown


@dataclass(frozen=True)
class Criterion:
    """`judged_by` is inspection (then `aspect` names what is inspected), receipt, or text."""

    id: str
    name: str
    title: str
    artefact: str  # name of an artefact type, which the tools register
    judged_by: str
    required: bool
    met_when: str
    partly_when: str
    why: str  # one sentence: what goes wrong in production without it
    sections: tuple[str, ...]  # of the lesson, to read
    aspect: str = ""


@dataclass(frozen=True)
class Point:
    """An expected point of an answer; `cues` are other ways to say it, `ask` leads to it when it is missing."""

    id: str
    text: str
    cues: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    section: str
    points: tuple[Point, ...]
    criterion: str = ""


@dataclass(frozen=True)
class Choice:
    """A prediction; `when` is (measured value, relation, value or text) and says that it came true."""

    id: str
    text: str
    when: tuple[str, str, str]
    belief: bool = False  # whoever holds the misconception predicts this


@dataclass(frozen=True)
class ExperimentStep:
    """`build` makes an image of `files`, under `tag` where others start from it; `run` starts one by its name.

    `up` starts a stack of `files` instead, and watches it for `watch` seconds.
    """

    build: str = ""
    files: Mapping[str, str] = field(default_factory=dict)  # path -> text
    tag: str = ""
    run: str = ""
    image: str = ""
    up: str = ""
    watch: float = 0.0


@dataclass(frozen=True)
class Experiment:
    """The smallest experiment whose real result contradicts the belief."""

    predict: str  # what the learner is asked to predict
    choices: tuple[Choice, ...]
    steps: tuple[ExperimentStep, ...]
    show: tuple[str, ...]  # lines with {name.measure} in them
    observe: str
    recorded: Mapping[str, str]  # what an engine measured when the lesson was written
    recorded_on: str

    @property
    def measured(self) -> tuple[str, ...]:
        """Names of the values that it is about: what is shown, what decides, and the timeline of each stack."""
        shown = {name for line in self.show for name in _REFERENCE.findall(line)}
        stacks = {f"{step.up}.timeline" for step in self.steps if step.up}
        return tuple(sorted({*shown, *(choice.when[0] for choice in self.choices), *stacks}))


@dataclass(frozen=True)
class Misconception:
    id: str
    belief: str
    cues: tuple[str, ...]
    reality: str
    question: str
    section: str
    experiment: Experiment | None = None


@dataclass(frozen=True)
class Reading:
    title: str
    url: str
    licence: str
    why: str
    source: str = ""  # path prefix below an ingested folder, where it is ingested


@dataclass(frozen=True)
class Lesson:
    id: str
    title: str
    week: int
    number: int
    level: str
    minutes: int
    objective: str
    gate: str  # the gate's name
    deliverable: str
    greeting: str  # one sentence for the first message
    sections: tuple[Section, ...]
    rubric: tuple[Criterion, ...]
    questions: tuple[Question, ...]
    misconceptions: tuple[Misconception, ...]
    hints: Mapping[str, tuple[str, ...]]  # criterion -> ladder, mildest first
    readings: tuple[Reading, ...]
    folder: Path
    # source -> section -> ways in which learners ask for it; the lesson's own source is its id
    asked: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    cards: tuple[AnswerCard, ...] = ()
    notes: tuple[GuideNotes, ...] = ()
    fault_exercise: bool = False  # whether a fault is to be found unaided before the gate passes

    @property
    def artefacts(self) -> tuple[str, ...]:
        """What is handed in for the gate, in the rubric's order."""
        return tuple(dict.fromkeys(criterion.artefact for criterion in self.rubric))

    def criterion(self, identifier: str) -> Criterion | None:
        return next((other_criterion for other_criterion in self.rubric if other_criterion.id == identifier), None)

    def section(self, identifier: str) -> Section | None:
        return next((other_section for other_section in self.sections if other_section.id == identifier), None)


@dataclass(frozen=True)
class Course:
    id: str
    title: str
    url: str  # public address of the course, empty where there is none
    lessons: tuple[Lesson, ...]
    cards: tuple[AnswerCard, ...] = ()  # about the course, its gates and the tutor
    outside: tuple[str, ...] = ()  # what people ask although the course does not teach it
    general_knowledge: bool = False  # whether a language model may say, marked, what the field knows and the pack lacks

    def lesson(self, identifier: str) -> Lesson | None:
        return next((other_lesson for other_lesson in self.lessons if other_lesson.id == identifier), None)

    def next_after(self, identifier: str) -> Lesson | None:
        ids = [lesson.id for lesson in self.lessons]
        position = ids.index(identifier) + 1 if identifier in ids else len(ids)
        return self.lessons[position] if position < len(ids) else None
