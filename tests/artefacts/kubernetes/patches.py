"""How an offer goes into a manifest: values in place, a block of keys beside the image that it is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.patching import renamed, with_values

_IMAGE = re.compile(r"^(?P<indent>[ \t]*(?:-[ \t]+)?)image:[ \t]*(?P<name>[\w./-]+)\S*")
_VERSION = re.compile(r"(?<![\w.])v?\d+(?:\.\d+)+[\w-]*")
_LIMIT = "resources:\n  limits:\n    memory: 256Mi"


def patches(text: str, offer: Offer, flagged: Iterable[int]) -> Iterator[str]:
    code, lines = offer.text.strip(), set(flagged)
    if re.search(r"\blimits?\b|\bmemory:", code):
        yield _beside_image(text, _LIMIT, lines)
    if offer.kind is OfferKind.DEED:
        yield from (_with_version(text, version, lines) for version in _VERSION.findall(code))
        return
    yield with_values(text, code) if " " in code else renamed(text, code)
    if offer.kind is OfferKind.BLOCK:
        yield f"{code}\n"
        yield _beside_image(text, code, lines)


def _beside_image(text: str, block: str, flagged: set[int]) -> str:
    written = []
    for number, line in enumerate(text.splitlines(), start=1):
        written.append(line)
        if number in flagged and (match := _IMAGE.match(line)):
            indent = " " * len(match["indent"])
            written += [f"{indent}{added}" for added in block.splitlines()]
    return "\n".join([*written, ""])


def _with_version(text: str, version: str, flagged: set[int]) -> str:
    written = [
        _IMAGE.sub(rf"\g<indent>image: \g<name>:{version}", line) if number in flagged else line
        for number, line in enumerate(text.splitlines(), start=1)
    ]
    return "\n".join([*written, ""])
