"""What a message gives away by its form, and how sure a reading has to be; numbers were chosen on the tuned moments."""

from __future__ import annotations

import re

from agent.conversation.handlers import mastery
from agent.conversation.view import View
from agent.understanding.acts import Act
from agent.understanding.questions import asks_for_opinion
from knowledge.retrieval.question_form import asks_yes_or_no, opens_with_why

FEW = 4  # words; what is shorter beside a file asks nothing else
OWN = 0.5  # probability from which a message is taken to be about their own files; chosen on the tuned moments
OWN_TOO = 0.12  # the same where it names an instruction that is flagged in them
OWN_HERE = 0.65  # the same where others listen, for whoever speaks of their own work there goes on in private
SURE_DESPITE = 0.7  # share of a card from which a message that sounds strange is answered all the same
FOREIGN = 0.08  # share from which the words of the field in another language's sentence lead to a card
MINE = re.compile(r"\b(?:my|mine|our|ours)\b", re.IGNORECASE)
_US = frozenset({"we", "we're", "our", "us"})
_TAG = re.compile(r"\b(?:right|correct|yes|no|true|got (?:it|that)|get (?:it|that))\s*\?\s*$", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def speaks_for_us(text: str) -> bool:
    return not _US.isdisjoint(text.lower().split())


def may_state(view: View) -> bool:
    return view.reading.may_be(Act.ANSWER, 0.1) or view.reading.may_be(Act.CLAIM, 0.1)


def speaks_of_opinion(view: View) -> bool:
    """Asks what is thought of them, or says that it is wrong."""
    return asks_for_opinion(view.text) or (view.dialogue.last == "mastery" and mastery.contests(view.text))


def wants_confirmation(text: str) -> bool:
    """“… right?”, “did I get that?”: a statement with a question mark."""
    return _TAG.search(text) is not None


def without_code(text: str) -> str:
    return _CODE.sub(" ", text).strip()


def wants_yes_or_no(text: str) -> bool:
    """“all green?” asks for it as much as “is it all green”; “what is left?” does not."""
    short = text.rstrip().endswith("?") and len(text.split()) <= 5 and not opens_with_why(text)
    return short or asks_yes_or_no(text)


def uncapped(text: str) -> str:
    head = text.rstrip(".")
    return head if head[1:2].isupper() or head[:1] == "`" else head[:1].lower() + head[1:]


def uncapped_code(text: str) -> str:
    return text if text.startswith("`") else text[:1].lower() + text[1:]
