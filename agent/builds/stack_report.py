"""A run of a blueprint in words: whether it came up, the timeline, what was left out, and one question."""

from __future__ import annotations

from collections.abc import Iterator

from agent.builds.files import offers
from agent.domain.reply import Action, Reply
from tools.sandbox.builder import BuildReceipt, Outcome
from tools.sandbox.run_report import Shortcoming
from tools.sandbox.stack.receipt import StackReceipt
from tools.sandbox.stack.timeline import timeline

MAX_NOTES, LOG_LINES = 5, 4
_AGAIN = Action("build", "Start it again")


def told_stack(receipt: BuildReceipt) -> Reply:
    """`receipt` has a stack that was started."""
    assert receipt.stack is not None  # noqa: S101 - whoever calls this has looked
    good = receipt.outcome is Outcome.BUILT and receipt.stack.came_up
    actions = (Action("submit", "Submit for the gate", style="primary"),) if good else (_AGAIN,)
    return Reply("\n".join(_lines(receipt, receipt.stack)), actions=(*actions, *offers(receipt)))


def _lines(receipt: BuildReceipt, stack: StackReceipt) -> Iterator[str]:
    lacking = list(_shortcomings(stack))
    yield _headline(receipt, stack, lacking)
    yield from (lacking_one.text for _, lacking_one in lacking[:3])
    yield fenced(timeline(stack.events))
    yield from _printed(stack)
    yield from _secrets(receipt)
    if stack.left_out:
        yield _listed("Left out", stack.left_out)
    yield from stack.notes[:MAX_NOTES]
    if receipt.found:
        yield "At which moment does the process need that value, and who could give it then?"
    elif lacking:
        yield lacking[0][1].question


def _headline(receipt: BuildReceipt, stack: StackReceipt, lacking: list[tuple[str, Shortcoming]]) -> str:
    if receipt.outcome is Outcome.CANCELLED:
        return "**The stack was stopped.**"
    if stack.ended_by:
        return f"**The stack was ended**: {stack.ended_by}."
    count = len(stack.services)
    services = "1 service" if count == 1 else f"{count} services"
    if not lacking:
        return f"**The blueprint came up** in {stack.up_seconds:.1f} s: {services}, each as it should be."
    named = " and ".join(f"`{name}`" for name in dict.fromkeys(name for name, _ in lacking))
    return f"**The blueprint did not come up whole**: look at {named}."


def _shortcomings(stack: StackReceipt) -> Iterator[tuple[str, Shortcoming]]:
    """What only waited for another in vain is no cause."""
    found = [(service, lacking) for service in stack.services for lacking in service.shortcomings]
    causes = [(service, lacking) for service, lacking in found if service.run is not None]
    for service, lacking in causes or found:
        text = f"`{service.name}`: {lacking.text}"
        yield service.name, Shortcoming(lacking.id, text, lacking.question)


def fenced(text: str) -> str:
    return f"```\n{text}\n```" if text else ""


def _printed(stack: StackReceipt) -> Iterator[str]:
    """The last words of the first service that ended with an error."""
    for service in stack.services:
        run = service.run
        if run is not None and run.log and (run.exit_code or run.health == "unhealthy"):
            last = "\n".join(run.log.splitlines()[-LOG_LINES:])
            yield f"`{service.name}` printed last:\n```\n{last}\n```"
            return


def _secrets(receipt: BuildReceipt) -> Iterator[str]:
    if receipt.found:
        yield f"⚠️ Something that looks like a credential is in an image: {receipt.found[0].place}."


def _listed(title: str, sentences: tuple[str, ...]) -> str:
    rest = f"; and {len(sentences) - MAX_NOTES} more" if len(sentences) > MAX_NOTES else ""
    return f"{title}: {'; '.join(sentences[:MAX_NOTES])}{rest}."
