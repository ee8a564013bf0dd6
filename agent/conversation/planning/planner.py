"""The mind that needs no model: one plan for each dialogue act, made of tool calls, cards and templates."""

from __future__ import annotations

from collections.abc import Mapping

from agent.conversation.decision import Decision
from agent.conversation.handlers import criterion_status, submission
from agent.conversation.instructors import asks_for_cost, continues, names_a_learner
from agent.conversation.mind import Trail
from agent.conversation.planning import own_work
from agent.conversation.planning.cues import may_state, speaks_of_opinion, wants_confirmation
from agent.conversation.planning.knowledge_answers import KnowledgeAnswers, follow_up
from agent.conversation.planning.manner_plans import MannerPlans
from agent.conversation.planning.meant_act import is_of_others, meant
from agent.conversation.planning.parts import Handler
from agent.conversation.planning.phrases import Phrases
from agent.conversation.planning.plan import Part, Plan, advanced, call
from agent.conversation.planning.work_plans import names_in_passing
from agent.conversation.tools.base import ToolCall
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.findings import Findings
from agent.conversation.view import View
from agent.domain.act import Intent
from agent.guardrails.form import sentence
from agent.understanding.acts import STAFF, Act
from agent.understanding.language import foreign
from agent.understanding.questions import looks_like_question
from agent.understanding.references import alone_number
from agent.understanding.verdicts import speaks_of_verdict
from knowledge.course.cards import AnswerCard
from knowledge.retrieval.library import Library

LONG_SAID = 80  # characters of a line; what is shorter may be said again
REMEMBERED_SAID = 4  # messages of ours in which it would be a repetition
LONGEST_CHOICE = 9  # words of a message that does nothing but choose: “you offered me those, just 2”
_STATES = frozenset({Act.ANSWER, Act.CLAIM, Act.DISAGREE, Act.REPORT, Act.AGREE, Act.CORRECT})
_NO_VERDICT = frozenset({Act.WANT_HINT, Act.DISAGREE})  # speak of a verdict and want something else than to hear it
_MAY_WANT_REST = frozenset({Act.MORE, Act.STATUS, Act.ASK, Act.CORRECT, Act.WANT_NEXT, Act.HAND_IN})
_OF_LEARNERS = frozenset(
    {Act.HAND_IN, Act.BUILD, Act.STATUS, Act.WANT_HINT, Act.WANT_NEXT, Act.WANT_QUIZ, Act.WANT_WORK}
)  # what nobody has who has no way of their own through the lesson


class Planner(MannerPlans):
    """A mind: given a view and the results so far, the next tool call or what is to be said."""

    def __init__(
        self, library: Library, facts: CourseFacts, findings: Findings, phrases: Phrases | None = None
    ) -> None:
        phrases = phrases or Phrases.load()
        super().__init__(library, KnowledgeAnswers(library, phrases, facts, findings), phrases)
        self.handlers: Mapping[Act, Handler] = {
            Act.ASK: self._ask,
            Act.REPORT: self._report,
            Act.SHOW: self._show,
            Act.ANSWER: self._claim,
            Act.CLAIM: self._claim,
            Act.DISAGREE: self._disagree,
            Act.CORRECT: self._correct,
            Act.WANT_WORK: self._want_work,
            Act.WANT_HINT: self._want_hint,
            Act.WANT_QUIZ: self._want_quiz,
            Act.WANT_NEXT: self._want_next,
            Act.STATUS: self._status,
            Act.HAND_IN: self._hand_in,
            Act.BUILD: self._build,
            Act.EXPERIMENT: self._experiment,
            Act.MORE: self._more,
            Act.AGREE: self._agree,
            Act.DECLINE: self._decline,
            Act.GIVE_UP: self._give_up,
            Act.THANKS: self._thanks,
            Act.CHAT: self._chat,
            Act.FEEL: self._feel,
            Act.PRIVACY: self._privacy,
            Act.PEOPLE: self._people,
            Act.PRESS: self._press,
            Act.OFF_TOPIC: self._off_topic,
            **dict.fromkeys(STAFF, self._staff),
        }

    def step(self, view: View, trail: Trail) -> ToolCall | Decision:
        thought = advanced(self._plan(view), trail.results)
        return self._anew(view, thought) if isinstance(thought, Decision) and self._repeats(view, thought) else thought

    def _repeats(self, view: View, decision: Decision) -> bool:
        """Whether what is weightiest in it stood in one of our last messages: of a card, a criterion or a remark."""
        topic, weightiest = decision.topic, max(decision.draft.splitlines(), key=len, default="")
        told = topic in view.status or topic in view.rules or self._library.card(view.context.lesson, topic) is not None
        if not told or len(weightiest) < LONG_SAID or follow_up(view.text) is not None:
            return False
        ours = [message.text for message in view.history if message.role == "assistant"]
        return any(weightiest in text for text in ours[-REMEMBERED_SAID:])

    def _anew(self, view: View, decision: Decision) -> Decision:
        """Instead of what was just said, that it would be the same again, and the way to a person."""
        name = decision.topic if decision.topic in view.status else ""
        if not name:
            said = self._said(view, "same_answer", Intent.QUESTION)
            return said.with_changes(actions=(own_work.pass_on(view),))
        criterion, judgement = view.context.lesson.criterion(name), view.status[name]
        matter = f"{name} {criterion.title}" if criterion else name
        missing = judgement.missing or judgement.reason
        said = self._said(view, "same_criterion", Intent.QUESTION, matter=matter, missing=sentence(missing))
        return said.with_changes(actions=(own_work.contest(name),), dialogue=decision.dialogue, topic=name)

    def _plan(self, view: View) -> Plan:
        act = meant(view)
        if view.context.in_channel:
            return (yield from self._in_channel(view, act))
        if act in STAFF or self._is_of_learners(view):
            return (yield from self._staff(view))
        if is_of_others(view):
            return (yield from self._people(view))
        if not view.is_private and (act in _OF_LEARNERS or view.context.turn.files):
            return self._said(view, "instructor_own", Intent.STAFF)
        if view.context.turn.files or view.context.turn.refused:
            return (yield from self._take_files(view))
        first = yield from self._before_acts(view, act)
        if first is not None:
            return first
        if act in (Act.ANSWER, Act.CLAIM) and "?" in view.text and not wants_confirmation(view.text):
            return (yield from self._ask(view))
        return self._with_build_offered(view, (yield from self.handlers[act](view)))

    def _with_build_offered(self, view: View, decision: Decision) -> Decision:
        """Where they may have asked for a build and it isn't sure enough to begin one: a button says that they can."""
        acts = any(action.id != own_work.PASSED_ON for action in decision.actions)
        if decision.build is not None or acts or not view.is_private or not view.reading.may_be(Act.BUILD):
            return decision
        return decision.with_changes(actions=(*submission.build_offer(view.context, view.upload), *decision.actions))

    def _is_of_learners(self, view: View) -> bool:
        """An instructor who names a learner, goes on with what they asked of learners, or asks what all of it costs."""
        context = view.context
        if not context.person.is_instructor:
            return False
        return names_a_learner(context) or continues(context, view.dialogue.query) or asks_for_cost(context)

    def _before_acts(self, view: View, act: Act) -> Part[Decision | None]:
        """What goes before the act that was read: what can be told by other means, and what answers us."""
        if view.is_private and speaks_of_opinion(view):
            return self._decided(view, (yield call("mastery")), topic="mastery")
        if view.is_private and criterion_status.asks_for_archive(view.text):
            return criterion_status.report(view.context)
        if view.is_private and submission.wants_questions_in_file(view.context):
            return submission.annotate(view.context)
        tied = yield from self._tied(view, act)
        if tied is None and foreign(view.text):
            return (yield from self._foreign(view))
        return tied or (None if view.reading.sure else self._told_in_chat(view))

    def _tied(self, view: View, act: Act) -> Part[Decision | None]:
        """What means something only after what we said: the rest of a list, a choice, an answer, words said back."""
        if view.references.rest and view.dialogue.listed and act in _MAY_WANT_REST:
            return (yield from self._rest(view))
        name = view.references.criterion
        of_verdict = speaks_of_verdict(view.text) and act not in _NO_VERDICT and not names_in_passing(view)
        if name in view.status and of_verdict:
            return (yield from self._criterion(view, name))
        chosen = self._choice(view)
        if chosen is not None:
            return self._knowledge.said(view, chosen)
        answered = (yield from self._answer(view)) if view.pending else None
        if answered is None and view.is_private and view.findings:
            answered = (yield call("record_attempt")).decision
        if answered is None and act in _STATES and may_state(view):
            return (yield from self._confirmed(view))
        return answered

    def _choice(self, view: View) -> AnswerCard | None:
        """One of the meanings that we offered, by its number."""
        choices = view.dialogue.choices
        number = view.references.number or (alone_number(view.text) if not view.references.line else 0)
        if not 1 <= number <= len(choices) or len(view.text.split()) > LONGEST_CHOICE:
            return None
        return self._library.card(view.context.lesson, choices[number - 1])

    def _answer(self, view: View) -> Part[Decision | None]:
        """None where the message is no answer to the question that waits."""
        act = view.reading.act
        fits = act in (Act.ANSWER, Act.CLAIM, Act.GIVE_UP, Act.SHOW, Act.AGREE) or view.reading.may_be(Act.ANSWER)
        if not fits or (looks_like_question(view.text) and not view.reading.may_be(Act.ANSWER, 0.4)):
            return None
        gave_up = act is Act.GIVE_UP
        result = yield call("record_answer", gave_up=gave_up)
        if result.refused or result.decision is None:
            return None
        return (yield from self._second_wish(view, result.decision))

    def _second_wish(self, view: View, decision: Decision) -> Plan:
        """“That's right, now the next hint”: the second part of a message is heard too."""
        if view.reading.may_be(Act.WANT_HINT) and view.reading.act is not Act.WANT_HINT:
            hinted = yield call("hint", criterion=view.references.criterion)
            if hinted.decision is not None:
                return hinted.decision.with_changes(draft=f"{decision.draft}\n\n{hinted.decision.draft}".strip())
        return decision
