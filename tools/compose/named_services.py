"""Services that a plan says its own system runs: read with care, because a plan also says what it does not use."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from tools.artefacts.registry import documents_in
from tools.compose.document import Place
from tools.compose.families import families
from tools.errors import UnreadableFile
from tools.uploads.files import SourceFile, Upload

MAX_PLAN = 200_000  # characters
WORKER = "worker"

_NOT_USED = re.compile(
    r"\b(?:no|not|never|without|none|neither|nor|don'?t|doesn'?t|didn'?t|won'?t|isn'?t|aren'?t|can'?t|instead of|"
    r"rather than|avoid\w*|drop(?:ped|ping)?|remov\w+|replac\w+|reject\w+|former\w*|previous\w*|used to|old|"
    r"legacy|once was|later|future|some ?day|one day|eventually|may|might|could|would|should|if we|if it|consider\w*|"
    r"evaluat\w+|compar\w+|benchmark\w*|versus|vs|alternativ\w+|e\.g|for example|for instance|such as|like|"
    r"another team|other team|unlike|todo|to do|plan(?:s|ned)? to|migrat\w+ (?:away|from|to)|"
    r"mov(?:e|ing) to|switch(?:ed|ing)? (?:from|to)|hypothetical\w*)\b",
    re.IGNORECASE,
)
_NOT_HERE = re.compile(
    r"\b(?:managed|hosted|external\w*|third[- ]party|saas|rds|aurora|cloud ?sql|elasticache|memorystore|upstash|"
    r"neon|supabase|atlas|aiven|confluent|amazon mq|msk|documentdb|pinecone|zilliz|(?:qdrant|weaviate|elastic) cloud|"
    r"azure|gcp|aws|cloud|"
    r"embedded (?:in (?:the|our|its|this|one)|mode|database|db|store|index|instance)|in[- ]process|in[- ]memory|"
    r"library|client|driver|sdk|api of|provider\w*)\b",
    re.IGNORECASE,
)
_IN_USE = re.compile(
    r"\b(?:uses?|used|using|runs?|running|stor(?:e[sd]?|ing|age)|keeps?|kept|liv(?:es?|ing)|queue\w*|databases?|db|"
    r"vectors?|cache[sd]?|broker|depend\w*|connect\w*|talks?|reads?|writes?|back(?:ed|s|ing)|containers?|services?|"
    r"stack|index\w*|embeddings?|backups?|back up|dump\w*|volumes?|serv(?:es|ed|ing)|models?|jobs?|tasks?|server|image|"
    r"pinned|needs?|holds?|behind|messages?|sessions?|migrations?|replicas?|instance|state|data|tag)\b|:\s*v?\d|\b\d+\.\d",
    re.IGNORECASE,
)
_OUR_STACK = re.compile(r"\b(?:stack|services?|components?|architecture|dependencies|system|topology)\b", re.IGNORECASE)
_WORKER = re.compile(
    r"\b(?:celery|rq|dramatiq|arq|sidekiq|bull(?:mq)?|background|ingest(?:ion)?|embedding|queue|async|"
    r"index(?:ing)?)[ -]+workers?\b|\bworkers? (?:containers?|services?|process(?:es)?|consumes?|pulls?|reads?|takes?|"
    r"picks?|drains?|runs?)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<=[.!?;])\s+|\n[ \t]*(?=\||\d+[.)]\s)")  # rows and numbers are lines of a paragraph here


@dataclass(frozen=True)
class NamedService:
    """`family` is a family's name, or WORKER."""

    family: str
    place: Place


def services_in_plans(upload: Upload) -> tuple[NamedService, ...]:
    """Each service that a plan says is part of the system, once, at its first mention."""
    found: dict[str, NamedService] = {}
    for file in documents_in(upload).values():
        for named in _services_in(file):
            found.setdefault(named.family, named)
    return tuple(found.values())


def _services_in(file: SourceFile) -> Iterator[NamedService]:
    try:
        text = file.text
    except UnreadableFile:
        return
    for heading, line, sentence in _sentences(text):
        if not (_denies(heading) or _denies(sentence)):
            place = Place(file.path, line, line + sentence.count("\n"))
            for name in _named_in(sentence, listed=_OUR_STACK.search(heading) is not None):
                yield NamedService(name, place)


def _denies(text: str) -> bool:
    return "?" in text or _NOT_USED.search(text) is not None or _NOT_HERE.search(text) is not None


def _named_in(sentence: str, *, listed: bool) -> Iterator[str]:
    for family in families():
        match = _mention(family.mention).search(sentence)
        if match and (listed or _IN_USE.search(sentence[: match.start()] + " " + sentence[match.end() :])):
            yield family.name
    if _WORKER.search(sentence):
        yield WORKER


@cache
def _mention(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./-])(?:{pattern})(?![\w-]|\.\w)", re.IGNORECASE)


def _sentences(text: str) -> Iterator[tuple[str, int, str]]:
    """(the heading above it, line number, text) of each sentence, list item or row outside of fenced code."""
    heading = ""
    for opening, token in itertools.pairwise(_parser().parse(text[:MAX_PLAN])):
        if token.type != "inline" or token.map is None:
            continue
        if opening.type == "heading_open" and "\n" not in token.content:
            heading = token.content
            continue
        starts = [0, *(match.end() for match in _BREAK.finditer(token.content))]
        for start, end in itertools.pairwise([*starts, len(token.content)]):
            yield heading, token.map[0] + token.content.count("\n", 0, start) + 1, token.content[start:end].strip()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("zero").enable(["fence", "heading", "hr", "lheading", "list"]).disable("inline")
