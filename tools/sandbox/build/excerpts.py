"""What a program printed, made fit to be shown: no control characters, credentials, or paths of this machine."""

from __future__ import annotations

import re
import unicodedata

LINES, LINE = 8, 200
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n|$)")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ASSIGNED = re.compile(
    r"((?:password|passwd|secret|token|api[_-]?key|credential|private[_-]?key)\w*[\"']?\s*[=:](?!=)\s*[\"']?)[^\s\"',;]+",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\b(?:gh[pousr]_|github_pat_|xox[abprs]-|sk-|AKIA|ASIA|AIza|glpat-|npm_|hf_|eyJ)[\w.\-]{8,}|(?<=://)[^/\s:@]+:[^@\s/]+(?=@)"
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_HARMLESS = str.maketrans({"`": "'"})


def clean(text: str) -> str:
    """Plain text of what a terminal would show."""
    plain = _SEQUENCE.sub("", text.replace("\r\n", "\n"))
    plain = _OVERWRITTEN.sub("", plain).replace("\r", "")
    plain = _BIDI.sub(lambda match: f"⟦U+{ord(match[0]):04X}⟧", plain)
    return "".join(word for word in plain if word in "\n\t" or unicodedata.category(word)[0] != "C")


def masked(text: str) -> str:
    """Values that look like credentials are replaced by an ellipsis."""
    hidden = _PRIVATE_KEY.sub("…", text)
    hidden = _ASSIGNED.sub(r"\1…", hidden)
    return _TOKEN.sub("…", hidden)


def excerpt(text: str, lines: int = LINES) -> str:
    """The last lines that say something; a fence around them cannot be closed from within."""
    said = [line.rstrip() for line in masked(clean(text)).splitlines() if line.strip()]
    return "\n".join(line[:LINE] for line in said[-lines:]).translate(_HARMLESS)


def one_line(text: str, most: int = 120) -> str:
    """For progress and steps."""
    return " ".join(masked(clean(text)).split())[:most].translate(_HARMLESS)
