"""Form: whole sentences of a tutor, nothing that points at what is not there, nothing that is not for a chat."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.known_words import KnownWords
from agent.conversation.reply_checks.segment import Draft

LONGEST = 700  # characters of a segment's own words
LONGEST_REPLY = 1_800
_LINK = re.compile(r"https?://|\bwww\.|<[@#!]|\]\(", re.IGNORECASE)
_MARKUP = re.compile(r"```|^#{1,6} |^\s*\|.*\|\s*$|\[\d+\]|<[a-z/!]", re.MULTILINE | re.IGNORECASE)
_ENDED = tuple('.!?:…”")*_`')


class Form:
    name = "form"

    def reason(self, draft: Draft, before: Sequence[Draft], matter: Matter) -> str:
        if draft.faults:
            return f"There is no fact with the id {draft.faults[0]} in this turn; use ids that you were given."
        if not draft.text or (not draft.slots and not any(map(str.isalpha, draft.own))):
            return "It says nothing."
        if len(draft.own) > LONGEST or sum(len(other.text) for other in before) + len(draft.text) > LONGEST_REPLY:
            return "It is too long: two to five short sentences for the whole reply."
        if _LINK.search(draft.own):
            return "No links and no mentions: name sources by their ids, the address is shown."
        if _MARKUP.search(draft.own):
            return "No code blocks, headings, tables or numbers in brackets: plain sentences, `code` in backticks."
        machinery = KnownWords.load().machinery.search(draft.own)
        if machinery and machinery[0].lower() not in matter.view.text.lower():
            return "Speak as the tutor, not of how you work."
        if not draft.text.rstrip().endswith(_ENDED):
            return "It is no whole sentence: end it with a mark."
        return ""
