"""Plans for questions, symptoms, fragments, claims and objections."""

from __future__ import annotations

from collections.abc import Sequence

from agent.conversation import rendering
from agent.conversation.decision import Decision
from agent.conversation.handlers import criterion_status, explanation
from agent.conversation.planning import own_work
from agent.conversation.planning.cues import (
    FEW,
    FOREIGN,
    speaks_for_us,
    wants_confirmation,
    wants_yes_or_no,
    without_code,
)
from agent.conversation.planning.knowledge_answers import LIKELY, MAYBE, follow_up
from agent.conversation.planning.pasted_build import cause_in
from agent.conversation.planning.plan import Part, Plan, call
from agent.conversation.planning.work_plans import WorkPlans
from agent.conversation.tools.findings import names_its_thing, quotes_remark
from agent.conversation.tools.snippet import fragment_of
from agent.conversation.view import View, key_of
from agent.domain.act import Intent
from agent.domain.verdicts import Judgement
from agent.understanding.acts import About, Act
from agent.understanding.language import foreign
from agent.understanding.questions import looks_like_question
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.question_form import QuestionForm, form_of
from tools.artefacts.registry import wording_of
from tools.findings import Verdict

_ASKS_OF_OWN = frozenset({QuestionForm.WHY, QuestionForm.YES_NO, QuestionForm.CHOICE})
OWN_DATA = "see-my-data"  # the card that says how to see what is stored; in private it is shown at once
LONG_TOLD = 6  # words in which somebody tells how their own system is run
_ASKS = frozenset({Act.ASK, Act.REPORT, Act.SHOW, Act.OFF_TOPIC, Act.WANT_WORK})


class QuestionPlans(WorkPlans):
    """Plans for questions, symptoms, fragments, claims and objections."""

    def _ask(self, view: View) -> Plan:
        if view.reading.may_be(Act.STATUS, 0.35) and wants_yes_or_no(view.text) and view.status:
            return (yield from self._status(view))
        own = yield from self._own(view)
        if own is None and view.findings:
            own = yield from self._of_named(view)
        if own is None:
            return (yield from self._from_material(view))
        return (yield from self._compound.rest_of(view, own))

    def _of_named(self, view: View) -> Part[Decision | None]:
        """A question that no card surely answers and that names a thing of a flagged line is about that line."""
        blocking = [finding for finding in view.findings if finding.effect is not None]
        if form_of(view.text) not in _ASKS_OF_OWN or not blocking:
            return None
        named = max(blocking, key=lambda finding: names_its_thing(finding, view))
        if names_its_thing(named, view) < 1 or key_of(named) == view.dialogue.finding:
            return None
        found = yield from self._knowledge.find(view)
        if found.answer is not None:
            return None
        result = yield call("findings", key=key_of(named))
        return (yield from self._of_finding(view, result.content["findings"][0]))

    def _told_in_chat(self, view: View) -> Decision | None:
        """What somebody tells of their own system, and what is still open in their plan: it counts once it is there."""
        if looks_like_question(view.text) or view.reading.about is not About.OWN or not view.is_private:
            return None
        return self._belongs_in_text(view, at_least=FEW)

    def _belongs_in_text(self, view: View, *, at_least: int) -> Decision | None:
        """What is still open and was said in so many words of a message instead of in their file."""
        if len(view.text.split()) < at_least:
            return None
        spoken = view.context.services.assessor.reviewers[view.context.lesson.id].speaks_of(view.text)
        opened = [judgement for judgement in spoken if not rendering.is_met(view.status.get(judgement.criterion))]
        if not opened:
            return None
        names = [judgement.criterion for judgement in opened]
        matter, text = rendering.named(view.context.lesson, names), _texts_for(view, names)
        if all(judgement.verdict is Verdict.MET and not judgement.pending for judgement in opened):
            return self._said(view, "would_show", Intent.ANSWER, matter=matter, text=text)
        if not (view.references.criterion or speaks_for_us(view.text)):
            return None  # a part of something is easily read into what somebody says of something else
        said = self._said(view, "would_show_part", Intent.ANSWER, matter=matter, text=text)
        missing = _still_missing(view, opened[0])
        return said.with_changes(closing=missing if missing.endswith("?") else "", of_engine=True)

    def _report(self, view: View) -> Plan:
        named = cause_in(view.text)
        if named is not None:
            return named
        found = yield from self._knowledge.find(view, symptom=True)
        if found.answer is not None:
            return self._knowledge.said(view, found.answer)
        own = yield from self._own(view)
        if own is not None:
            return own
        if found.card is not None and found.share >= LIKELY:
            return self._knowledge.supposed(view, found)
        if found.card is not None and found.share >= MAYBE:
            return self._knowledge.offered(view, found)
        return self._said(view, "report_unknown", Intent.QUESTION)

    def _show(self, view: View) -> Plan:
        """A fragment is looked at by the same checks as a file, and is no submission."""
        named = cause_in(view.text)
        if named is not None:
            return named
        fragment = fragment_of(view.text)
        asks = looks_like_question(without_code(view.text))
        if fragment and asks:
            found = yield from self._knowledge.find(view)
            if found.answer is not None:
                return self._knowledge.said(view, found.answer)
        if fragment:
            result = yield call("snippet", text=fragment)
            told = list(result.content.get("findings", ()))
            if told:
                return Decision(
                    Intent.QUESTION, str(told[0]["message"]), closing=str(told[0]["question"]), topic="snippet"
                )
            found = yield from self._knowledge.find(view)
            if found.card is not None and found.share >= MAYBE:
                return self._knowledge.said(view, found.card)
            if result.content.get("read"):
                return self._said(view, "snippet_fine", Intent.QUESTION)
        return (yield from self._ask(view))

    def _from_material(self, view: View, *, symptom: bool = False) -> Plan:
        named = cause_in(view.text)
        if named is not None:
            return named
        several = yield from self._compound.all_of(view)
        if several is not None:
            return several
        found = yield from self._knowledge.find(view, symptom=symptom)
        if found.answer is not None and found.answer.id == OWN_DATA and view.is_private:
            return self._decided(view, (yield call("stored_data")), topic="privacy")
        if found.answer is not None:
            return self._knowledge.said(view, found.answer)
        if found.card is not None and found.share >= LIKELY:
            return self._knowledge.supposed(view, found)
        if found.card is not None and found.share >= MAYBE and not view.context.in_channel:
            return self._knowledge.offered(view, found)
        passages = yield from self._knowledge.passages(view)
        return self._declined(view) if passages.declined else passages

    def _declined(self, view: View) -> Decision:
        """Only what asks for something is outside the course; else we have not understood, or it is a first word."""
        first = view.is_private and not view.history and view.references.leans
        if first and view.context.services.learners.is_new(view.context.person.id):
            return criterion_status.greet(view.context)
        if view.reading.act not in _ASKS and view.reading.about is not About.OUTSIDE:
            return self._said(view, "unsure_nothing", Intent.QUESTION, declined=True)
        intent = Intent.OUT_OF_SCOPE if view.reading.about is About.OUTSIDE else Intent.QUESTION
        if not view.is_private:
            return Decision(intent, self._phrases.say("decline_channel", view.context.turn.key), declined=True)
        text = self._phrases.say("decline", view.context.turn.key)
        return Decision(intent, text, declined=True, actions=(own_work.pass_on(view),))

    def _foreign(self, view: View) -> Plan:
        found = yield from self._knowledge.find(view)
        if found.share < MAYBE:
            found = yield from self._knowledge.by_field_words(view)
        if found.card is not None and found.share >= FOREIGN and found.card.id != "languages":
            lead = self._phrases.say("foreign", view.context.turn.key)
            return self._knowledge.said(view, found.card, lead=lead)
        text = self._phrases.say("foreign_nothing", view.context.turn.key, language=foreign(view.text))
        return Decision(Intent.QUESTION, text, declined=True)

    def _disagree(self, view: View) -> Plan:
        lesson, name = view.context.lesson, view.references.criterion
        if "?" in view.text or (looks_like_question(view.text) and not (name or view.references.line)):
            return (yield from self._ask(view))
        pointed = name or view.references.line or view.references.number or quotes_remark(view)
        if not pointed and view.dialogue.last not in ("files", "findings", "disagree") and not view.dialogue.finding:
            return (yield from self._ask(view))
        if not pointed and view.dialogue.last == "disagree":
            said = self._said(view, "disagree_still", Intent.QUESTION)
            return said.with_changes(actions=(own_work.contest(view.dialogue.criterion),), topic="disagree")
        result = yield call("findings", meant=True) if view.findings else call("criterion", id=name or "-")
        found = list(result.content.get("findings", ())) if view.findings else []
        if found and (not name or found[0]["criterion"] == name):
            criterion = own_work.criterion_of_aspect(lesson, str(found[0]["criterion"]))
            seen = f"{own_work.place_of(found[0])}: {found[0]['message']}"
        else:
            criterion = lesson.criterion(name or view.dialogue.criterion)
            judgement = view.status.get(criterion.id) if criterion else None
            if criterion is None or judgement is None:
                return (yield from self._from_material(view))
            if rendering.is_met(judgement):
                return (yield from self._criterion(view, criterion.id))
            quote = rendering.evidence(judgement, view.upload)
            seen = quote or "no sentence in your newest version that says it"
        rule = f"**{criterion.id} {criterion.title}**: {criterion.met_when}" if criterion else "what the check says."
        said = self._said(view, "disagree_rule", Intent.QUESTION, rule=rule, seen=seen.rstrip("."))
        return said.with_changes(
            actions=(own_work.contest(criterion.id if criterion else ""),),
            topic="disagree",
            dialogue=view.dialogue.with_changes(criterion=criterion.id if criterion else ""),
        )

    def _correct(self, view: View) -> Plan:
        lead = self._phrases.say("correct", view.context.turn.key)
        if view.reading.may_be(Act.DECLINE, 0.15) and not looks_like_question(view.text):
            return self._said(view, "retract", Intent.SOCIAL)
        answered = yield from self._ask(view)
        return answered.with_changes(draft=f"{lead} {answered.draft}")

    def _confirmed(self, view: View) -> Part[Decision | None]:
        """Whoever says back rightly what was just spoken of hears that it is right."""
        if "?" in view.text and not wants_confirmation(view.text):
            return None
        card = self._library.card(view.context.lesson, view.dialogue.card)
        told: Sequence[own_work.Told] = ()
        if view.dialogue.finding:
            told = (yield call("findings", key=view.dialogue.finding)).content.get("findings", ())
        known = sentences(card.says) if card is not None else []
        known += [str(one["message"]) for one in told]
        if not known or not view.context.services.explanations.says(view.text, known):
            return None
        said = self._said(view, "confirmed", Intent.ANSWER)
        return said.with_changes(closing=str(told[0]["question"]) if told else "", of_engine=True)

    def _claim(self, view: View) -> Plan:
        """A belief that somebody states: a misconception is met; what is right is said to be right by its card."""
        believed = explanation.belief_stated(view.context)
        if believed is not None:
            return believed
        confirmed = yield from self._confirmed(view)
        if confirmed is not None:
            return confirmed
        if view.references.criterion:
            told = self._belongs_in_text(view, at_least=FEW + 1) if view.is_private else None
            return told or (yield from self._criterion(view, view.references.criterion))
        told = self._belongs_in_text(view, at_least=LONG_TOLD) if view.is_private and speaks_for_us(view.text) else None
        if told is not None:
            return told
        found = yield from self._knowledge.find(view)
        if found.answer is not None:
            return self._knowledge.said(view, found.answer)
        told = self._belongs_in_text(view, at_least=FEW + 1) if view.is_private else None
        if told is not None:
            return told
        if found.card is not None and found.share >= MAYBE:
            return self._knowledge.said(view, found.card)
        return self._said(view, "unsure_nothing", Intent.QUESTION)

    def _more(self, view: View) -> Plan:
        if view.references.rest and view.dialogue.listed:
            return (yield from self._rest(view))
        own = yield from self._own(view)
        if own is not None:
            return own
        card = self._library.card(view.context.lesson, view.dialogue.card)
        more = self._knowledge.more_of(view, card) if card is not None else None
        if more is not None:
            return more
        if view.dialogue.finding and follow_up(view.text) is not None:
            result = yield call("findings", key=view.dialogue.finding)
            found = list(result.content.get("findings", ()))
            if found:
                return (yield from self._of_finding(view, found[0]))
        if view.dialogue.criterion and card is None and len(view.text.split()) <= 6:
            return (yield from self._criterion(view, view.dialogue.criterion))
        return (yield from self._from_material(view))


def _still_missing(view: View, said: Judgement) -> str:
    """What neither these words nor their file says; empty where each has what the other lacks."""
    before = view.status.get(said.criterion)
    if before is None or before.verdict is not Verdict.PARTLY:
        return said.missing
    return said.missing if before.missing == said.missing else ""


def _texts_for(view: View, criteria: Sequence[str]) -> str:
    """What they are judged on, as people call it."""
    artefacts = dict.fromkeys(one.artefact for one in view.context.lesson.rubric if one.id in criteria)
    return rendering.listed([wording_of(artefact).yours for artefact in artefacts])
