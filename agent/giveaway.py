"""Whether words would do a learner's work: code, or an instruction to write a given line."""

from __future__ import annotations

import re

_FENCE = re.compile(r"```|~~~|^ {4,}\S", re.MULTILINE)
_INSTRUCTION = re.compile(
    r"(?m)(^|`|\"|“|: )\s*"
    r"(FROM|RUN|COPY|ADD|CMD|ENTRYPOINT|USER|WORKDIR|ENV|ARG|EXPOSE|HEALTHCHECK|VOLUME|ONBUILD)\s+[\[\w./$-]"
)
_COMPOSE = re.compile(
    r"(?m)(^|`)\s*(services|image|build|depends_on|healthcheck|condition|volumes|ports|environment)\s*:\s*\S*"
)
_PINNED = re.compile(r"\b[\w./-]+(:\d[\w.-]*|@sha256:[0-9a-f]{8,}|==\d[\w.]*)")


def gives_away(text: str, draft: str = "") -> bool:
    """True where `text` holds code, or a pinned reference, that the decided `draft` does not hold itself."""
    patterns = (_FENCE, _INSTRUCTION, _COMPOSE, _PINNED)
    return any(match.group().strip() not in draft for pattern in patterns for match in pattern.finditer(text))
