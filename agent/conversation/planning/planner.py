"""The mind that needs no model: one plan for each dialogue act, made of tool calls, cards and templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from agent.conversation import rendering
from agent.conversation.decision import Decision
from agent.conversation.dialogue import Dialogue, Listed
from agent.conversation.handlers import criterion_status, explanation, submission
from agent.conversation.instructors import continues, names_a_learner
from agent.conversation.planning import own_work
from agent.conversation.planning.knowledge_answers import LIKELY, MAYBE, KnowledgeAnswers, follow_up
from agent.conversation.planning.phrases import Phrases
from agent.conversation.planning.plan import Part, Plan, advanced, call
from agent.conversation.tools.base import ToolCall, ToolResult
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.findings import Findings, names_instruction, quotes_remark
from agent.conversation.tools.snippet import fragment_of
from agent.conversation.view import View, key_of
from agent.domain.act import Intent
from agent.understanding.acts import STAFF, About, Act
from agent.understanding.language import foreign
from agent.understanding.questions import asks_yes_or_no, clauses_of, looks_like_question, opens_with_why
from agent.understanding.topics import named_artefact
from agent.understanding.verdicts import speaks_of_verdict
from knowledge.course.cards import AnswerCard
from knowledge.ingestion.splitting import sentences
from knowledge.retrieval.library import Library
from tools.artefacts.registry import wording_of

OWN = 0.5  # probability from which a message is taken to be about their own files; chosen on the tuned moments
OWN_HERE = 0.65  # the same where others listen, for whoever speaks of their own work there goes on in private
OWN_TOO = 0.12  # the same where it names an instruction that is flagged in them
_STATES = frozenset({Act.ANSWER, Act.CLAIM, Act.DISAGREE, Act.REPORT, Act.AGREE, Act.CORRECT})
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

_BESIDE = frozenset({Act.ASK, Act.REPORT, Act.SHOW, Act.CLAIM, Act.DISAGREE, Act.EXPERIMENT, Act.MORE})
SHORT = 6  # words of a message that says nothing but that it hands in
FEW = 4  # words; what is shorter beside a file asks nothing else

_MINE = re.compile(r"\b(?:my|mine|our|ours)\b", re.IGNORECASE)
_TAG = re.compile(r"\b(?:right|correct|yes|no|true|got (?:it|that)|get (?:it|that))\s*\?\s*$", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
Handler = Callable[[View], Plan]


class Planner:
    """A mind: given a view and the results so far, the next tool call or what is to be said."""

    def __init__(
        self, library: Library, facts: CourseFacts, findings: Findings, phrases: Phrases | None = None
    ) -> None:
        self._phrases = phrases or Phrases.load()
        self._library = library
        self._knowledge = KnowledgeAnswers(library, self._phrases, facts, findings)
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

    def step(self, view: View, results: Sequence[ToolResult]) -> ToolCall | Decision:
        return advanced(self._plan(view), results)

    def _plan(self, view: View) -> Plan:
        act = _meant(view)
        if view.context.in_channel:
            return (yield from self._in_channel(view, act))
        if view.context.turn.files or view.context.turn.refused:
            return (yield from self._take_files(view))
        if act in STAFF or self._is_of_learners(view):
            return (yield from self._staff(view))
        tied = yield from self._tied(view, act)
        if tied is not None:
            return tied
        if foreign(view.text):
            return (yield from self._foreign(view))
        if act in (Act.ANSWER, Act.CLAIM) and "?" in view.text and not _wants_confirmation(view.text):
            return (yield from self._ask(view))
        return (yield from self.handlers[act](view))

    def _is_of_learners(self, view: View) -> bool:
        """An instructor who names a learner, or goes on with what they asked of learners."""
        context = view.context
        return context.person.is_instructor and (names_a_learner(context) or continues(context, view.dialogue.query))

    def _tied(self, view: View, act: Act) -> Part[Decision | None]:
        """What means something only after what we said: the rest of a list, a choice, an answer, words said back."""
        if view.references.rest and view.dialogue.listed and act in _MAY_WANT_REST:
            return (yield from self._rest(view))
        name = view.references.criterion
        if name in view.status and speaks_of_verdict(view.text) and act is not Act.WANT_HINT:
            return (yield from self._criterion(view, name))
        chosen = self._choice(view)
        if chosen is not None:
            return self._knowledge.said(view, chosen)
        answered = (yield from self._answer(view)) if view.pending else None
        if (
            answered is None
            and act in _STATES
            and (view.reading.may_be(Act.ANSWER, 0.1) or view.reading.may_be(Act.CLAIM, 0.1))
        ):
            return (yield from self._confirmed(view))
        return answered

    # -- files --

    def _take_files(self, view: View) -> Plan:
        """What came is taken first; a question that came with it is answered above the remarks."""
        formally = submission.is_formal(view.text)
        result = yield call("take_files", formally=formally)
        if result.decision is None:
            return self._decided(view, result, topic="files")
        decision = result.decision.with_changes(topic="files", of_engine=True, dialogue=_with_list(view))
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
        found = yield from self._knowledge.find(view, symptom=view.reading.act is Act.REPORT)
        return self._knowledge.said(view, found.card) if found.sure and found.card is not None else None

    # -- where others listen, or other languages are spoken --

    def _in_channel(self, view: View, act: Act) -> Plan:
        if act in STAFF and view.context.person.is_instructor:
            return (yield from self._staff(view))
        if act is Act.PEOPLE or act in STAFF:
            return self._said(view, "people_channel", Intent.STAFF, declined=True)
        if act in (Act.CHAT, Act.THANKS, Act.AGREE, Act.FEEL):
            return self._said(view, "thanks" if act is Act.THANKS else "hello_channel", Intent.SOCIAL)
        own = view.reading.own >= OWN_HERE and act is not Act.REPORT
        own = own or (bool(view.references.criterion) and _MINE.search(view.text) is not None)
        if (act in _PERSONAL or own) and not view.context.person.is_instructor:
            return self._said(view, "personal_in_channel", Intent.STUCK)
        answered = yield from self._from_material(view, symptom=act is Act.REPORT)
        if not answered.declined or act is Act.OFF_TOPIC:
            return answered
        held = yield call("hold_for_instructor", matter="a question that I could not answer from the material")
        text = f"{answered.draft} {self._phrases.say('passed_on', view.context.turn.key)}".strip()
        notices = held.decision.notices if held.decision else ()
        return answered.with_changes(draft=text, notices=notices)

    def _foreign(self, view: View) -> Plan:
        found = yield from self._knowledge.find(view)
        if found.share < MAYBE:
            found = yield from self._knowledge.by_field_words(view)
        if found.card is not None and found.share >= FOREIGN:
            lead = self._phrases.say("foreign", view.context.turn.key)
            return self._knowledge.said(view, found.card, lead=lead)
        text = self._phrases.say("foreign_nothing", view.context.turn.key, language=foreign(view.text))
        return Decision(Intent.QUESTION, text, declined=True)

    # -- our own questions and choices --

    def _choice(self, view: View) -> AnswerCard | None:
        """One of the meanings that we offered, by its number."""
        number, choices = view.references.number, view.dialogue.choices
        if not choices or not 1 <= number <= len(choices) or len(view.text.split()) > 6:
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

    # -- questions --

    def _ask(self, view: View) -> Plan:
        if view.reading.may_be(Act.STATUS, 0.35) and _wants_yes_or_no(view.text) and view.status:
            return (yield from self._status(view))
        own = yield from self._own(view)
        return own if own is not None else (yield from self._from_material(view))

    def _report(self, view: View) -> Plan:
        found = yield from self._knowledge.find(view, symptom=True)
        if found.sure and found.card is not None:
            return self._knowledge.said(view, found.card)
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
        fragment = fragment_of(view.text)
        asks = looks_like_question(_without_code(view.text))
        if fragment and asks:
            found = yield from self._knowledge.find(view)
            if found.sure and found.card is not None:
                return self._knowledge.said(view, found.card)
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
        several = yield from self._knowledge.several(view)
        if several is not None:
            return several
        found = yield from self._knowledge.find(view, symptom=symptom)
        if found.sure and found.card is not None:
            return self._knowledge.said(view, found.card)
        if found.card is not None and found.share >= LIKELY:
            return self._knowledge.supposed(view, found)
        if found.card is not None and found.share >= MAYBE and not view.context.in_channel:
            return self._knowledge.offered(view, found)
        passages = yield from self._knowledge.passages(view)
        return self._declined(view) if passages.declined else passages

    def _declined(self, view: View) -> Decision:
        text = self._phrases.say("decline", view.context.turn.key)
        intent = Intent.OUT_OF_SCOPE if view.reading.about is About.OUTSIDE else Intent.QUESTION
        return Decision(intent, text, declined=True)

    # -- their own work --

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
                if nearer.card is not None and (nearer.sure or (again and nearer.share >= LIKELY)):
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
        """“leave P6; how do I see …”: a criterion is named in passing, and something else is asked."""
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
        why = (yield from self._knowledge.reason(view, str(told["message"]))) if told["blocks"] else ""
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
            said = own_work.about_criterion(
                told, list(findings), self._knowledge.filled(view, enough.says) if enough else ""
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
            for number, name in enumerate(rest[:10], start=first)
        ]
        dialogue = view.dialogue.with_changes(listed=Listed("findings", tuple(ids), first - 1 + len(lines)))
        return Decision(Intent.QUESTION, "\n".join(lines), dialogue=dialogue, topic="findings", of_engine=True)

    def _disagree(self, view: View) -> Plan:
        lesson, name = view.context.lesson, view.references.criterion
        if "?" in view.text or (looks_like_question(view.text) and not (name or view.references.line)):
            return (yield from self._ask(view))
        pointed = name or view.references.line or view.references.number or quotes_remark(view)
        if not pointed and view.dialogue.last not in ("files", "findings") and not view.dialogue.finding:
            return (yield from self._ask(view))
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
        said = self._said(view, "disagree_rule", Intent.QUESTION, rule=rule, seen=seen)
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
        if answered.declined or answered.topic == "unsure":
            return answered.with_changes(draft=f"{lead} {answered.draft}")
        return answered.with_changes(draft=f"{lead} {answered.draft}")

    def _confirmed(self, view: View) -> Part[Decision | None]:
        """Whoever says back rightly what was just spoken of hears that it is right."""
        if "?" in view.text and not _wants_confirmation(view.text):
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
            return (yield from self._criterion(view, view.references.criterion))
        found = yield from self._knowledge.find(view)
        if found.sure and found.card is not None:
            return self._knowledge.said(view, found.card)
        spoken = view.context.services.assessor.reviewers[view.context.lesson.id].speaks_of(view.text)
        opened = [name for name in spoken if not rendering.is_met(view.status.get(name))]
        if opened and view.is_private and len(view.text.split()) > 4:
            matter = rendering.named(view.context.lesson, opened)
            return self._said(view, "belongs_in_text", Intent.ANSWER, matter=matter, text=_texts_for(view, opened))
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

    # -- wishes --

    def _want_work(self, view: View) -> Plan:
        if view.references.criterion:
            return (yield from self._refused_work(view, view.references.criterion))
        if not view.is_private or not len(view.upload):
            return self._said(view, "work_plain", Intent.STUCK)
        told = own_work.heaviest(view)
        if told is None:
            opened = rendering.next_open(view.context.lesson, view.status)
            return self._said(view, "work_plain" if opened else "work_done", Intent.STUCK)
        dialogue = view.dialogue.with_changes(finding=str(told["key"]), card="")
        said = self._said(
            view,
            "work_open",
            Intent.STUCK,
            open=_open_count(view),
            place=f"{own_work.place_of(told)} ({_uncapped(str(told['message']))})",
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
        told = own_work.heaviest(view)
        if told is not None:
            said = yield from self._of_finding(view, told)
            return said.with_changes(draft=f"First: {_uncapped_code(said.draft)}", intent=Intent.STATUS, topic="next")
        step = rendering.next_step(view.context.lesson, view.status)
        return Decision(Intent.STATUS, step or self._phrases.say("work_done", view.context.turn.key), topic="next")

    def _status(self, view: View) -> Plan:
        if view.references.criterion:
            return (yield from self._criterion(view, view.references.criterion))
        result = yield call("gate")
        if _wants_yes_or_no(view.text) and not view.status:
            names = rendering.listed(rendering.artefact_names(view.context.lesson.artefacts))
            return self._said(view, "nothing_yet", Intent.STATUS, names=names)
        if not _wants_yes_or_no(view.text):
            return self._decided(view, result, topic="status")
        return _yes_or_no(view, self._phrases).with_changes(topic="status")

    def _hand_in(self, view: View) -> Plan:
        if submission.is_formal(view.text):
            result = yield call("submit")
            return self._decided(view, result, topic="submit")
        if submission.wants_questions_in_file(view.context):
            return submission.annotate(view.context)
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

    # -- people's ways --

    def _agree(self, view: View) -> Plan:
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
        yield from ()
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
        if found.sure and found.card is not None and len(view.text.split()) > 1:
            return self._knowledge.said(view, found.card)
        return (
            criterion_status.greet(view.context)
            if view.context.person.is_instructor
            else self._said(view, "hello", Intent.SOCIAL)
        )

    def _feel(self, view: View) -> Plan:
        if looks_like_question(view.text) or view.reading.may_be(Act.REPORT) or view.reading.may_be(Act.ASK):
            found = yield from self._knowledge.find(view)
            if found.sure and found.card is not None:
                return self._knowledge.said(view, found.card, lead=self._phrases.say("feel", view.context.turn.key))
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
        if found.sure and found.card is not None and found.card.id not in ("what-is-stored", "delete-my-data"):
            return self._knowledge.said(view, found.card)
        if not wants_all and not found.sure:
            return (yield from self._from_material(view))
        result = yield call("stored_data")
        return self._decided(view, result, topic="privacy")

    def _people(self, view: View) -> Plan:
        yield from ()
        return self._said(view, "people", Intent.STAFF, declined=True)

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

    # -- parts --

    def _said(self, view: View, occasion: str, intent: Intent, *, declined: bool = False, **values: str) -> Decision:
        text = self._phrases.say(occasion, view.context.turn.key, **values)
        return Decision(intent, text, declined=declined, topic=occasion)

    def _decided(self, view: View, result: ToolResult, *, topic: str, criterion: str = "") -> Decision:
        """What the engine decided, in its words; why it did not, where a proposal was refused."""
        if result.decision is None:
            return Decision(Intent.QUESTION, result.refused, topic=topic)
        decision = result.decision.with_changes(topic=topic, of_engine=result.decision.of_engine or topic in _ENGINES)
        if criterion and decision.dialogue is None:
            return decision.with_changes(dialogue=view.dialogue.with_changes(criterion=criterion, card=""))
        return decision


_MAY_WANT_REST = frozenset({Act.MORE, Act.STATUS, Act.ASK, Act.CORRECT, Act.WANT_NEXT, Act.HAND_IN})
_LOOKS_UP = (Act.DISAGREE, Act.REPORT, Act.SHOW, Act.MORE, Act.STATUS, Act.ASK)
# Acts that a question in the same message outweighs.
_NOT_ASKING = frozenset({Act.HAND_IN, Act.DECLINE, Act.AGREE, Act.THANKS, Act.FEEL, Act.CHAT, Act.CORRECT})
# What an unsure reading may still be taken for: looking something up harms nobody and answers most.
_HARMLESS = (
    Act.DISAGREE,
    Act.REPORT,
    Act.SHOW,
    Act.MORE,
    Act.STATUS,
    Act.WANT_NEXT,
    Act.WANT_QUIZ,
    Act.ASK,
)


def _meant(view: View) -> Act:
    """The likeliest act where it is sure; else the likeliest of those that only look something up."""
    reading = view.reading
    last = clauses_of(view.text)[-1:] or [""]
    if submission.is_formal(last[0]) and not last[0].endswith("?") and reading.may_be(Act.HAND_IN, 0.08):
        return Act.HAND_IN
    if (
        reading.act in _NOT_ASKING
        and "?" in view.text
        and len(view.text.split()) > SHORT
        and not view.context.turn.files
    ):
        return Act.ASK
    if reading.act is Act.WANT_WORK and opens_with_why(last[0]):
        return Act.ASK
    if reading.act is Act.WANT_QUIZ and not looks_like_question(last[0]):
        return Act.WANT_QUIZ if reading.may_be(Act.WANT_QUIZ, 0.25) else Act.ASK
    least = 0.4 if reading.act in (Act.WANT_QUIZ, Act.WANT_NEXT, Act.STATUS) else 0.25
    if reading.sure or (reading.act in _HARMLESS and reading.may_be(reading.act, least)):
        return reading.act
    possible = [act for act in reading.odds if act in _LOOKS_UP and reading.may_be(act, 0.12)]
    if possible:
        return possible[0]
    return Act.ASK


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


FOREIGN = 0.08  # share from which the words of the field in another language's sentence lead to a card
_ENGINES = frozenset({"files", "submit", "status", "build"})  # topics of which every word is the engine's
SURE_DESPITE = 0.7  # share of a card from which a message that sounds strange is answered all the same


def _asked_of(told: own_work.Told) -> str:
    """What it is judged on, and when it is met."""
    on = wording_of(str(told["artefact"])).yours
    need = "required" if told["required"] else "optional"
    return f"It's {need} and judged on {on}. Met when: {told['met_when']}"


def _texts_for(view: View, criteria: Sequence[str]) -> str:
    """What they are judged on, as people call it."""
    artefacts = dict.fromkeys(one.artefact for one in view.context.lesson.rubric if one.id in criteria)
    return rendering.listed([wording_of(artefact).yours for artefact in artefacts])


def _open_count(view: View) -> str:
    opened = [
        criterion
        for criterion in view.context.lesson.rubric
        if criterion.required and not rendering.is_met(view.status.get(criterion.id)) and criterion.id in view.status
    ]
    count = len(opened)
    return f"{'One thing is' if count == 1 else f'{count} things are'} open." if count else ""


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


def _wants_confirmation(text: str) -> bool:
    """“… right?”, “did I get that?”: a statement with a question mark."""
    return _TAG.search(text) is not None


def _without_code(text: str) -> str:
    return _CODE.sub(" ", text).strip()


def _wants_yes_or_no(text: str) -> bool:
    """“all green?” asks for it as much as “is it all green”; “what is left?” does not."""
    short = text.rstrip().endswith("?") and len(text.split()) <= 5 and not opens_with_why(text)
    return short or asks_yes_or_no(text)


def _uncapped(text: str) -> str:
    head = text.rstrip(".")
    return head if head[1:2].isupper() or head[:1] == "`" else head[:1].lower() + head[1:]


def _uncapped_code(text: str) -> str:
    return text if text.startswith("`") else text[:1].lower() + text[1:]
