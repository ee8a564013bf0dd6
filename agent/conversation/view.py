"""What a mind sees of a turn: the message as it was read, what it points at, and the learner's files as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from agent.conversation.context import TurnContext
from agent.conversation.dialogue import Dialogue
from agent.domain.verdicts import Judgement
from agent.llm.port import Message
from agent.understanding.acts import Reading
from agent.understanding.references import References
from tools.findings import Finding, Inspection
from tools.uploads.files import Upload


@dataclass(frozen=True)
class View:
    context: TurnContext
    reading: Reading
    references: References
    dialogue: Dialogue
    history: tuple[Message, ...]
    pending: str = ""  # the id of our question that waits for an answer here, as the turn began
    for_instructors: bool = False  # it asks or orders what only instructors may, and comes from somebody else

    @property
    def text(self) -> str:
        return self.context.turn.text

    @property
    def is_private(self) -> bool:
        """A learner's own conversation: nobody else hears of their work."""
        return self.context.is_tutored

    @property
    def before(self) -> str:
        """What the tutor said last."""
        return next((message.text for message in reversed(self.history) if message.role == "assistant"), "")

    @cached_property
    def upload(self) -> Upload:
        """The newest version of each file; empty where others listen."""
        if not self.is_private:
            return Upload.of(())
        return self.context.services.submissions.workspace(self.context.person.id, self.context.lesson.id)

    @cached_property
    def inspection(self) -> Inspection | None:
        return self.context.services.assessor.inspect(self.upload) if len(self.upload) else None

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What holds the gate back first, then advice."""
        return self.inspection.findings if self.inspection else ()

    @cached_property
    def status(self) -> dict[str, Judgement]:
        return self.context.criterion_status() if self.is_private else {}

    @cached_property
    def rules(self) -> frozenset[str]:
        """Rules that the learner's own files break."""
        return frozenset(finding.rule for finding in self.findings)


def key_of(finding: Finding) -> str:
    return f"{finding.rule}@{finding.file}:{finding.line}"
