"""What a reply offers to paste or to do: code in it, names with a version, and instructions to change something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from knowledge.markdown import code_blocks
from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.registry import keywords

MAX_OFFERS = 12
MAX_BLOCK = 8_000
_INDENTED = re.compile(r"(?:(?:^|\n)(?: {4}|\t)\S[^\n]*)+")
_SPAN = re.compile(r"``([^`]+)``|`([^`\n]+)`|“([^”\n]{3,200})”|\"([^\"\n]{3,200})\"")
_STOP = re.compile(
    r"(?<=[^.])\.(?=\s|$)|[;,](?=\s)|\s(in|on|at|as the|instead|so that|before|after|and|then|which|to)\s",
    re.IGNORECASE,
)
_VERSIONED = re.compile(r"(?<![\w/@:.-])[\w./-]*[a-zA-Z][\w./-]*(?::v?\d[\w.-]*|@sha256:[0-9a-f]{6,}|==\d[\w.]*)")
_CLAUSE = re.compile(r"(?<=[.!?;])\s+|:\s+(?=[A-Z`])|\n+|,\s+(?:and|then|or)\s+|\s+(?:and|then)\s+(?=[a-z]+\s)")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n{2,}")
_VERBS = (
    "add|append|bind|change|convert|copy|create|declare|define|delete|drop|end|give|insert|install|introduce|keep|make|"
    "mount|move|name|pass|paste|pin|point|put|remove|rename|replace|run|set|specify|start|swap|switch|tag|turn|type|use|"
    "wait|wrap|write|verwende|schreib\\w*|ersetze|setze|nimm"
)
_IMPERATIVE = re.compile(
    rf"^\W*(?:(?:so|now|first|next|then|finally|just|please|simply|also|instead|step \d+|ok|okay|\d+)\W+)*"
    rf"(?:(?:you|we|i would|i'd|one)\s+(?:can|could|should|must|need to|have to|want to|may|might|just|simply)?\s*"
    rf"(?:just |simply )?|(?:try|consider|remember|be sure|make sure)\s+(?:to\s+|that you\s+)?"
    rf"|to fix (?:it|this|that)\W+|the (?:fix|answer|solution) is to\s+|let us\s+|let's\s+)?(?:{_VERBS})(?:ing)?\b",
    re.IGNORECASE,
)


def offers(reply: str) -> list[Offer]:
    """In the order of their weight, without doubles."""
    told = [word for word in _SENTENCE.split(reply[:MAX_BLOCK]) if any(map(_IMPERATIVE.match, _CLAUSE.split(word)))]
    found: dict[tuple[OfferKind, str], Offer] = {}
    for offer in _all(reply[:MAX_BLOCK], told):
        if offer.text.strip():
            found.setdefault((offer.kind, offer.text), offer)
    return list(found.values())[:MAX_OFFERS]


def _all(reply: str, told: Sequence[str]) -> Iterator[Offer]:
    between, begin = [], 0
    for code in code_blocks(reply):
        yield Offer(OfferKind.BLOCK, code.content.strip("\n"), told=_leads_to(reply, code.start, told))
        between.append(reply[begin : code.start])
        begin = code.end
    prose = "\n".join([*between, reply[begin:]])
    for match in _INDENTED.finditer(prose):
        block = re.sub(r"(?m)^(?: {4}|\t)", "", match.group()).strip("\n")
        yield Offer(OfferKind.BLOCK, block, told=_leads_to(prose, match.start(), told))
    for span in _codes(prose):
        yield Offer(OfferKind.CODE, span, told=any(span in clause for clause in told))
    for clause in _CLAUSE.split(prose):
        if _IMPERATIVE.match(clause):
            yield Offer(OfferKind.DEED, clause.strip(), told=True)


def _leads_to(reply: str, place: int, told: Sequence[str]) -> bool:
    """Whether the words before a block say to use it."""
    before = reply[:place].rstrip()
    return any(before.endswith(sentence.rstrip()) for sentence in told)


def _codes(prose: str) -> Iterator[str]:
    for match in _SPAN.finditer(prose):
        yield next(part for part in match.groups() if part).strip()
    for match in _instruction(keywords()).finditer(prose):
        yield from (f"{match.group(1)} {value}" for value in _values(match.group(2)))
    for match in _VERSIONED.finditer(prose):
        yield match.group().rstrip(".")


@lru_cache(maxsize=2)
def _instruction(words: frozenset[str]) -> re.Pattern[str]:
    """A line of code in running text, known by the word that it begins with."""
    return re.compile(rf"(?<![\w`-])({'|'.join(sorted(words))})[ \t]+(\S[^\n]*)")


def _values(rest: str) -> Iterator[str]:
    """An instruction in running text ends somewhere: its whole line, and up to the first word that goes on."""
    bare = rest.strip().strip('`"“”*_')
    yield bare.rstrip(".`")
    stop = _STOP.search(bare)
    if stop:
        yield bare[: stop.start()].strip(" `.")
