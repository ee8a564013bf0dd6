"""What a program printed, made fit to be shown: no control characters, credentials, or paths of this machine."""

from __future__ import annotations

import re
import unicodedata

LINES, LINE = 8, 200
WHOLE = 100_000  # characters
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


def whole_log(text: str) -> str:
    """All that can be kept of it, from its end, fit to be given away as a file."""
    return masked(clean(without_engine_paths(text)))[-WHOLE:]


def one_line(text: str, most: int = 120) -> str:
    """For progress and steps."""
    return " ".join(masked(clean(text)).split())[:most].translate(_HARMLESS)


_ENGINE_PATH = re.compile(
    r"(?:/[\w.-]+)*/(?:buildkit-mount\d+|var/lib/(?:docker|buildkit)/[\w./-]*?(?:merged|diff|fs|rootfs))(?=/|\b)|"
    r"/run/tutor-lab-\w+(?:/[\w./-]*?/(?:merged|diff|fs|rootfs)(?=/|\b)|[\w./-]*)"  # the lab's own folder
)
_TELLING = re.compile(
    r"(?i)\berror\b|\bfatal\b|\bE:|\bERR!|not found|no such|denied|cannot|can't|unable|failed|failure|exception|"
    r"refused|missing|unsupported|illegal|invalid"
)


def without_engine_paths(text: str) -> str:
    """Where the engine keeps things while it builds means nothing to anybody else."""
    return _ENGINE_PATH.sub("", text)


def telling(text: str, cause: str = "", lines: int = LINES) -> str:
    """The lines that matter, in their order: the one that shows the cause, those that read as errors, and the last."""
    said = [line.rstrip() for line in masked(clean(without_engine_paths(text))).splitlines() if line.strip()]
    shown = clean(masked(without_engine_paths(cause))).strip()
    ranked = sorted(range(len(said)), key=lambda number: _weight(said[number], number == len(said) - 1, shown, number))
    chosen = sorted(ranked[:lines])
    return "\n".join(said[number][:LINE] for number in chosen).translate(_HARMLESS)


def _weight(line: str, is_last: bool, cause: str, number: int) -> tuple[int, int]:
    """Smaller is weightier; of two alike the later one."""
    if cause and line.strip() == cause:
        return 0, -number
    if is_last:
        return 1, -number
    return (2 if _TELLING.search(line) else 3), -number
