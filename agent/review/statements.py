"""A plan as statements with their place, and which of them assert what is done."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
_QUOTE = re.compile(r"^\s*>")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^[\s|:\-–=*_]+$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script|span|div)\b[^>]*>.*?</\1>", re.DOTALL | re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)*_`]*\s+(?=[\"“‘(*_`]*[A-Z0-9])")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
MAX_STATEMENTS = 2_000

# Why a statement earns nothing. Order does not matter: one reason is enough.
_TODO = re.compile(
    r"\b(to-?do|tbd|fixme|to be (decided|defined|done|determined|added|written)|one day|some ?day|eventually|"
    r"(in|for) the (near |distant )?future|if we (had|ever|get|find)|would (like|love) to|hope(fully)? |wish(ed)? |"
    r"nice to have|not (yet )?(decided|clear|sure|planned|implemented|in place)|are considering|might |may be later|perhaps|"
    r"maybe|at some point|still (missing|open|unclear)|needs? to be (decided|figured)|should probably|could one day|"
    r"when we have (time|budget)|later on we|follow\w* (the |all )?best practices|(very|extremely|really) important)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(used to|previously we|formerly|in the past|back (then|when)|(until|till) last|last (year|quarter)|"
    r"(my|our|the) (old|former|previous|last) (team|system|project|job|employer|company|stack|service|setup|product)|"
    r"(an?|the)?other (team|company|project|product|department)s?|their (system|team|pipeline|service)|"
    r"(netflix|google|amazon|spotify|facebook|big companies|most companies|some teams|many teams|people often|textbooks?)\b|"
    r"colleagues?\b.{0,30}\b(suggest|propos|advis|recommend|want|said|argu)|"
    r"(suggest|propos|advis|recommend)\w*.{0,60}\b(but|however|and) (we|i) (\w+ )?(reject|declin|decid\w+ against|did ?n.t)|"
    r"(we|i|team) (reject|declin)ed|decided against|was rejected|in theory|as (an )?example|best practice (is|says)|"
    r"according to the (guide|book|course|rubric|lesson)|one (should|could|would)|(you|teams|companies) (should|could|can|must))\b",
    re.IGNORECASE,
)
_REVIEWER = re.compile(
    r"\b(reviewers?|graders?|assessors?|dear (tutor|instructor|grader)|mark (all|this|these|every|p\d|me|it)|"
    r"(as|is|are|all|criteri\w+|p\d) (fully )?(met|satisfied|passed|fulfilled)\b|ignore (all|any|the|previous|prior)|"
    r"(previous|above|system) (instructions?|prompts?)|full (marks|credit)|you (must|have to|should) (accept|mark|pass|approve|grade)|"
    r"criteri(on|a)|rubric|verdict|approved by)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b((we|i|there|it|team|system|service) (currently |still |really |also )?(do(es)? not|don.?t|doesn.?t|did not|didn.?t|"
    r"have no|has no|had no|(is|are) no|(is|are) not|isn.?t|aren.?t|will not|won.?t|have not|haven.?t|has not|can ?not|can.?t|never|"
    r"lack|skip|see no|need no|plan no)\b(?! (only|just|bake|store|commit|put|copy|embed|ship|include|write|log|rebuild|build|change|"
    r"keep|need to|have to|hard-?code|depend|trust|use `?latest|patch|share|hold|contain|touch|edit|expose|differ))|"
    r"not yet|no longer|none (yet|so far|at all)|nothing (yet|so far|at all|is)|nobody (looks|watches|checks|has)|without any|"
    r"unnecessary|not (needed|necessary|required|worth|a priority|relevant)|out of scope|does not matter|doesn.t matter)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """`start` and `end` are offsets in the file; `heading` is the one it stands under; `text` is what is read."""

    start: int
    end: int
    text: str
    heading: str
    asserts: bool


def statements(text: str) -> list[Statement]:
    """Sentences, list items and table rows, in order; code, quotes, comments and headings are no statements."""
    visible = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    found: list[Statement] = []
    for start, line, heading in _lines(visible):
        found.extend(_of_line(start, line, heading))
        if len(found) > MAX_STATEMENTS:
            break
    return found


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(offset, paragraph or item or row, heading): wrapped lines of a paragraph are joined by their own newline."""
    offset, fenced, heading = 0, False, ""
    held_start, held = 0, ""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        fence, head = _FENCE.match(bare), _HEADING.match(bare)
        breaks = bool(
            fence or head or not bare.strip() or _ITEM.match(bare) or _ROW.match(bare) or _QUOTE.match(bare) or fenced
        )
        if breaks and held:
            yield held_start, held, heading
            held = ""
        fenced = fenced != bool(fence)
        if head:
            heading = head.group(1).strip()
        elif not fence and not fenced and bare.strip() and not _QUOTE.match(bare) and not _RULE.match(bare):
            held_start, held = (held_start, held + line) if held else (offset, line)
            if _ROW.match(bare):
                yield held_start, held, heading
                held = ""
        offset += len(line)
    if held:
        yield held_start, held, heading


def _of_line(start: int, line: str, heading: str) -> Iterator[Statement]:
    item = _ITEM.match(line)
    begin = item.end() if item else 0
    cuts = [begin, *(match.end() for match in _SENTENCE_END.finditer(line, begin)), len(line)]
    for left, right in itertools.pairwise(cuts):
        raw = line[left:right]
        said = _readable(raw)
        if len(said.split()) > 2:
            stop = left + len(raw.rstrip())
            yield Statement(start + left, start + stop, said, heading, _asserts(said))


def _readable(raw: str) -> str:
    bare = _INVISIBLE.sub("", raw).replace("|", " ; ")
    return " ".join(re.sub(r"(\*\*|__|`|(?<!\w)\*|\*(?!\w))", "", bare).split()).strip(" ;")


def _asserts(text: str) -> bool:
    if text.endswith("?"):
        return False
    return not any(pattern.search(text) for pattern in (_TODO, _ELSEWHERE, _REVIEWER, _DENIAL))


_COMMON: dict[str, frozenset[str]] = {
    "english": frozenset("the and is are to of in for we with by on our it that from this each at as be will".split()),
    "german": frozenset("der die das und ist sind wir mit von für auf nicht ein eine werden wird im den zu".split()),
    "french": frozenset("le la les et est sont nous avec pour dans des une un du sur pas par en que".split()),
    "spanish": frozenset("el la los las y es son con para en de una un por que se del al como".split()),
    "italian": frozenset("il la le e è sono con per in di una un che del della si come nel".split()),
    "portuguese": frozenset("o a os as e é são com para em de uma um por que do da no na".split()),
    "dutch": frozenset("de het een en is zijn wij met van voor op niet worden wordt in te dat".split()),
}


def language(text: str) -> str:
    """The language whose commonest words are the most frequent; `unknown` where too few are known."""
    found = re.findall(r"[^\W\d_]+", text.lower())[:3_000]
    if len(found) < 15:
        return "english"
    counts = {name: sum(word in common for word in found) / len(found) for name, common in _COMMON.items()}
    best = max(counts, key=lambda name: (counts[name], name == "english"))
    return best if counts[best] >= 0.06 else "unknown" if not counts["english"] >= 0.03 else "english"
