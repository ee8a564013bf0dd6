"""A build in words: the step, its line and the cause, a few lines of what was printed, and one question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent.builds.files import offers
from agent.builds.stack_report import told_stack
from agent.domain.reply import Action, Reply
from tools.sandbox.builder import BuildReceipt, LayerSize, Outcome, SecretFound
from tools.sandbox.image.bill_of_materials import SYSTEM
from tools.sandbox.run_report import Reach, RunReport, shortcomings

MAX_LAYERS, MAX_SECRETS, LOG_LINES = 3, 3, 4
WORTH_SAYING = 100_000  # bytes that later layers hide
_MEGABYTE = 1_000_000
_AGAIN = Action("build", "Build again")
_NOBODYS = (Outcome.INFRASTRUCTURE, Outcome.CANCELLED)


def told(receipt: BuildReceipt) -> Reply:
    """What happened, where, and one question; never the fix."""
    if receipt.stack is not None and receipt.stack.services:
        return told_stack(receipt)
    if receipt.outcome is Outcome.BUILT:
        actions = (Action("submit", "Submit for the gate", style="primary"), Action("twice", "Is it reproducible?"))
        return Reply("\n".join(_built(receipt)), actions=(*actions, *offers(receipt)))
    if receipt.outcome in _NOBODYS:
        return Reply(receipt.summary, actions=(_AGAIN,))
    return Reply("\n".join(_ended(receipt)), actions=(_AGAIN, *offers(receipt)))


def _built(receipt: BuildReceipt) -> Iterator[str]:
    cached = f", {receipt.cached_steps} of {receipt.steps} steps from the cache" if receipt.cached_steps else ""
    size = _size(receipt.image_bytes)
    yield f"**Built{_of(receipt, '')} in {receipt.seconds:.0f} s**: {size}, user `{receipt.user or 'root'}`{cached}."
    yield from _layers(receipt)
    yield from _packages(receipt)
    yield from _run(receipt.run)
    yield from _secrets(receipt)
    if receipt.unread:
        yield f"I could not look into all of the layers: {receipt.unread}."
    yield from receipt.notes
    question = _question(receipt)
    if question:
        yield question


def _layers(receipt: BuildReceipt) -> Iterator[str]:
    own = [layer for layer in receipt.layers if layer.line and layer.bytes]
    largest = sorted(own, key=lambda layer: -layer.bytes)[:MAX_LAYERS]
    base = sum(layer.bytes for layer in receipt.layers if not layer.line)
    if largest:
        shown = "; ".join(
            f"line {other_layer.line} `{other_layer.instruction[:50]}` {_size(other_layer.bytes)}"
            for other_layer in largest
        )
        yield f"The base brings {_size(base)}. Largest of yours: {shown}."
    if receipt.hidden_bytes >= WORTH_SAYING:
        lines = ", ".join(str(layer.line) for layer in _hidden(receipt))
        yield f"{_size(receipt.hidden_bytes)} of files from line {lines} are hidden by later layers, and still shipped."


def _packages(receipt: BuildReceipt) -> Iterator[str]:
    """How many of which kind: each is something that has to be kept up to date."""
    packages = [package for package in receipt.packages if package.manager != SYSTEM]
    counted = Counter(package.manager for package in packages)
    if counted:
        own = sum(package.line > 0 for package in packages)
        kinds = ", ".join(f"{count} of {manager}" for manager, count in counted.most_common())
        yield f"It holds {len(packages)} packages ({kinds}); {own} of them came with your own lines."


def _hidden(receipt: BuildReceipt) -> list[LayerSize]:
    hiding = [layer for layer in receipt.layers if layer.line and layer.hidden]
    return sorted(hiding, key=lambda layer: -layer.hidden)[:MAX_LAYERS]


def _run(run: RunReport | None) -> Iterator[str]:
    """How it ran; where that proves nothing, why, with what it printed."""
    if run is None:
        return
    lacking = shortcomings(run)
    if lacking:
        lines = 2 if not run.started else LOG_LINES
        yield lacking[0].text + (_fenced(run.log, lines) if not run.started or not run.stayed_up else "")
        yield from (shortcoming.text for shortcoming in lacking[1:3])
    elif not run.stayed_up:
        yield "It started and ran to its end with exit code 0." + _fenced(run.log, LOG_LINES)
    else:
        watched = f" for {run.watched:.0f} s" if run.watched else ""
        yield f"It started, stayed up{watched}{_well(run)}, and stopped {run.stop_seconds:.1f} s after SIGTERM."


def _well(run: RunReport) -> str:
    open_ports = [port.port.partition("/")[0] for port in run.ports if port.reach is Reach.OUTSIDE]
    healthy = ", was healthy" if run.health == "healthy" else ""
    return healthy + (f", took connections on port {' and '.join(open_ports)}" if open_ports else "")


def _secrets(receipt: BuildReceipt) -> Iterator[str]:
    if receipt.found:
        shown = "; ".join(_secret(match_found) for match_found in receipt.found[:MAX_SECRETS])
        more = len(receipt.found) - MAX_SECRETS
        rest = f", and {more} more" if more > 0 else ""
        yield f"⚠️ Something that looks like a credential is in the image: {shown}{rest}."


def _secret(one: SecretFound) -> str:
    line = f", line {one.line}" if one.line else ""
    return f"{one.place}{line}" + (", removed later and still in its layer" if one.removed_later else "")


def _question(receipt: BuildReceipt) -> str:
    """One: about what holds the gate back first."""
    if receipt.found:
        return "At which moment does the process need that value, and who could give it then?"
    if receipt.shortcomings:
        return receipt.shortcomings[0].question
    if receipt.hidden_bytes >= WORTH_SAYING:
        return "In which instruction would those files have to be removed so that no layer keeps them?"
    return "What could the process do if somebody took it over as root?" if "root" in receipt.user else ""


def _ended(receipt: BuildReceipt) -> Iterator[str]:
    refused = receipt.outcome is Outcome.REFUSED
    where = f" at line {receipt.failed_line}" if receipt.failed_line else ""
    file = _of(receipt, "in ")
    verb = "I do not build this" if refused and not where else "I stopped" if refused else "The build ended"
    step = f" (`{receipt.failed_step[:100]}`)" if receipt.failed_step else ""
    yield f"**{verb}{where}{file}**{step}: {receipt.summary}{_fenced(receipt.log_excerpt, LOG_LINES)}"
    if receipt.question:
        yield receipt.question


def _of(receipt: BuildReceipt, before: str) -> str:
    """Which Dockerfile, where it is not simply the Dockerfile."""
    return f" {before}`{receipt.dockerfile}`" if receipt.dockerfile not in ("", "Dockerfile") else ""


def _fenced(log: str, lines: int) -> str:
    """Its last lines: a program says last why it ended."""
    shown = "\n".join(log.splitlines()[-lines:])
    return f"\n```\n{shown}\n```" if shown else ""


def _size(count: int) -> str:
    if count < _MEGABYTE // 10:
        return f"{count / 1_000:,.1f} kB"
    return f"{count / _MEGABYTE:,.1f} MB" if count < 10 * _MEGABYTE else f"{count / _MEGABYTE:,.0f} MB"
