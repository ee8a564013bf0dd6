"""Plans about the learner's own work: findings, criteria, verdicts, and what a list left out."""

from __future__ import annotations

from agent.conversation import rendering
from agent.conversation.decision import Decision
from agent.conversation.dialogue import Listed
from agent.conversation.planning import own_work
from agent.conversation.planning.cues import OWN, OWN_TOO, SURE_DESPITE, wants_yes_or_no
from agent.conversation.planning.knowledge_answers import LIKELY
from agent.conversation.planning.parts import PlanParts
from agent.conversation.planning.phrases import Phrases
from agent.conversation.planning.plan import Part, Plan, call
from agent.conversation.tools.findings import names_instruction, quotes_remark
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.understanding.acts import About, Act
from agent.understanding.questions import clauses_of, looks_like_question
from agent.understanding.references import criterion_named
from agent.understanding.topics import named_artefact
from agent.understanding.verdicts import speaks_of_verdict
from knowledge.course.cards import AnswerCard
from knowledge.retrieval.lexical import words
from knowledge.retrieval.question_form import asking_parts, asks_yes_or_no
from tools.artefacts.registry import wording_of

MOST_LISTED = 10  # remarks of one message


class WorkPlans(PlanParts):
    """Plans about the learner's own work: findings, criteria, verdicts, and what a list left out."""

    def _own(self, view: View) -> Part[Decision | None]:
        """An answer from facts about their files, where the message means one of them; else None."""
        references = view.references
        pointed = references.line or references.number or references.criterion or quotes_remark(view)
        if len(references.criteria) > 1:
            return self._several_criteria(view)
        if references.rest and view.dialogue.listed and view.dialogue.listed.kind == "findings":
            return (yield from self._rest(view))
        if references.criterion and not (yield from self._asks_otherwise(view)):
            return (yield from self._criterion(view, references.criterion))
        if quotes_remark(view) and looks_like_question(view.text):
            meaning = yield from self._knowledge.find(view)
            if meaning.card is not None and meaning.share >= LIKELY:
                return self._knowledge.said(view, meaning.card)
        if view.findings and self._is_meant(view):
            result = yield call("findings", meant=True)
            found = list(result.content.get("findings", ()))
            if found and not pointed:
                nearer = yield from self._knowledge.find(view)
                again = str(found[0]["key"]) == view.dialogue.finding
                if nearer.card is not None and (nearer.answer is not None or (again and nearer.share >= LIKELY)):
                    return self._knowledge.said(view, nearer.card)
            if found:
                return (yield from self._of_finding(view, found[0]))
        return None

    def _several_criteria(self, view: View) -> Decision:
        """One line for each: what it asks, and how theirs stands."""
        lines = []
        for name in view.references.criteria:
            criterion = view.context.lesson.criterion(name)
            judgement = view.status.get(name)
            mark = f"{rendering.mark(judgement)} " if judgement else ""
            if criterion is not None:
                lines.append(f"- {mark}**{criterion.id} {criterion.title}**: {criterion.met_when}")
        dialogue = view.dialogue.with_changes(criterion=view.references.criteria[-1], card="", finding="")
        return Decision(Intent.QUESTION, "\n".join(lines), dialogue=dialogue, topic="criteria", of_engine=True)

    def _asks_otherwise(self, view: View) -> Part[bool]:
        """“leave P6; how do I see …”, “D3 is green! what is …?”: a criterion named in passing, something else asked."""
        if names_in_passing(view):
            return True
        parts = [part for part in clauses_of(view.text) if view.references.criterion.lower() not in part.lower()]
        if not parts or not looks_like_question(parts[-1]):
            return False
        found = (yield call("search", query=parts[-1][:300])).content.get("cards", ())
        return bool(found) and float(found[0]["share"]) >= SURE_DESPITE

    def _is_meant(self, view: View) -> bool:
        """Whether it speaks of their files: by a place, by what the model heard, or by a flagged instruction."""
        references = view.references
        if (
            references.line
            or quotes_remark(view)
            or (references.number and view.dialogue.listed)
            or view.reading.own >= OWN
        ):
            return True
        flagged = any(names_instruction(finding, view) for finding in view.findings)
        return view.reading.own >= OWN_TOO and flagged

    def _of_finding(self, view: View, told: own_work.Told) -> Plan:
        criterion = own_work.criterion_of_aspect(view.context.lesson, str(told["criterion"]))
        dialogue = view.dialogue.with_changes(
            finding=str(told["key"]), card="", criterion=criterion.id if criterion else "", choices=()
        )
        name = criterion.id if criterion else ""
        why = (yield from self._knowledge.reason(view, str(told["message"]), name)) if told["blocks"] else ""
        return own_work.about_finding(view, told, why=why).with_changes(dialogue=dialogue, topic=str(told["rule"]))

    def _criterion(self, view: View, name: str) -> Plan:
        """The verdict on their work where there is one; what the criterion asks otherwise."""
        told = (yield call("criterion", id=name)).content
        judged = str(told.get("verdict", "not checked")) != "not checked"
        dialogue = view.dialogue.with_changes(criterion=name, card="", finding="", choices=())
        about_work = speaks_of_verdict(view.text) or view.reading.act in (Act.DISAGREE, Act.STATUS)
        about_work = about_work or (view.reading.about is About.OWN and not asks_yes_or_no(view.text))
        card = yield from self._card_of(view, name)
        if judged and view.is_private and (about_work or card is None):
            findings = (yield call("findings")).content.get("findings", ())
            enough = self._library.card(view.context.lesson, f"{name.lower()}-enough")
            criterion = view.context.lesson.criterion(name)
            evidence = own_work.evidence_places(view, criterion.aspect) if criterion else []
            said = own_work.about_criterion(
                told, list(findings), self._knowledge.filled(view, enough.says) if enough else "", evidence
            )
            return said.with_changes(dialogue=dialogue, topic=name)
        if card is None:
            return Decision(
                Intent.QUESTION,
                f"**{told['id']} {told['title']}** asks for this: {told['met_when']} {told['why']}",
                dialogue=dialogue,
                topic=name,
            )
        yours = f"\nYours: {told['mark']} {told['verdict']}." if judged and view.is_private else ""
        name_of = f"**{told['id']} {told['title']}**"
        said = self._knowledge.said(view, card, lead="" if card.says.startswith(name_of) else f"{name_of}:")
        general = f"\n{_asked_of(told)}" if card.id.endswith("-what") else ""
        return said.with_changes(draft=f"{said.draft}{general}{yours}", topic=name)

    def _card_of(self, view: View, name: str) -> Part[AnswerCard | None]:
        """The card of a criterion that the message asks for; what it asks in general where none is nearer."""
        result = yield call("search", query=view.text[:300])
        ids = [str(card["id"]) for card in result.content.get("cards", ())]
        cards = [self._library.card(view.context.lesson, identifier) for identifier in ids]
        of_criterion = [card for card in cards if card is not None and card.criterion == name]
        fallback = self._library.card(view.context.lesson, f"{name.lower()}-what")
        return of_criterion[0] if of_criterion else fallback

    def _rest(self, view: View) -> Plan:
        """What a list left out, as a list that goes on counting."""
        listed = view.dialogue.listed
        found = (yield call("findings")).content.get("findings", ())
        by_key = {str(told["key"]): told for told in found}
        ids = [name for name in (listed.ids if listed else ()) if name in by_key]
        shown = listed.shown if listed else 0
        rest = ids[shown:] or ids
        if not rest:
            return self._said(view, "rest_nothing", Intent.QUESTION)
        first = shown + 1 if ids[shown:] else 1
        lines = [
            f"{number}. {own_work.place_of(by_key[name])} · **{by_key[name]['criterion']}**: {by_key[name]['message']}"
            for number, name in enumerate(rest[:MOST_LISTED], start=first)
        ]
        left = len(rest) - len(lines)
        lines += [f"{left} more {'is' if left == 1 else 'are'} left; say “show the rest”."] if left else []
        shown = min(len(ids), first - 1 + MOST_LISTED)
        dialogue = view.dialogue.with_changes(listed=Listed("findings", tuple(ids), shown))
        return Decision(Intent.QUESTION, "\n".join(lines), dialogue=dialogue, topic="findings", of_engine=True)

    def _status(self, view: View) -> Plan:
        if view.references.criterion:
            return (yield from self._criterion(view, view.references.criterion))
        result = yield call("gate")
        if wants_yes_or_no(view.text) and not view.status:
            names = rendering.listed(rendering.artefact_names(view.context.lesson.artefacts))
            return self._said(view, "nothing_yet", Intent.STATUS, names=names)
        if not wants_yes_or_no(view.text):
            return self._decided(view, result, topic="status")
        return _yes_or_no(view, self._phrases).with_changes(topic="status")


def names_in_passing(view: View) -> bool:
    """Whether the criterion stands only in what asks nothing, beside a question that stands by itself."""
    asking = asking_parts(view.text)
    rubric, name = view.context.lesson.rubric, view.references.criterion
    stands_alone = any(len(words(part)) > 1 for part in asking)
    return stands_alone and not any(criterion_named(part, rubric) == name for part in asking)


def _asked_of(told: own_work.Told) -> str:
    """What it is judged on, and when it is met."""
    on = wording_of(str(told["artefact"])).yours
    need = "required" if told["required"] else "optional"
    return f"It's {need} and judged on {on}. Met when: {told['met_when']}"


def _yes_or_no(view: View, phrases: Phrases) -> Decision:
    """Of the artefact that is named, else of everything that was looked at."""
    named = named_artefact(view.text, view.context.lesson)
    judged = [
        (criterion, view.status[criterion.id])
        for criterion in view.context.lesson.rubric
        if criterion.id in view.status and named in ("", criterion.artefact)
    ]
    looked = [(one, judgement) for one, judgement in judged if judgement.verdict.value != "not checked"]
    opened = [one for one, judgement in looked if not rendering.is_met(judgement) and not judgement.pending]
    waiting = [one.id for one, judgement in judged if judgement.pending]
    rest = (
        f" {rendering.listed(waiting)}: an instructor has to look at {'it' if len(waiting) == 1 else 'them'}."
        if waiting
        else ""
    )
    key = view.context.turn.key
    if opened:
        names = rendering.listed([f"{one.id} {one.title}" for one in opened])
        text = phrases.say("not_green", key, open=names, are="is" if len(opened) == 1 else "are", rest=rest)
        return Decision(Intent.STATUS, text)
    met = [one.id for one, _ in looked if one.id not in waiting]
    missing = rendering.artefacts_missing(view.context.lesson, view.status)
    rest += f" Still to come: {rendering.listed(missing)}." if missing and not named else ""
    text = phrases.say("all_green", key, met=rendering.listed(met), are="is" if len(met) == 1 else "are", rest=rest)
    return Decision(Intent.STATUS, text)
