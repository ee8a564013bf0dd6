"""What may be said in a turn, each with an id: a mind that writes names it, the engine puts the value in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.conversation.decision import Decision
from agent.conversation.tools.base import Effect, Tool, ToolResult
from agent.conversation.tools.findings import told
from agent.conversation.view import View
from knowledge.course.cards import AnswerCard
from knowledge.retrieval.library import Library
from knowledge.retrieval.passages import Citation
from tools.findings import Finding

MAX_REMARKS = 8  # of inspection that a mind is told at once; the tool `findings` has the rest
FORBIDDEN_SLOT = "$"  # before a brace it is a shell's or a Compose file's own variable


@dataclass(frozen=True)
class Fact:
    """`text` is the value as it is shown; `detail` is what else stands behind it, to compare with but not to show.

    `decision` goes along where the value is said: buttons, a table, a build. A `binding` one is said in any case.
    """

    id: str
    text: str
    detail: str = ""
    citations: tuple[Citation, ...] = ()
    decision: Decision | None = None
    binding: bool = False
    question: str = ""  # id of the pack's question that the value puts

    @property
    def known(self) -> str:
        return f"{self.text}\n{self.detail}"


class FactBook:
    """The facts of one turn by their ids; a later one of the same id takes the place of the earlier."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts = {fact.id: fact for fact in facts}

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts.values())

    def __getitem__(self, identifier: str) -> Fact:
        return self._facts[identifier]

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._facts

    def add(self, facts: Iterable[Fact]) -> None:
        self._facts |= {fact.id: fact for fact in facts}

    @property
    def binding(self) -> list[Fact]:
        """What the engine decided in this turn: it is said, whatever else is."""
        return [fact for fact in self._facts.values() if fact.binding]


def facts_of_view(view: View) -> list[Fact]:
    """Of the learner's own work as it stands; of nobody's where others listen or an instructor speaks."""
    lesson = view.context.lesson
    spoken = {*view.references.criteria, view.references.criterion, view.dialogue.criterion}
    asked = [
        Fact(f"{one.id}.asks", f"{one.id} {one.title}: {one.met_when}", one.why)
        for one in lesson.rubric
        if one.id in spoken
    ]
    if not view.is_private:
        return asked
    state = view.context.services.gates.view(view.context.person.id, lesson.id).state.value
    marks = [Fact(f"{name}.verdict", _verdict(view, name)) for name in (one.id for one in lesson.rubric)]
    missing = [
        Fact(f"{name}.missing", text)
        for name, judgement in view.status.items()
        if (text := judgement.missing or judgement.reason)
    ]
    remarks = [
        fact for number, one in enumerate(view.findings[:MAX_REMARKS], 1) for fact in of_remark(view, one, number)
    ]
    return [Fact("gate.state", state), *asked, *marks, *missing, *remarks]


def _verdict(view: View, name: str) -> str:
    judgement = view.status.get(name)
    if judgement is None:
        return "not checked"
    return "waits for an instructor" if judgement.pending else judgement.verdict.value


def of_remark(view: View, finding: Finding, number: int) -> Iterator[Fact]:
    """A remark of inspection in three values: where, what, and the question that leads on."""
    known = told(finding, view.upload)
    stands = f" `{known['stands']}`" if known["stands"] and "`" not in known["stands"] else ""
    yield Fact(f"remark{number}.place", f"`{known['file']}` line {known['line']}", stands)
    yield Fact(f"remark{number}.says", str(known["message"]), f"{known['criterion']} {known['stands']}")
    yield Fact(f"remark{number}.question", str(known["question"]))


def of_card(card: AnswerCard, library: Library, view: View, slots: Mapping[str, str]) -> Fact:
    """The answer is the value; reason, example and a way to see it stand behind it."""
    says, detail = card.says, "\n".join(part for part in (card.why, card.example, card.check) if part)
    for name, value in slots.items():
        says, detail = says.replace(f"{{{name}}}", value), detail.replace(f"{{{name}}}", value)
    return Fact(f"card:{card.id}", says.strip(), detail, citations=library.citations(card, view.context.lesson))


def of_decision(tool: Tool[Any], decision: Decision) -> Iterator[Fact]:
    """What the engine decided or shows, in its words, and the question that it ends with."""
    binding = tool.effect is Effect.PROPOSE
    text = decision.draft or ("Done." if not binding else "")
    yield Fact(f"{tool.name}.text", text, citations=decision.citations, decision=decision, binding=binding)
    if decision.closing:
        yield Fact(f"{tool.name}.question", decision.closing, binding=binding, question=decision.question_asked)


def of_content(tool: Tool[Any], result: ToolResult) -> Iterator[Fact]:
    """Plain values of a tool's result, each by its path: `course_facts.minutes`, `criterion.quotes.1`."""
    if tool.name == "quiz" and "text" in result.content:
        yield Fact("quiz.question", str(result.content["text"]), question=str(result.content["id"]))
        return
    yield from _flat(tool.name, result.content)


def _flat(path: str, value: Any) -> Iterator[Fact]:
    if isinstance(value, Mapping):
        named = value.get("file") and value.get("line")
        here = f"{value['file']}:{value['line']}" if named and "text" in value else path
        if named and "text" in value:
            yield Fact(here, str(value["text"]), f"`{value['file']}` line {value['line']}")
            return
        for name, part in value.items():
            yield from _flat(f"{path}.{name}", part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, part in enumerate(value, start=1):
            yield from _flat(f"{path}.{number}", part)
    elif value not in (None, "", False, True):
        yield Fact(path, str(value))
