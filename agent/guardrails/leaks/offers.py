"""What a reply offers to paste or to do: code in it, names with a version, and instructions to change something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agent.guardrails.leaks.prescribing import orders_in, prescribes, sentences
from knowledge.markdown import Block, code_blocks
from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.registry import keywords

MAX_OFFERS = 24
MAX_BLOCK = 8_000
_INDENTED = re.compile(r"(?:(?:^|\n)(?: {4}|\t)\S[^\n]*)+")
_SPAN = re.compile(r"``([^`]+)``|`([^`\n]+)`|“([^”\n]{3,200})”|\"([^\"\n]{3,200})\"")
_STOP = re.compile(
    r"(?<=[^.])\.(?=\s|$)|[;,](?=\s)|\s(in|on|at|as the|instead|so that|before|after|above|below|and|then|"
    r"which|with|to)\s",
    re.IGNORECASE,
)
_VERSIONED = re.compile(r"(?<![\w/@:.-])[\w./-]*[a-zA-Z][\w./-]*(?::v?\d[\w.-]*|@sha256:[0-9a-f]{6,}|==\d[\w.]*)")
_FLOW = re.compile(r"(?<![\w-])[A-Za-z_][\w.-]*:[ ]+(?=[\[{$\"'])")
_LIST = re.compile(r"\[\s*[\"'][^\]\n]*[\"']\s*\]")
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*[a-z]")
_CLOSING = {"[": "]", "{": "}"}
_DIFF = re.compile(r"(?m)^([+-])(?![+-]{2} )[ \t]?(\S[^\n]*|[ \t]+\S[^\n]*)$")


def offers(reply: str, *, every_sentence: bool = False) -> list[Offer]:
    """In the order of their weight, without doubles; `every_sentence` counts as a deed, in an answer of a learner."""
    text = reply[:MAX_BLOCK]
    told = [sentence for sentence in sentences(text) if orders_in(sentence)]
    found: dict[tuple[OfferKind, str], Offer] = {}
    for offer in _all(text, told, every_sentence=every_sentence):
        if offer.text.strip():
            found.setdefault((offer.kind, offer.text), offer)
    return list(found.values())[:MAX_OFFERS]


def is_code(text: str) -> bool:
    """Whether a text holds a line of code, a list of arguments, or a name with its version."""
    return any(pattern.search(text) for pattern in (_instruction(keywords()), _VERSIONED, _LIST))


def _all(reply: str, told: Sequence[str], *, every_sentence: bool) -> Iterator[Offer]:
    between, begin = [], 0
    for code in code_blocks(reply):
        yield from _of_block(code, told=_leads_to(reply, code.start, told))
        between.append(reply[begin : code.start])
        begin = code.end
    prose = "\n".join([*between, reply[begin:]])
    for match in _INDENTED.finditer(prose):
        block = re.sub(r"(?m)^(?: {4}|\t)", "", match.group()).strip("\n")
        yield Offer(OfferKind.BLOCK, block, told=_leads_to(prose, match.start(), told))
    for span in _codes(prose):
        yield Offer(OfferKind.CODE, span, told=any(span in clause for clause in told))
    for sentence in sentences(prose):
        for clause in orders_in(sentence):
            yield Offer(OfferKind.DEED, clause, told=True)
        if every_sentence or prescribes(sentence):
            yield Offer(OfferKind.DEED, sentence, told=True)


def _of_block(code: Block, *, told: bool) -> Iterator[Offer]:
    """A diff is what it adds; where it only takes away, it is the order to do so."""
    content = code.content.strip("\n")
    changes = _DIFF.findall(content)
    lines = [line for line in content.splitlines() if line.strip()]
    if not changes or (len(changes) < len(lines) and not any(sign == "+" for sign, _ in changes)):
        yield Offer(OfferKind.BLOCK, content, told=told)
        return
    added = "\n".join(line for sign, line in changes if sign == "+")
    if added:
        yield Offer(OfferKind.BLOCK, added, told=True)
    else:
        yield from (Offer(OfferKind.DEED, f"Remove {line}", told=True) for _, line in changes)


def _leads_to(reply: str, place: int, told: Sequence[str]) -> bool:
    """Whether the words before a block say to use it."""
    before = reply[:place].rstrip()
    return any(before.endswith(sentence.rstrip()) for sentence in told)


def _codes(prose: str) -> Iterator[str]:
    for match in _SPAN.finditer(prose):
        yield next(part for part in match.groups() if part).strip()
    for match in _instruction(keywords()).finditer(prose):
        yield from (f"{match.group(1)} {value}" for value in _values(match.group(2)))
    for match in _lower_case(keywords()).finditer(prose):
        yield f"{match.group(1).upper()} {match.group(2)}"
    yield from _OPTION.findall(prose)
    for match in _FLOW.finditer(prose):
        yield match.group() + _balanced(prose[match.end() :])
    for match in _VERSIONED.finditer(prose):
        yield match.group().rstrip(".")


@lru_cache(maxsize=2)
def _instruction(words: frozenset[str]) -> re.Pattern[str]:
    """A line of code in running text, known by the word that it begins with; another may begin within it."""
    return re.compile(rf"(?<![\w`-])({'|'.join(sorted(words))})[ \t]+(?=(\S[^\n]*))")


@lru_cache(maxsize=2)
def _lower_case(words: frozenset[str]) -> re.Pattern[str]:
    """The same in lower case, where what follows can be nothing but code."""
    known = "|".join(sorted(word.lower() for word in words))
    return re.compile(rf"(?<![\w`-])({known})[ \t]+(\[[^\]\n]+\]|\d{{2,}}(?::\d+)?(?![\w.]))")


def _values(rest: str) -> Iterator[str]:
    """An instruction in running text ends somewhere: with its list, its line, or where a word goes on."""
    if rest.startswith("["):
        yield _balanced(rest)
        return
    following = _instruction(keywords()).search(rest)
    bare = (rest[: following.start()] if following else rest).strip().strip('`"“”*_').split("`", 1)[0]
    yield bare.rstrip(".`")
    stop = _STOP.search(bare)
    if stop:
        yield bare[: stop.start()].strip(" `.")


def _balanced(rest: str) -> str:
    """The value that the text begins with, to its last bracket, or to the end of the word."""
    wanted: list[str] = []
    for place, sign in enumerate(rest[:400]):
        if sign in _CLOSING:
            wanted.append(_CLOSING[sign])
        elif wanted and sign == wanted[-1]:
            wanted.pop()
            if not wanted:
                return rest[: place + 1]
        elif not wanted and sign.isspace():
            return rest[:place].rstrip(".,;")
    return rest.split("\n", 1)[0].rstrip(".,;")
