"""Plans for what people want done: work, hints, quizzes, the next step, files, builds and experiments."""

from __future__ import annotations

from agent.conversation import rendering
from agent.conversation.decision import Decision
from agent.conversation.dialogue import Dialogue, Listed
from agent.conversation.handlers import criterion_status, submission
from agent.conversation.planning import own_work
from agent.conversation.planning.cues import FEW, OWN, uncapped, uncapped_code
from agent.conversation.planning.pasted_build import cause_in
from agent.conversation.planning.plan import Part, Plan, call
from agent.conversation.planning.question_plans import QuestionPlans
from agent.conversation.view import View, key_of
from agent.domain.act import Intent
from agent.understanding.acts import Act
from agent.understanding.topics import named_artefact

_BESIDE = frozenset({Act.ASK, Act.REPORT, Act.SHOW, Act.CLAIM, Act.DISAGREE, Act.EXPERIMENT, Act.MORE})


class WishPlans(QuestionPlans):
    """Plans for what people want done: work, hints, quizzes, the next step, files, builds and experiments."""

    def _want_work(self, view: View) -> Plan:
        if view.references.criterion:
            wants = self._refused_work if view.reading.sure else self._criterion
            return (yield from wants(view, view.references.criterion))
        if not view.is_private or not len(view.upload):
            return self._said(view, "work_plain", Intent.STUCK)
        told, named = own_work.heaviest(view), named_artefact(view.text, view.context.lesson)
        judged = own_work.criterion_of_aspect(view.context.lesson, str(told["criterion"])) if told else None
        other = rendering.next_open(view.context.lesson, view.status, named) if named else None
        if other is not None and (judged is None or judged.artefact != named):
            return (yield from self._refused_work(view, other.id))
        if told is None:
            opened = rendering.next_open(view.context.lesson, view.status)
            return self._said(view, "work_plain" if opened else "work_done", Intent.STUCK)
        dialogue = view.dialogue.with_changes(finding=str(told["key"]), card="")
        said = self._said(
            view,
            "work_open",
            Intent.STUCK,
            open=_open_count(view),
            place=f"{own_work.place_of(told)} ({uncapped(str(told['message']))})",
            question="",
        )
        return said.with_changes(closing=str(told["question"]), dialogue=dialogue, topic="work")

    def _refused_work(self, view: View, name: str) -> Plan:
        """The criterion that they want written: what it asks, and one question towards their own words."""
        told = (yield call("criterion", id=name)).content
        lead = self._phrases.say("work_criterion", view.context.turn.key)
        missing = str(told.get("missing") or "")
        text = f"{lead} **{told['id']} {told['title']}** wants this: {told['met_when']}"
        closing = missing if missing.endswith("?") else ""
        return Decision(Intent.STUCK, text, closing=closing, topic="work")

    def _want_hint(self, view: View) -> Plan:
        name = view.references.criterion
        if not name and view.findings and (view.references.line or view.references.instructions):
            result = yield call("findings", meant=True)
            found = list(result.content.get("findings", ()))
            criterion = own_work.criterion_of_aspect(view.context.lesson, str(found[0]["criterion"])) if found else None
            name = criterion.id if criterion else ""
        if not name and view.dialogue.criterion and not rendering.is_met(view.status.get(view.dialogue.criterion)):
            name = view.dialogue.criterion
        if not name:
            worst = own_work.heaviest(view)
            criterion = own_work.criterion_of_aspect(view.context.lesson, str(worst["criterion"])) if worst else None
            name = criterion.id if criterion else ""
        result = yield call("hint", criterion=name)
        return self._decided(view, result, topic="hint", criterion=name)

    def _want_quiz(self, view: View) -> Plan:
        own = own_work.heaviest(view) if view.reading.own >= OWN else None
        if own is not None:
            said = self._said(view, "quiz_own", Intent.QUESTION)
            text = f"{said.draft} {own_work.place_of(own)}."
            dialogue = view.dialogue.with_changes(finding=str(own["key"]), card="")
            return said.with_changes(draft=text, closing=str(own["question"]), dialogue=dialogue, of_engine=True)
        result = yield call("quiz", criterion=view.references.criterion, about=view.text[:200])
        if result.refused:
            return self._said(view, "quiz_out", Intent.QUESTION)
        said = self._said(view, "quiz", Intent.QUESTION)
        return said.with_changes(
            closing=str(result.content["text"]), question_asked=str(result.content["id"]), topic="quiz"
        )

    def _want_next(self, view: View) -> Plan:
        yield from ()
        if not view.is_private:
            return criterion_status.report(view.context)
        told, lead = own_work.heaviest(view), "First"
        if told is not None and view.dialogue.last == "next" and str(told["key"]) == view.dialogue.finding:
            told, lead = own_work.after(view, str(told["key"])) or told, "After that"
        if told is not None:
            said = yield from self._of_finding(view, told)
            return said.with_changes(draft=f"{lead}: {uncapped_code(said.draft)}", intent=Intent.STATUS, topic="next")
        step = rendering.next_step(view.context.lesson, view.status)
        return Decision(Intent.STATUS, step or self._phrases.say("work_done", view.context.turn.key), topic="next")

    def _hand_in(self, view: View) -> Plan:
        if submission.is_formal(view.text):
            result = yield call("submit")
            return self._decided(view, result, topic="submit")
        if not len(view.upload):
            return self._said(view, "no_files", Intent.SUBMIT)
        result = yield call("take_files")
        return self._decided(view, result, topic="files")

    def _build(self, view: View) -> Plan:
        result = yield call("build", twice=submission.wants_twice(view.context))
        return self._decided(view, result, topic="build")

    def _experiment(self, view: View) -> Plan:
        if submission.wants_twice(view.context):
            return (yield from self._build(view))
        card = self._library.card(view.context.lesson, view.dialogue.card)
        about = f"{card.asks[0]} {view.text}" if card is not None and view.references.leans else view.text
        result = yield call("experiment", about=about[:400])
        if result.refused:
            return (yield from self._ask(view))
        return self._decided(view, result, topic="experiment")

    def _take_files(self, view: View) -> Plan:
        """What came is taken first; a question that came with it is answered above the remarks."""
        formally = submission.is_formal(view.text)
        result = yield call("take_files", formally=formally)
        if result.decision is None:
            return self._decided(view, result, topic="files")
        decision = result.decision.with_changes(topic="files", of_engine=True, dialogue=_with_list(view))
        if not formally and view.reading.act is Act.BUILD and view.reading.sure and view.context.turn.files:
            built = yield call("build", twice=submission.wants_twice(view.context))
            return submission.and_built(decision, built.decision) if built.decision is not None else decision
        if formally or view.reading.act not in _BESIDE or len(view.text.split()) < FEW:
            return decision
        beside = yield from self._beside(view)
        if beside is None:
            return decision
        return decision.with_changes(
            draft=f"{beside.draft}\n\n{decision.draft}".strip(), citations=beside.citations, dialogue=_with_list(view)
        )

    def _beside(self, view: View) -> Part[Decision | None]:
        if view.references.line or view.references.criterion:
            return (yield from self._own(view))
        named = cause_in(view.text)
        if named is not None:
            return named
        found = yield from self._knowledge.find_beside(view, symptom=view.reading.act is Act.REPORT)
        return self._knowledge.said(view, found.answer) if found.answer is not None else None


def _open_count(view: View) -> str:
    opened = [
        criterion
        for criterion in view.context.lesson.rubric
        if criterion.required and not rendering.is_met(view.status.get(criterion.id)) and criterion.id in view.status
    ]
    count = len(opened)
    return f"{'One thing is' if count == 1 else f'{count} things are'} open." if count else ""


def _with_list(view: View) -> Dialogue:
    """The remarks as they are numbered on screen, with those that are left out."""
    blocking = [finding for finding in view.findings if finding.effect is not None]
    ordered = [*blocking, *(finding for finding in view.findings if finding.effect is None)]
    once = {(finding.file, finding.line, finding.message): key_of(finding) for finding in reversed(ordered)}
    ids = tuple(reversed(once.values()))
    shown = min(rendering.MAX_FINDINGS, len(blocking) or len(ids))
    return view.dialogue.with_changes(
        listed=Listed("findings", ids, shown), card="", finding="", criterion="", choices=()
    )
