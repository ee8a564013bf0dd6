"""Ways to put an offer into a text that more than one artefact type shares."""

from __future__ import annotations

import re

NAME_END = re.compile(r"[:=@~<>!]")
_PAIR = re.compile(r"(?m)^[ \t]*-?[ \t]*([\w.-]+)[ \t]*[:=][ \t]*(\S[^\n]*)$")
_KEYED = re.compile(r"(?m)^([ \t]*(?:-[ \t]*)?)([\w.-]+)([ \t]*[:=][ \t]*)([^\n]+)$")


def renamed(text: str, token: str) -> str:
    """Every bare or otherwise versioned mention of a name becomes the token: `python` → `python:3.12.4`."""
    name = NAME_END.split(token)[0]
    if not name or name == token or len(name) < 2:
        return text
    return re.sub(
        rf"(?<![\w./@:=-]){re.escape(name)}(?:(?:[:=@~<>!]=?)[^\s\\'\",;&|]*)?(?![\w./-])", lambda _: token, text
    )


def with_values(text: str, code: str) -> str:
    """Every line `key: value` of the text takes the value that the code gives this key."""
    given = dict(_PAIR.findall(code))
    if not given:
        return text
    return _KEYED.sub(lambda match: f"{match[1]}{match[2]}{match[3]}{given.get(match[2], match[4])}", text)
