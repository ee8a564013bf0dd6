"""Answers about the learner's own files: what stands there, what it does, whether it blocks, and one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.conversation.decision import Decision
from agent.conversation.tools.findings import told
from agent.conversation.view import View, key_of
from agent.domain.act import Intent
from agent.domain.reply import Action
from agent.guardrails.form import sentence
from knowledge.course.pack import Criterion, Lesson
from tools.artefacts.registry import urgent_aspects
from tools.credentials import masked
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile

Told = Mapping[str, Any]
MAX_STANDS = 90  # characters of a line that are shown
MAX_EVIDENCE = 3
PASSED_ON = "pass_on"  # the button that sends a question to the instructors
EVIDENCE = Path(__file__).with_name("evidence_lines.yaml")


def about_finding(view: View, fact: Told, *, why: str = "") -> Decision:
    """A finding by its place: what the check saw, why it matters, whether it blocks, and the question that leads on."""
    criterion = criterion_of_aspect(view.context.lesson, str(fact["criterion"]))
    name = f"**{criterion.id} {criterion.title}**" if criterion else f"**{fact['criterion']}**"
    weight = f"It keeps {name} open." if fact["blocks"] else "It's advice and holds nothing back."
    lines = [f"{place_of(fact)}: {fact['message']}", why, weight]
    return Decision(
        Intent.QUESTION,
        " ".join(sentence(line) for line in lines if line),
        closing=str(fact["question"]),
        of_engine=True,
    )


def place_of(fact: Told) -> str:
    stands = str(fact["stands"])
    shown = stands if len(stands) <= MAX_STANDS else f"{stands[: MAX_STANDS - 1].rstrip()}…"
    quoted = f", `{shown}`" if shown and "`" not in shown else ""
    return f"`{fact['file']}` line {fact['line']}{quoted}"


def criterion_of_aspect(lesson: Lesson, aspect: str) -> Criterion | None:
    return next((one for one in lesson.rubric if one.aspect == aspect), None)


def about_criterion(fact: Told, findings: Sequence[Told], enough: str, evidence: Sequence[str] = ()) -> Decision:
    """Verdict first, then what was counted, what is missing and what would be evidence.

    `evidence` are the places of a file that its aspect is read from.
    """
    head = f"**{fact['id']} {fact['title']}**"
    verdict = str(fact.get("verdict", ""))
    quotes = [str(quote) for quote in fact.get("quotes", ())]
    counted = f"What I counted: {'; '.join(quotes)}." if quotes else ""
    if fact.get("decided"):
        note = f" They wrote: “{fact['reason']}”." if fact["reason"] else ""
        return Decision(Intent.QUESTION, f"An instructor decided {head}: it is {verdict}.{note}")
    if verdict == "met":
        return Decision(Intent.QUESTION, f"{head} is met. {counted or _seen(fact, evidence, findings)}".strip())
    if fact.get("pending"):
        text = f"{head}: an instructor has to look at this one. {sentence(str(fact['reason']))} {counted}"
        return Decision(Intent.QUESTION, " ".join(text.split()))
    blocking = [finding for finding in findings if finding["blocks"] and finding["criterion"] == fact["id"]]
    if blocking:
        places = f"{place_of(blocking[0])}: {blocking[0]['message']}"
        more = f" {len(blocking) - 1} more of that kind." if len(blocking) > 1 else ""
        return Decision(
            Intent.QUESTION,
            f"{head} is {verdict}. {sentence(places)}{more} {sentence(str(fact['why']))}",
            closing=str(blocking[0]["question"]),
        )
    missing = str(fact.get("missing") or "")
    nothing = "" if counted or verdict == "not checked" else "I found no sentence in your newest version that shows it."
    text = " ".join(part for part in (f"{head} is {verdict}.", counted, nothing, enough) if part)
    return Decision(Intent.QUESTION, text, closing=missing if missing.endswith("?") else "")


def _seen(fact: Told, evidence: Sequence[str], findings: Sequence[Told]) -> str:
    """Why it is met: what it asks, the lines that show it, and a remark that holds nothing back."""
    remark = next((finding for finding in findings if finding["criterion"] == fact["id"]), None)
    if remark is not None:
        return f"{fact['met_when']} One remark all the same, {place_of(remark)}: {remark['message']}"
    shown = f" What I looked at: {'; '.join(evidence)}." if evidence else ""
    return f"This is what it asks for, and I found nothing against it: {fact['met_when']}{shown}"


def evidence_places(view: View, aspect: str) -> list[str]:
    """The lines of their files that show an aspect, as they stand."""
    heads = _evidence_heads().get(aspect, ())
    found = [
        f"`{file.path}` line {number}, `{masked(line.strip())}`"
        for file in view.upload
        for number, line in enumerate(_lines(file), start=1)
        if line.strip().lstrip("- ").partition(" ")[0].rstrip(":") in heads and len(line) <= MAX_STANDS
    ]
    return found[:MAX_EVIDENCE]


def _lines(file: SourceFile) -> list[str]:
    try:
        return file.text.splitlines()
    except UnreadableFile:
        return []


@cache
def _evidence_heads() -> Mapping[str, Sequence[str]]:
    heads: Mapping[str, Sequence[str]] = yaml.safe_load(EVIDENCE.read_text("utf-8"))
    return heads


def after(view: View, key: str) -> Told | None:
    """The next finding that holds the gate back, once the one with this key is mended."""
    blocking = [finding for finding in view.findings if finding.effect is not None and key_of(finding) != key]
    return told(blocking[0], view.upload) if blocking else None


def heaviest(view: View) -> Told | None:
    """The finding that matters most: a leaked credential before all, then what blocks, in the order of the report."""
    blocking = [finding for finding in view.findings if finding.effect is not None]
    urgent = urgent_aspects()
    first = [finding for finding in blocking if finding.criterion in urgent]
    chosen = (first or blocking)[:1]
    return told(chosen[0], view.upload) if chosen else None


def contest(key: str) -> Action:
    return Action("ask_instructor", "Ask an instructor", key)


def pass_on(view: View) -> Action:
    """The learner's own words to the instructors, once they press it; it names the turn and holds none of them."""
    return Action(PASSED_ON, "Ask an instructor", view.context.turn.key)
