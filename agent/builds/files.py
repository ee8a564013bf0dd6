"""What a receipt has to give away as a file: the whole log of the step that failed, or the packages of the image."""

from __future__ import annotations

from agent.domain.reply import Action, OutgoingFile
from tools.sandbox.builder import BuildReceipt
from tools.sandbox.image.bill_of_materials import bill_of_materials

ACTION = "build_file"
LOG, PACKAGES = "log", "packages"


def offers(receipt: BuildReceipt) -> tuple[Action, ...]:
    """Buttons; their value says of which receipt."""
    found = []
    if receipt.log:
        found.append(Action(ACTION, "Whole log", f"{LOG}:{receipt.inputs}"))
    if receipt.packages:
        found.append(Action(ACTION, "Packages as a file", f"{PACKAGES}:{receipt.inputs}"))
    return tuple(found)


def file_of(receipt: BuildReceipt, what: str) -> OutgoingFile | None:
    """None where this receipt has no such thing."""
    if what == LOG and receipt.log:
        return OutgoingFile("build-log.txt", receipt.log.encode(), "The log of the step that failed")
    if what == PACKAGES and receipt.packages:
        return OutgoingFile("packages.cdx.json", bill_of_materials(receipt).encode(), "Packages of the image")
    return None
