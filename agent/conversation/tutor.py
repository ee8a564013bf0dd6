"""The application service: takes a turn, runs the graph, and returns what is to be said to whom."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from agent.builds.files import file_of
from agent.conversation.annotated_files import annotated, meant
from agent.conversation.audience import Audience
from agent.conversation.context import Services, TurnContext
from agent.conversation.decision import Decision, from_state
from agent.conversation.graph import Graph
from agent.conversation.tracing import traced
from agent.domain.act import Intent
from agent.domain.people import Person
from agent.domain.reply import OutgoingFile, Reply
from agent.domain.turn import Spent, Turn, TurnResult
from agent.errors import StorageUnavailable, TurnStopped, TutorError
from agent.learners.portfolio import Portfolio
from agent.llm.accounting import Account, charged_to
from agent.llm.spans import span
from agent.storage.checkpoints import CHECKPOINTS_UNAVAILABLE
from agent.understanding.acts import Act, Message
from agent.understanding.pasted_files import is_complete, with_pasted
from knowledge.course.pack import Lesson
from knowledge.errors import KnowledgeError
from tools.errors import ToolError

MAX_MESSAGE = 39_999
FEW = 3  # words beside a pasted file that ask nothing of it
_HANDS_IN = frozenset({Act.HAND_IN, Act.STATUS, Act.BUILD, Act.WANT_NEXT, Act.AGREE, Act.THANKS, Act.CHAT})
_GONE = "I cannot reach my records right now. Nothing is lost; please try again in a moment."
_INVOKED = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "tutor"}
_log = logging.getLogger(__name__)


class Tutor:
    def __init__(self, services: Services, graph: Graph, week: Portfolio) -> None:
        self.services, self._graph, self._week = services, graph, week

    def take(self, turn: Turn, *, audience: Audience = Audience()) -> TurnResult:  # noqa: B008 - it has no state
        """Never raises what a person could read as a fault of theirs: errors of ours become a reply.

        TurnStopped alone goes on to whoever gave the audience.
        """
        try:
            return self._take(turn, audience)
        except TurnStopped:
            raise
        except (TutorError, ToolError, KnowledgeError) as error:
            _log.info("turn %s ended with %s", turn.key, type(error).__name__)
            return TurnResult(Reply(str(error), declined=True), Intent.OUT_OF_SCOPE.value)

    def _take(self, turn: Turn, audience: Audience) -> TurnResult:
        self.enrol(turn.person)
        if len(turn.text) > MAX_MESSAGE:
            return _too_long(turn)
        context = TurnContext(self.services, self._with_pasted(turn), self.lesson_of(turn.person), audience)
        with charged_to(self._account(turn.person)) as account, span("invoke_agent tutor", _INVOKED):
            state = self._run(context)
        spent = Spent(account.calls, account.usage.input, account.usage.output)
        return replace(self._result(context, from_state(state["decision"]), state), spent=spent)

    def _account(self, person: Person) -> Account:
        """What this turn may spend on a model, and where it is written down."""
        spending, now = self.services.spending, self.services.now()
        return Account(
            self.services.model_limits,
            spending.spent(person.id, now),
            lambda model, usage: spending.add(person.id, now, model, usage),
        )

    def _run(self, context: TurnContext) -> dict[str, Any]:
        """A turn that was cut off goes on where it stopped; one that is done is not run again."""
        config: Any = {"configurable": {"thread_id": context.turn.conversation}}
        try:
            known = self._graph.get_state(config)
            if known.values.get("turn_key") == context.turn.key and not known.next:
                return dict(known.values)
            return dict(self._graph.invoke({}, config, context=context, durability="sync"))
        except (SQLAlchemyError, *CHECKPOINTS_UNAVAILABLE) as error:
            raise StorageUnavailable(_GONE) from error

    def _result(self, context: TurnContext, decision: Decision, state: Mapping[str, Any]) -> TurnResult:
        gate = dict(context.verdicts())
        if decision.forget:  # last, so that the conversation that asked for it goes too
            self.services.forgetting.forget(context.person.id)
        reply = None if decision.silent else self._reply(context, decision, state.get("wording", ""))
        level = decision.hint_level
        return TurnResult(reply, decision.intent.value, level, gate, decision.notices, decision.build, traced(state))

    def _reply(self, context: TurnContext, decision: Decision, wording: str) -> Reply:
        return Reply(
            wording,
            citations=decision.citations,
            actions=decision.actions,
            table=decision.table,
            files=self._files(context, decision),
            declined=decision.declined,
            feedback=decision.intent is Intent.QUESTION and not decision.declined,
        )

    def _files(self, context: TurnContext, decision: Decision) -> tuple[OutgoingFile, ...]:
        if decision.annotate:
            workspace = self.services.submissions.workspace(context.person.id, context.lesson.id)
            return annotated(meant(workspace, context.turn.text), self.services.assessor.inspect(workspace).findings)
        if decision.attached and context.person.is_instructor:
            kept = self.services.submissions.by_digests(dict(decision.attached))
            return tuple(OutgoingFile(file.path.rpartition("/")[2], file.data, file.path) for file in kept)
        what, inputs = decision.build_file
        receipt = self.services.receipts.for_inputs(inputs) if what else None
        if receipt is not None and (file := file_of(receipt, what)) is not None:
            return (file,)
        if not decision.archive_of:
            return ()
        data = self._week.archive(context.person.id, decision.archive_of)
        return (OutgoingFile(f"week-artefact-{decision.archive_of}.zip", data, "Week artefact"),)

    def _with_pasted(self, turn: Turn) -> Turn:
        """A whole file that is pasted is handed in, unless the words around it only ask about it."""
        pasted = with_pasted(turn)
        if pasted is turn or len(pasted.text.split()) <= FEW or self._hands_in(pasted.text):
            return pasted
        return pasted if all(is_complete(file) for file in pasted.files) else turn

    def _hands_in(self, words: str) -> bool:
        return self.services.reader.read(Message(words)).act in _HANDS_IN

    def enrol(self, person: Person) -> None:
        self.services.learners.remember(person, self.services.now())
        if not person.is_instructor:
            self.services.gates.enrol(person.id)

    def lesson_of(self, person: Person) -> Lesson:
        """The first lesson whose gate is not behind the person; for an instructor, the first."""
        course = self.services.course
        current = None if person.is_instructor else self.services.gates.current(person.id)
        return (course.lesson(current) if current else None) or course.lessons[-1 if not person.is_instructor else 0]


def _too_long(turn: Turn) -> TurnResult:
    text = (
        f"Your message has {len(turn.text):,} characters; I read up to {MAX_MESSAGE:,}. Send long material as a file, "
        "and ask your question in a few lines."
    )
    return TurnResult(Reply(text, declined=True), Intent.OUT_OF_SCOPE.value)
