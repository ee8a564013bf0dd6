"""Faults between the files of a pack: references that lead nowhere, ids given twice, hints that give code away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from knowledge.course.pack import Course, Criterion, Experiment, Lesson, Misconception, Question
from knowledge.markdown import code_blocks

_Fault = tuple[str, str]


def faults_of_course(course: Course) -> Iterator[str]:
    for name in _twice(lesson.id for lesson in course.lessons):
        yield f"lessons names “{name}” more than once; a lesson stands in a course once"
    numbers = [lesson.number for lesson in course.lessons]
    if numbers != sorted(set(numbers)):
        yield f"lessons have the numbers {numbers}; they rise from lesson to lesson"
    yield from faults_between_cards(course)


def faults_of_lesson(lesson: Lesson) -> Iterator[_Fault]:
    """(file, what is wrong and what to do) for each fault."""
    if lesson.folder.name and lesson.id != lesson.folder.name:
        yield "lesson.yaml", f"id is “{lesson.id}” and the folder “{lesson.folder.name}”; give both the same name"
    yield from _faults_of_sections(lesson)
    for file, ids in _ids(lesson):
        yield from ((file, f"{name} stands there more than once; ids are unique") for name in _twice(ids))
    for criterion in lesson.rubric:
        yield from _faults_of_criterion(criterion, lesson)
    for question in lesson.questions:
        yield from _faults_of_question(question, lesson)
    for belief in lesson.misconceptions:
        yield from _faults_of_misconception(belief, lesson)
    yield from _faults_of_hints(lesson)
    yield from _faults_of_cards(lesson)
    for section in lesson.asked.get(lesson.id, ()):
        if lesson.section(section) is None:
            yield "asked", f"names the section “{section}”, which lesson.md does not have; use one of its ids"


def _ids(lesson: Lesson) -> Iterator[tuple[str, list[str]]]:
    yield "lesson.md", [section.id for section in lesson.sections if section.id]
    yield "rubric.yaml", [criterion.id for criterion in lesson.rubric]
    yield "questions.yaml", [question.id for question in lesson.questions]
    yield "misconceptions.yaml", [misconception.id for misconception in lesson.misconceptions]
    yield "readings.yaml", [reading.url for reading in lesson.readings]


def _faults_of_sections(lesson: Lesson) -> Iterator[_Fault]:
    if not lesson.sections:
        yield "lesson.md", "has no sections; start each with “## Title {#id}”"
    for section in lesson.sections:
        if not section.id:
            yield "lesson.md", f"“{section.title}” has no id; end its heading with {{#id}} in lower case"
        if not section.text:
            yield "lesson.md", f"“{section.title}” has no text; write it or remove the heading"


def _faults_of_criterion(criterion: Criterion, lesson: Lesson) -> Iterator[_Fault]:
    yield from _unknown_sections("rubric.yaml", criterion.id, criterion.sections, lesson)
    if (criterion.judged_by == "inspection") != bool(criterion.aspect):
        yield "rubric.yaml", f"{criterion.id} → aspect names what is inspected; give it with judged_by inspection only"
    if criterion.id not in lesson.hints:
        yield "hints.yaml", f"{criterion.id} is missing; every criterion has a ladder of hints, mildest first"


def _faults_of_question(question: Question, lesson: Lesson) -> Iterator[_Fault]:
    yield from _unknown_sections("questions.yaml", question.id, [question.section], lesson)
    if question.criterion and lesson.criterion(question.criterion) is None:
        yield "questions.yaml", f"{question.id} → criterion is “{question.criterion}”, which the rubric does not have"
    for name in _twice(point.id for point in question.points):
        yield "questions.yaml", f"{question.id} → points has “{name}” more than once; ids are unique"


def _faults_of_misconception(belief: Misconception, lesson: Lesson) -> Iterator[_Fault]:
    yield from _unknown_sections("misconceptions.yaml", belief.id, [belief.section], lesson)
    if belief.experiment is not None:
        yield from (
            ("misconceptions.yaml", f"{belief.id} → witness {what}") for what in _faults_of_witness(belief.experiment)
        )


def _faults_of_witness(experiment: Experiment) -> Iterator[str]:
    built = [step.build for step in experiment.steps if step.build]
    for step in experiment.steps:
        if sum(map(bool, (step.build, step.run, step.up))) != 1:
            yield "has a step that is not one of three; give build or up with files, or run with image"
        elif step.build and "Dockerfile" not in step.files:
            yield f"→ {step.build} has no Dockerfile; an image is built from one"
        elif step.up and "compose.yaml" not in step.files:
            yield f"→ {step.up} has no compose.yaml; a stack is started from one"
        elif step.run and step.image not in built:
            yield f"→ {step.run} starts “{step.image}”, which no step builds"
    stacks = [step.up for step in experiment.steps if step.up]
    if stacks and len(stacks) < len(experiment.steps):
        yield "mixes stacks with images; a stack builds what it needs itself"
    yield from _faults_of_measures(experiment)
    if sum(choice.belief for choice in experiment.choices) != 1:
        yield "marks no choice, or more than one, as the belief; exactly one is what the belief predicts"


def _faults_of_measures(experiment: Experiment) -> Iterator[str]:
    named = {step.build or step.run or step.up for step in experiment.steps} | {"engine"}
    for reference in experiment.measured:
        if reference.partition(".")[0] not in named:
            yield f"speaks of “{reference}”, but no step has that name"
        elif reference not in experiment.recorded:
            yield f"speaks of “{reference}”, which is not recorded; run the experiment and write down what it gave"


def _faults_of_hints(lesson: Lesson) -> Iterator[_Fault]:
    for name, ladder in lesson.hints.items():
        if lesson.criterion(name) is None:
            yield "hints.yaml", f"{name} is no criterion of the rubric; remove the ladder or correct its name"
        if any(map(code_blocks, ladder)):
            yield "hints.yaml", f"{name} holds a block of code; a hint leads to a line and never is one"
        if len(set(ladder)) < len(ladder):
            yield "hints.yaml", f"{name} says the same twice; each hint says more than the one before"


def _faults_of_cards(lesson: Lesson) -> Iterator[_Fault]:
    pages = {notes.source for notes in lesson.notes} | {reading.source for reading in lesson.readings}
    for card in lesson.cards:
        if card.criterion and lesson.criterion(card.criterion) is None:
            yield "cards", f"{card.id} → criterion is “{card.criterion}”, which the rubric does not have"
        for cite in card.cites:
            page, _, section = cite.partition("#")
            if page == "lesson":
                yield from _unknown_sections("cards", card.id, [section], lesson)
            elif page not in pages:
                yield "cards", f"{card.id} cites “{cite}”; cite lesson#ID, or a page that readings.yaml or notes/ names"


def faults_between_cards(course: Course) -> Iterator[str]:
    """Ids and phrasings stand once where they can meet: the course's own cards are asked for in every lesson."""
    for lesson in course.lessons:
        cards = [*course.cards, *lesson.cards]
        known = {card.id for card in cards}
        for name in _twice(card.id for card in cards):
            yield f"the card “{name}” stands in {lesson.id} more than once; ids are unique"
        for phrasing in _twice(asked.lower() for card in cards for asked in card.asks):
            yield f"“{phrasing}” asks for more than one card of {lesson.id}; give it to one"
        for card in cards:
            for name in sorted(set(card.follow_ups) - known):
                yield f"the card {card.id} leads to “{name}”, which is no card of {lesson.id} or of the course"


def _unknown_sections(file: str, owner: str, names: Iterable[str], lesson: Lesson) -> Iterator[_Fault]:
    for name in names:
        if lesson.section(name) is None:
            yield file, f"{owner} names the section “{name}”, which lesson.md does not have"


def _twice(ids: Iterable[str]) -> Sequence[str]:
    return sorted(name for name, times in Counter(ids).items() if times > 1)
