"""Whether the card that answers is found, and whether it is known where none does."""

from __future__ import annotations

from agent.app import Knowledge
from agent.conversation.planning.knowledge_answers import MAYBE, SURE
from evals.cases import Figures
from evals.fitting_cards import questions
from evals.suite import Suite
from knowledge.retrieval.question_form import DECIDED, form_of


def cards(knowledge: Knowledge) -> Figures:
    figures: Figures = {}
    lesson, library = knowledge.course.lessons[0], knowledge.library
    for half in ("tuned", "held_out"):
        asked = questions(half)
        found = [(one, library.find(lesson, one.question, limit=3)) for one in asked]
        known = [
            (one.right, [match.card.id for match in matches], matches[0].share) for one, matches in found if one.right
        ]
        strange = [matches[0].share for one, matches in found if not one.right]
        figures[f"{half} questions"] = len(known)
        figures[f"{half} first is right"] = _share([ids[0] in right for right, ids, _ in known])
        figures[f"{half} among three"] = _share([bool(right & set(ids)) for right, ids, _ in known])
        figures[f"{half} answered"] = _share([share >= SURE for _, _, share in known])
        figures[f"{half} answered rightly"] = _share([ids[0] in right for right, ids, share in known if share >= SURE])
        figures[f"{half} wrongly unknown"] = _share([share < MAYBE for _, _, share in known])
        decided = [
            library.decides(matches[0].card, one.question)
            for one, matches in found
            if matches[0].card.id in one.right and form_of(one.question) in DECIDED
        ]
        figures[f"{half} asked to decide"] = len(decided)
        figures[f"{half} decided first"] = _share(decided)
        figures[f"{half} strange answered"] = _share([share >= SURE for share in strange])
    return figures


def _share(values: list[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


SUITE = Suite("cards", "Whether the card that answers is found", cards)
