"""A Dockerfile in a message: from its first instruction to its last."""

from __future__ import annotations

import re

from tools.artefacts.pasting import LEAST_LINES, Pasting

_INSTRUCTION = re.compile(
    r"^[ \t]*(FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|"
    r"SHELL)[ \t]+\S.*?(?<!\\)$",
    re.MULTILINE | re.DOTALL,
)
_PROCESS = re.compile(r"^[ \t]*(CMD|ENTRYPOINT)[ \t]", re.MULTILINE)  # says what runs
_FROM = re.compile(r"^[ \t]*FROM[ \t]+\S", re.MULTILINE)


def _cut(text: str) -> str:
    found = list(_INSTRUCTION.finditer(text))
    return text[found[0].start() : found[-1].end()] if found else ""


def _is_file(block: str) -> bool:
    return _FROM.search(block) is not None and len(_INSTRUCTION.findall(block)) >= LEAST_LINES


PASTING = Pasting(begins=_FROM, cut=_cut, is_file=_is_file, complete=_PROCESS)
