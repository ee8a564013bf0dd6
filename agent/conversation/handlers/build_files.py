"""A build's log or its packages as a file, for whoever sent the files that were built."""

from __future__ import annotations

from agent.builds.files import file_of
from agent.conversation.context import TurnContext
from agent.conversation.decision import Decision
from agent.domain.act import Intent
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import BuildReceipt
from tools.sandbox.stack.keys import stack_key

_GONE = "That build's record isn't there any more. Build again, and I'll have a new one."


def hand_out(context: TurnContext) -> Decision:
    what, _, inputs = (context.turn.action.value if context.turn.action else "").partition(":")
    receipt = _own(context, inputs)
    if receipt is None or file_of(receipt, what) is None:
        return Decision(Intent.SUBMIT, _GONE)
    return Decision(Intent.SUBMIT, "Here it is; what looks like a credential is masked.", build_file=(what, inputs))


def _own(context: TurnContext, inputs: str) -> BuildReceipt | None:
    """Of a build that this person asked for, or of the very bytes that they have here."""
    services, person = context.services, context.person
    mine = {record.receipt.inputs for record in services.receipts.builds_of(person.id)}
    workspace = services.submissions.workspace(person.id, context.lesson.id)
    if inputs not in mine | {stack_key(workspace), context_key(workspace)}:
        return None
    return services.receipts.for_inputs(inputs)
