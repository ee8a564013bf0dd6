"""A question as it would be written with care: shorthand written out, slips of the keyboard put right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

MIN_LETTERS = 5  # in shorter words a slip is too often another word; chosen, not measured
_TERM = re.compile(r"(?<![\w./$=-])[A-Za-z]+(?:[’'][a-z]+)?(?![\w/.=])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class QueryWording:
    """`is_word` tells whether a word is one of the language: only what is no word at all is taken for a slip."""

    def __init__(self, texts: Iterable[str], is_word: Callable[[str], bool]) -> None:
        self._counts = Counter(word for text in texts for word in re.findall(r"[a-z]+", text.lower()))
        self._is_word = is_word

    def clear(self, text: str) -> str:
        return _TERM.sub(lambda match: self._written_out(match[0]), text)

    def _written_out(self, word: str) -> str:
        low = word.lower()
        long = shorthand().get(low.replace("’", "'"))
        if long is not None:
            return long
        if len(low) < MIN_LETTERS or not word.isalpha() or low in self._counts or self._is_word(low):
            return word
        return max(_slips(low), key=lambda slip: self._counts.get(slip, 0), default=word) if self._slip(low) else word

    def _slip(self, word: str) -> bool:
        return any(slip in self._counts for slip in _slips(word))


@cache
def shorthand() -> Mapping[str, str]:
    found: Mapping[str, str] = yaml.safe_load(Path(__file__).with_name("shorthand.yaml").read_text("utf-8"))
    return {str(short): str(long) for short, long in found.items()}


def _slips(word: str) -> Iterator[str]:
    """What somebody may have meant: one letter left out, added, changed, or two exchanged."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    for left, right in halves:
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in _LETTERS)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in _LETTERS)
