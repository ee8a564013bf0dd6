"""How an offer goes into a file, and the ways that more than one artefact type shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tools.artefacts.offer import Offer
from tools.uploads.files import Upload

NAME_END = re.compile(r"[:=@~<>!]")
_PAIR = re.compile(r"(?m)^[ \t]*-?[ \t]*([\w.-]+)[ \t]*[:=][ \t]*(\S[^\n]*)$")
_KEYED = re.compile(r"(?m)^([ \t]*(?:-[ \t]*)?)([\w.-]+)([ \t]*[:=][ \t]*)([^\n]+)$")


def _nothing_beside(part: Upload, offer: Offer) -> Iterator[Upload]:  # noqa: ARG001 - the shape of Patching.beside
    yield from ()


@dataclass(frozen=True)
class Patching:
    """How somebody would put an offer into such a file; the leak meter tries each way and inspects what comes out.

    `of_file` gets the text, the offer and the lines that open findings point to, and yields the text as it would stand.
    """

    of_file: Callable[[str, Offer, Iterable[int]], Iterator[str]]
    whole: tuple[str, ...]  # patterns that a block has to hold to be such a file by itself
    beside: Callable[[Upload, Offer], Iterator[Upload]] = _nothing_beside  # the same for its companions
    keywords: frozenset[str] = frozenset()  # words that begin a line of code even in running text


def renamed(text: str, token: str) -> str:
    """Every bare or otherwise versioned mention of a name becomes the token: `python` → `python:3.12.4`."""
    name = NAME_END.split(token)[0]
    if not name or name == token or len(name) < 2:
        return text
    return re.sub(
        rf"(?<![\w./@:=-]){re.escape(name)}(?:(?:[:=@~<>!]=?)[^\s\\'\",;&|]*)?(?![\w./-])", lambda _: token, text
    )


def with_values(text: str, code: str) -> str:
    """Every line `key: value` of the text takes the value that the code gives this key."""
    given = dict(_PAIR.findall(code))
    if not given:
        return text
    return _KEYED.sub(lambda match: f"{match[1]}{match[2]}{match[3]}{given.get(match[2], match[4])}", text)
