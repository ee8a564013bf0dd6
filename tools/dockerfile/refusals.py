"""What the builder refuses of an instruction that it can parse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tools.dockerfile.instruction import Instruction

_COPYING = "from chown chmod link parents exclude"
_FLAGS: Mapping[str, frozenset[str]] = {
    "ADD": frozenset(f"{_COPYING} checksum keep-git-dir unpack".split()) - {"from"},
    "COPY": frozenset(_COPYING.split()),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset("interval timeout start-period start-interval retries".split()),
    "RUN": frozenset("mount network security device".split()),
}
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*", re.IGNORECASE)
_FEWEST = {"ADD": 2, "COPY": 2, "ARG": 1, "ENV": 1, "EXPOSE": 1, "LABEL": 1, "VOLUME": 1, "FROM": 1}
_EXACTLY_ONE = frozenset({"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"})


def refusals(one: Instruction) -> Iterator[str]:
    unknown = next((name for name, _ in one.flags if name not in _FLAGS.get(one.keyword, frozenset())), None)
    if unknown is not None:
        yield f"{one.keyword} knows no flag --{unknown[:40]}"
    if one.onbuild and one.keyword in ("ONBUILD", "FROM", "MAINTAINER"):
        yield f"ONBUILD may not hold {one.keyword}"
    if len(one.words) < _FEWEST.get(one.keyword, 0) and not one.heredocs:
        yield f"{one.keyword} has too few arguments"
    elif one.keyword in _EXACTLY_ONE and not one.value:
        yield f"{one.keyword} has no argument"
    elif one.keyword == "RUN" and not one.words and not one.heredocs:
        yield "RUN has no command"
    elif one.keyword in _SPECIAL:
        yield from _SPECIAL[one.keyword](one)


def _of_from(one: Instruction) -> Iterator[str]:
    words = one.value.split()
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].lower() != "as"):
        yield "FROM takes an image, and a stage's name after AS"
    elif len(words) == 3 and not _STAGE_NAME.fullmatch(words[2]):
        yield f"“{words[2][:40]}” can not be the name of a stage"


def _of_healthcheck(one: Instruction) -> Iterator[str]:
    kind, *command = one.value.split(None, 1) or [""]
    if kind.upper() not in ("CMD", "NONE"):
        yield "HEALTHCHECK needs CMD or NONE before anything else"
    elif (kind.upper() == "NONE") == bool(command):
        yield "HEALTHCHECK CMD needs a command, and NONE takes none"


def _of_shell(one: Instruction) -> Iterator[str]:
    if not one.argv:
        yield "SHELL takes a list of strings in double quotes"


_SPECIAL = {"FROM": _of_from, "HEALTHCHECK": _of_healthcheck, "SHELL": _of_shell}
