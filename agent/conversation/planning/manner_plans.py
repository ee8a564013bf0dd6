"""Plans for people's ways: thanks, talk, feelings, privacy, pressure, and where others listen."""

from __future__ import annotations

from agent.conversation import rendering
from agent.conversation.handlers import criterion_status, submission
from agent.conversation.instructors import refused
from agent.conversation.planning import own_work
from agent.conversation.planning.cues import MINE, OWN_HERE, SURE_DESPITE
from agent.conversation.planning.knowledge_answers import MAYBE
from agent.conversation.planning.plan import Plan, call
from agent.conversation.planning.wish_plans import WishPlans
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.understanding.acts import STAFF, About, Act
from agent.understanding.questions import looks_like_question, says_a_word
from knowledge.retrieval.question_form import is_turned

_PERSONAL = frozenset(
    {
        Act.WANT_HINT,
        Act.WANT_WORK,
        Act.HAND_IN,
        Act.STATUS,
        Act.PRIVACY,
        Act.BUILD,
        Act.WANT_QUIZ,
        Act.DISAGREE,
        Act.WANT_NEXT,
    }
)
_MAY_DISSENT = frozenset({"disagree", "experiment", "files"})
_STORED = ("what-is-stored", "see-my-data", "delete-my-data")  # cards that the list itself answers better


class MannerPlans(WishPlans):
    """Plans for people's ways: thanks, talk, feelings, privacy, pressure, and where others listen."""

    def _agree(self, view: View) -> Plan:
        if is_turned(view.text) and view.dialogue.last in _MAY_DISSENT:
            return (yield from self._disagree(view))  # “no, I still don't think so”
        wish = view.reading
        for act in (Act.WANT_HINT, Act.WANT_NEXT, Act.WANT_QUIZ, Act.MORE):
            if wish.may_be(act):
                return (yield from self.handlers[act](view))
        return self._said(view, "agree", Intent.SOCIAL)

    def _decline(self, view: View) -> Plan:
        yield from ()
        retracts = submission.is_formal(view.text) or view.dialogue.last == "files"
        return self._said(view, "retract" if retracts else "decline_ok", Intent.SOCIAL)

    def _give_up(self, view: View) -> Plan:
        if looks_like_question(view.text):  # “how do I pass?”
            return (yield from self._ask(view))
        return self._said(view, "gave_up_nothing", Intent.ANSWER)

    def _thanks(self, view: View) -> Plan:
        said = self._said(view, "thanks", Intent.SOCIAL)
        for act in (Act.WANT_HINT, Act.WANT_NEXT, Act.ASK):
            if view.reading.may_be(act) and len(view.text.split()) > 4:
                onward = yield from self.handlers[act](view)
                return onward if onward.declined else onward.with_changes(draft=f"{said.draft} {onward.draft}")
        return said

    def _chat(self, view: View) -> Plan:
        services = view.context.services
        if services.learners.is_new(view.context.person.id):
            return criterion_status.greet(view.context)
        found = yield from self._knowledge.find(view)
        if found.answer is not None and len(view.text.split()) > 1:
            return self._knowledge.said(view, found.answer)
        return (
            criterion_status.greet(view.context)
            if view.context.person.is_instructor
            else self._said(view, "hello", Intent.SOCIAL)
        )

    def _feel(self, view: View) -> Plan:
        if looks_like_question(view.text) or view.reading.may_be(Act.REPORT) or view.reading.may_be(Act.ASK):
            found = yield from self._knowledge.find(view)
            if found.answer is not None:
                return self._knowledge.said(view, found.answer, lead=self._phrases.say("feel", view.context.turn.key))
        if view.status and all(rendering.is_met(one) for one in view.status.values()):
            return self._said(view, "feel_good", Intent.SOCIAL)
        told = own_work.heaviest(view) if view.is_private else None
        if told is None:
            return self._said(view, "feel_plain", Intent.SOCIAL)
        said = self._said(view, "feel_open", Intent.SOCIAL, place=own_work.place_of(told), question="")
        return said.with_changes(closing=str(told["question"]))

    def _privacy(self, view: View) -> Plan:
        found = yield from self._knowledge.find(view)
        wants_all = view.reading.sure and view.reading.about is About.PERSON
        if found.answer is not None and found.answer.id not in _STORED:
            return self._knowledge.said(view, found.answer)
        stored = found.card is not None and found.card.id in _STORED and found.share >= MAYBE
        if not wants_all and found.answer is None and not stored:
            return (yield from self._from_material(view))
        result = yield call("stored_data")
        return self._decided(view, result, topic="privacy")

    def _people(self, view: View) -> Plan:
        yield from ()
        return refused(view.context)

    def _press(self, view: View) -> Plan:
        said = self._said(view, "press", Intent.STUCK)
        if view.references.criterion and view.is_private:
            judged = yield from self._criterion(view, view.references.criterion)
            return judged.with_changes(draft=f"{said.draft} {judged.draft}", intent=Intent.STUCK)
        told = own_work.heaviest(view) if view.is_private else None
        if told is None:
            return said
        text = f"{said.draft} What would move it: {own_work.place_of(told)}."
        return said.with_changes(draft=text, closing=str(told["question"]))

    def _off_topic(self, view: View) -> Plan:
        found = yield from self._knowledge.find(view)
        if found.card is not None and found.share >= SURE_DESPITE:
            return self._knowledge.said(view, found.card)
        said = self._said(view, "off_topic", Intent.OUT_OF_SCOPE, declined=True)
        return said.with_changes(topic="off_topic")

    def _staff(self, view: View) -> Plan:
        result = yield call("cohort")
        return self._decided(view, result, topic="cohort")

    def _in_channel(self, view: View, act: Act) -> Plan:
        if act in STAFF and view.context.person.is_instructor:
            return (yield from self._staff(view))
        if act is Act.PEOPLE or act in STAFF:
            return (yield from self._people(view))
        if not view.before and not says_a_word(view.text):
            return self._said(view, "hello_channel", Intent.SOCIAL)
        if act in (Act.CHAT, Act.THANKS, Act.AGREE, Act.FEEL):
            return self._said(view, "thanks" if act is Act.THANKS else "hello_channel", Intent.SOCIAL)
        own = view.reading.own >= OWN_HERE and act is not Act.REPORT
        own = own or (bool(view.references.criterion) and MINE.search(view.text) is not None)
        if (act in _PERSONAL or own) and not view.context.person.is_instructor:
            return self._said(view, "personal_in_channel", Intent.STUCK)
        answered = yield from self._from_material(view, symptom=act is Act.REPORT)
        if not answered.declined or act is Act.OFF_TOPIC:
            return answered
        held = yield call("hold_for_instructor", matter="a question that I could not answer from the material")
        text = f"{answered.draft} {self._phrases.say('passed_on', view.context.turn.key)}".strip()
        notices = held.decision.notices if held.decision else ()
        return answered.with_changes(draft=text, notices=notices)
