"""A message as words: folded for comparison, with what their writing says of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_WORDS = 120  # a question stands in fewer; what follows is pasted material
_WORD = re.compile(r"<@(?P<mention>[^>|\s]+)[^>]*>|[^\W_]+(?:['.][^\W_]+)*")
_SHORT = re.compile(r"\bw/o\b", re.IGNORECASE)
_ENDINGS = ("'s", "'d", "'ll", "'re", "'ve", "'m")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "`": " ", "´": "'", "-": " ", "‐": " ", "‑": " "})  # noqa: RUF001 - what people type
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class Token:
    """`word` is folded; `begins` a sentence; `owns` something (“Kai's”); a `mention` is a person's id."""

    text: str
    word: str
    begins: bool = False
    owns: bool = False
    mention: bool = False

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


def fold(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    return "".join(character for character in plain if not unicodedata.combining(character))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a display name, as `tokens` would give them."""
    return tuple(token.word for token in tokens(name, {}))


def tokens(text: str, spelling: Mapping[str, Sequence[str]]) -> list[Token]:
    """`spelling` says which words are read as several others."""
    found: list[Token] = []
    straight = _SHORT.sub("without ", text).translate(_STRAIGHT)
    for match in _WORD.finditer(straight):
        begins = not found or straight[: match.start()].rstrip()[-1:] in (".", "!", "?", ":", "\n")
        if match["mention"]:
            found.append(Token(match["mention"], match["mention"].casefold(), mention=True))
        else:
            found += _read(match.group(), spelling, begins=begins)
        if len(found) >= MAX_WORDS:
            break
    return found


def _read(written: str, spelling: Mapping[str, Sequence[str]], *, begins: bool) -> list[Token]:
    low = fold(written)
    if low.endswith("n't"):
        return [Token(written, low.removesuffix("n't"), begins=begins), Token("not", "not")]
    ending = next((end for end in _ENDINGS if low.endswith(end)), "")
    base = low.removesuffix(ending)
    if base in spelling:
        return [Token(word, word, begins=begins) for word in spelling[base]]
    typed = written[: len(written) - len(ending)] if ending else written
    return [Token(typed, base.replace("'", ""), begins=begins, owns=ending == "'s")]
