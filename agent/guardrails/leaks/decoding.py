"""What a reply says to somebody who decodes it: base64, hex, percent signs, rot13, backwards, spelt out."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

MAX_CHARACTERS = 8_000
_BASE64 = re.compile(r"(?<![\w+/=-])[\w+/-]{12,}={0,2}(?![\w+/=-])")
_HEX = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}[ :]?){8,}(?![0-9a-zA-Z])")
_SPACED = re.compile(r"(?<!\S)\w(?: \w){2,}(?!\S)")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_DIGITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
_SIGNS = {"point": ".", "dot": ".", "colon": ":", "hyphen": "-", "dash": "-", "slash": "/"}
_NUMBER = re.compile(rf"\b(?:{'|'.join(_DIGITS)})\b", re.IGNORECASE)
_SIGN = re.compile(rf"(?<=\w)\s+({'|'.join(_SIGNS)})\s+(?=\w)", re.IGNORECASE)


def decoded(reply: str, is_code: Callable[[str], bool]) -> str:
    """The reply in plain characters, and below it what `is_code` takes for code among its other readings."""
    text = reply[:MAX_CHARACTERS]
    plain = html.unescape(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    found = [reading for reading in _readings(plain) if reading.strip() and reading != plain and is_code(reading)]
    return "\n\n".join(dict.fromkeys([plain, *found]))


def _readings(text: str) -> Iterator[str]:
    yield from (_from_base64(match.group()) for match in _BASE64.finditer(text))
    yield from (_from_hex(match.group()) for match in _HEX.finditer(text))
    if "%" in text:
        yield unquote(text)
    yield codecs.decode(text, "rot13")
    yield text[::-1]
    yield " ".join(reversed(text.split(" ")))
    yield from (line for line in _spelt(text).splitlines() if line not in text)


def _from_base64(word: str) -> str:
    padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
    try:
        return _printable(base64.b64decode(padded, altchars=b"-_" if {"-", "_"} & set(word) else None, validate=True))
    except (ValueError, binascii.Error):
        return ""


def _from_hex(word: str) -> str:
    return _printable(bytes.fromhex(re.sub(r"[ :]", "", word)))


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "ignore")
    return text if len(text) == len(data) and all(sign.isprintable() or sign in "\n\t" for sign in text) else ""


def _spelt(text: str) -> str:
    """`U S E R` as a word, `three point twelve` as a number."""
    joined = _SPACED.sub(lambda match: match.group().replace(" ", ""), text)
    digits = _NUMBER.sub(lambda match: str(_DIGITS.index(match.group().lower())), joined)
    signed = _SIGN.sub(lambda match: _SIGNS[match.group(1).lower()], digits) if digits != joined else joined
    return re.sub(r"(?<![\w.])\d(?: \d){2,}(?![\w.])", lambda match: match.group().replace(" ", ""), signed)
