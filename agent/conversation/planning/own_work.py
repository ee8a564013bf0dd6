"""Answers about the learner's own files: what stands there, what it does, whether it blocks, and one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.conversation.decision import Decision
from agent.conversation.tools.findings import told
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.domain.reply import Action
from agent.guardrails.form import sentence
from knowledge.course.pack import Criterion, Lesson
from tools.artefacts.registry import urgent_aspects

Told = Mapping[str, Any]
MAX_STANDS = 90  # characters of a line that are shown


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


def about_criterion(fact: Told, findings: Sequence[Told], enough: str) -> Decision:
    """Verdict first, then what was counted, what is missing and what would be evidence."""
    head = f"**{fact['id']} {fact['title']}**"
    verdict = str(fact.get("verdict", ""))
    quotes = [str(quote) for quote in fact.get("quotes", ())]
    counted = f"What I counted: {'; '.join(quotes)}." if quotes else ""
    if verdict == "met":
        return Decision(Intent.QUESTION, " ".join(part for part in (f"{head} is met.", counted) if part))
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


def heaviest(view: View) -> Told | None:
    """The finding that matters most: a leaked credential before all, then what blocks, in the order of the report."""
    blocking = [finding for finding in view.findings if finding.effect is not None]
    urgent = urgent_aspects()
    first = [finding for finding in blocking if finding.criterion in urgent]
    chosen = (first or blocking)[:1]
    return told(chosen[0], view.upload) if chosen else None


def contest(key: str) -> Action:
    return Action("ask_instructor", "Ask an instructor", key)
