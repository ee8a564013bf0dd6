"""The suites: each takes the parts that it measures and gives counts and figures."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from agent.bootstrap import Knowledge
from agent.errors import IllegalTransition
from agent.gates import CLOSED, GateAction, GateState, next_state
from agent.intents import IntentReader
from agent.people import Person
from agent.review.reviewer import PlanReviewer
from agent.turns import Turn
from tools.files import SourceFile, Upload
from tools.findings import ASPECTS, Verdict
from tools.hadolint import Hadolint
from tools.inspection import inspect_many

CASES = Path(__file__).with_name("cases")
Figures = dict[str, float | int]
STREAMS = 2_000


def _load(path: str) -> Any:
    return yaml.safe_load((CASES / path).read_text("utf-8"))


def retrieval(knowledge: Knowledge) -> Figures:
    """The right section among the first k, for vectors alone, words alone, and both."""
    cases = _load("retrieval/lesson.yaml")
    figures: Figures = {"cases": len(cases)}
    for name, weights in {
        "vectors": {"lexical": 0.0},
        "words": {"dense": 0.0, "lexical": 1.0},
        "fused": dict[str, float](),
    }.items():
        places = [_place(knowledge, case, weights) for case in cases]
        figures |= {f"{name} recall@{k}": sum(place <= k for place in places) / len(places) for k in (1, 3, 5)}
        figures[f"{name} MRR"] = sum(1 / place for place in places) / len(places)
    return figures


def _place(knowledge: Knowledge, case: Mapping[str, Any], weights: Mapping[str, float]) -> float:
    """The rank of the first accepted section; infinite where none is found."""
    seen: list[str] = []
    for passage, _ in knowledge.retriever.ranked(case["question"], **weights):
        section = passage.citation.section
        if section not in seen:
            seen.append(section)
        if section in case["accept"]:
            return len(seen)
    return float("inf")


def grounding(knowledge: Knowledge) -> Figures:
    """Answers where the material has one, refusals where it has none, and support for each sentence said."""
    inside = [case["question"] for case in _load("retrieval/lesson.yaml")]
    outside = _load("grounding/outside.yaml")
    answers = [knowledge.answerer.answer(one) for one in inside]
    said = [(one, knowledge.answerer.unsupported(one.text, one.hits)) for one in answers if not one.declined]
    refused = sum(knowledge.answerer.answer(one).declined for one in outside)
    sentences = sum(len(one.text.splitlines()) for one, _ in said)
    unsupported = sum(len(bad) for _, bad in said)
    return {
        "inside": len(inside),
        "wrong refusals": sum(one.declined for one in answers) / len(inside),
        "outside": len(outside),
        "correct refusals": refused / len(outside),
        "sentences": sentences,
        "supported": 1 - unsupported / max(1, sentences),
    }


def intent(knowledge: Knowledge) -> Figures:
    reader, person = IntentReader.load(knowledge.embedding), Person("T:U", "somebody")
    cases = [(name, text) for name, texts in _load("intent/messages.yaml").items() for text in texts]
    right = sum(reader.read(Turn("k", "c", person, text), pending=False).intent == name for name, text in cases)
    return {"cases": len(cases), "accuracy": right / len(cases)}


def inspection(knowledge: Knowledge) -> Figures:  # noqa: ARG001 - a suite's shape
    """Of defects (`not met` or `partly`): how many are found, and how many findings are defects, for each aspect."""
    cases = list(_inspection_cases())
    uploads = [Upload.of(SourceFile(path, text.encode()) for path, text in case["files"].items()) for case in cases]
    found = inspect_many(uploads, linter=Hadolint.find())
    figures: Figures = {"cases": len(cases)}
    for aspect in ASPECTS:
        pairs = [
            (case["expect"][aspect], one.criteria[aspect])
            for case, one in zip(cases, found, strict=True)
            if aspect in case["expect"]
        ]
        figures |= {f"{aspect} {name}": value for name, value in _precision_and_recall(pairs).items()}
    return figures


def _inspection_cases() -> Iterator[dict[str, Any]]:
    for path in sorted((CASES / "inspection").rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            yield from document if isinstance(document, list) else [document]


def _precision_and_recall(pairs: list[tuple[str, Verdict]]) -> Figures:
    bad = (Verdict.NOT_MET.value, Verdict.PARTLY.value)
    hits = sum(wanted in bad and got.value in bad for wanted, got in pairs)
    found, there = sum(got.value in bad for _, got in pairs), sum(wanted in bad for wanted, _ in pairs)
    return {"precision": hits / found if found else 1.0, "recall": hits / there if there else 1.0}


def review(knowledge: Knowledge) -> Figures:
    """Agreement with the labels, and how exact a `met` is that nobody has to decide."""
    cases = _load("review/plans.yaml")
    reviewer = PlanReviewer.load(knowledge.course.lessons[0])
    pairs, held = [], 0
    for case in cases:
        for one in reviewer.review(SourceFile("plan.md", case["plan"].encode())):
            held += one.held
            pairs.append((case["expect"].get(one.criterion, "not met"), one.verdict.value))
    met = [wanted for wanted, got in pairs if got == "met"]
    return {
        "plans": len(cases),
        "judgements": len(pairs),
        "kappa": _kappa(pairs),
        "met precision": sum(one == "met" for one in met) / max(1, len(met)),
        "held": held / len(pairs),
    }


def _kappa(pairs: list[tuple[str, str]]) -> float:
    """Cohen's kappa: agreement beyond what the two distributions give by chance."""
    total = len(pairs)
    agreed = sum(wanted == got for wanted, got in pairs) / total
    labels = {label for pair in pairs for label in pair}
    chance = sum(
        sum(wanted == label for wanted, _ in pairs) * sum(got == label for _, got in pairs) for label in labels
    ) / (total * total)
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def gate(knowledge: Knowledge) -> Figures:  # noqa: ARG001 - a suite's shape
    """Random streams of actions: how often a gate closed that nobody handed in or waived."""
    chooser, unearned = random.Random(5), 0
    for _ in range(STREAMS):
        state, earned = GateState.LOCKED, False
        for action in chooser.choices(list(GateAction), k=12):
            try:
                state = next_state(state, action)
            except IllegalTransition:
                continue
            earned = earned or action in (GateAction.SUBMIT, GateAction.WAIVE)
            unearned += state in CLOSED and not earned
    return {"streams": STREAMS, "unearned": unearned}


SUITES: Mapping[str, Callable[[Knowledge], Figures]] = {
    "retrieval": retrieval,
    "grounding": grounding,
    "intent": intent,
    "inspection": inspection,
    "review": review,
    "gate": gate,
}
