"""The output of a build that somebody pasted: its cause comes from the catalogue that names our own builds' causes."""

from __future__ import annotations

import re

from agent.conversation.decision import Decision
from agent.domain.act import Intent
from tools.sandbox.build.failures import cause_of

_BUILDERS = re.compile(
    r"failed to (?:solve|build|compute cache key)|=> ERROR|^\s*#\d+ (?:\d|ERROR|\[)|did not complete successfully",
    re.MULTILINE,
)  # what only a builder writes
_UNNAMED = frozenset({"unknown", "exit-code"})  # what is said where nothing of the catalogue fits


def cause_in(text: str) -> Decision | None:
    """None where no build's output stands in a text, or where nothing in it tells why the build ended."""
    if not _BUILDERS.search(text):
        return None
    cause = cause_of(text, text)
    if cause.id in _UNNAMED:
        return None
    return Decision(Intent.QUESTION, cause.text, closing=cause.question, of_engine=True, topic=f"build:{cause.id}")
