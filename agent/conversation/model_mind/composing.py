"""The decision that a model's kept segments come to, with what the engine decided in the same turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.conversation.decision import Decision
from agent.conversation.dialogue import Dialogue
from agent.conversation.facts import Fact, FactBook
from agent.conversation.reply_checks.segment import Draft, joined
from agent.conversation.view import View, key_of
from agent.domain.act import Intent
from knowledge.retrieval.passages import Citation

FROM_OUTSIDE = "Not from the course:"


def decision_of(drafts: Sequence[Draft], book: FactBook, view: View) -> Decision:
    """What the engine decided and no segment has said comes after the model's words, its question last."""
    words, citations = _worded(drafts)
    said = {fact.id for draft in drafts for fact in draft.slots}
    rest = [fact for fact in book.binding if fact.id not in said and fact.text]
    texts = [fact.text for fact in rest if not fact.id.endswith(".question")]
    closing = next((fact.text for fact in rest if fact.id.endswith(".question")), "")
    going_along = [fact.decision for fact in book if fact.decision and (fact.binding or fact.id in said)]
    whole = "\n\n".join(part for part in (words, *texts) if part)
    shown = [fact for draft in drafts for fact in draft.slots] + rest
    return _together(going_along).with_changes(
        draft=whole,
        closing=closing,
        citations=tuple(citations),
        question_asked=next((fact.question for fact in shown if fact.question), ""),
        topic=_topic(drafts) or "model",
        dialogue=_dialogue(drafts, going_along, view),
        of_engine=not drafts,
    )


def worded(drafts: Sequence[Draft]) -> str:
    """As they are read. Of the first few it is the beginning of what all of them are."""
    return _worded(drafts)[0]


def _worded(drafts: Sequence[Draft]) -> tuple[str, list[Citation]]:
    marked, citations = _cited([_marked(draft) for draft in drafts])
    return joined(marked), citations


def of_engine_alone(book: FactBook, view: View) -> Decision | None:
    """What the engine decided before the model failed; None where it decided nothing."""
    return decision_of((), book, view) if any(fact.text for fact in book.binding) else None


def _marked(draft: Draft) -> Draft:
    return replace(draft, text=f"{FROM_OUTSIDE} {draft.text}") if draft.kind == "outside" else draft


def _cited(drafts: Sequence[Draft]) -> tuple[list[Draft], list[Citation]]:
    """Numbers behind each segment that rests on something to open."""
    numbers: dict[Citation, int] = {}
    marked = []
    for draft in drafts:
        own = [citation for fact in (*draft.sources, *draft.slots) for citation in fact.citations]
        places = sorted({numbers.setdefault(citation, len(numbers) + 1) for citation in own})
        marks = " ".join(f"[{place}]" for place in places)
        marked.append(replace(draft, text=f"{draft.text} {marks}") if marks else draft)
    return marked, list(numbers)


def _together(decisions: Sequence[Decision]) -> Decision:
    """Buttons, tables, notices and builds of all of them."""
    first = decisions[0] if decisions else Decision(Intent.QUESTION, "")
    actions = {(action.id, action.value): action for one in decisions for action in one.actions}
    return Decision(
        first.intent,
        "",
        actions=tuple(actions.values()),
        table=next((one.table for one in decisions if one.table), None),
        hint_level=max((one.hint_level for one in decisions), default=0),
        archive_of=next((one.archive_of for one in decisions if one.archive_of), ""),
        attached=next((one.attached for one in decisions if one.attached), ()),
        notices=tuple(notice for one in decisions for notice in one.notices),
        build=next((one.build for one in decisions if one.build), None),
    )


def _topic(drafts: Sequence[Draft]) -> str:
    named = [fact.id for draft in drafts for fact in (*draft.sources, *draft.slots)]
    return next((name.partition(":")[2] or name.partition(".")[0] for name in named), "")


def _dialogue(drafts: Sequence[Draft], decisions: Sequence[Decision], view: View) -> Dialogue | None:
    decided = next((one.dialogue for one in decisions if one.dialogue), None)
    if decided is not None:
        return decided
    facts = [fact for draft in drafts for fact in (*draft.sources, *draft.slots)]
    card = next((fact.id.removeprefix("card:") for fact in facts if fact.id.startswith("card:")), "")
    criterion = next((name for fact in facts if view.context.lesson.criterion(name := fact.id.partition(".")[0])), "")
    finding = next((found for fact in facts if (found := _finding(fact, view))), "")
    spoken = {"card": card, "criterion": criterion, "finding": finding}
    return view.dialogue.with_changes(**spoken, choices=()) if any(spoken.values()) else None


def _finding(fact: Fact, view: View) -> str:
    number = fact.id.removeprefix("remark").partition(".")[0]
    if not fact.id.startswith("remark") or not number.isdigit() or int(number) > len(view.findings):
        return ""
    return key_of(view.findings[int(number) - 1])
