"""A Compose file in a message: from `services:` to the last line of YAML."""

from __future__ import annotations

import re

from tools.artefacts.pasting import LEAST_LINES, Pasting, yaml_from

_SERVICES = re.compile(r"^services[ \t]*:[ \t]*$", re.MULTILINE)


def _cut(text: str) -> str:
    return yaml_from(_SERVICES, text)


def _is_file(block: str) -> bool:
    return _SERVICES.search(block) is not None and len(block.strip().splitlines()) >= LEAST_LINES


PASTING = Pasting(begins=_SERVICES, cut=_cut, is_file=_is_file)
