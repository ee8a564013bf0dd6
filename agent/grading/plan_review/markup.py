"""HTML as the Markdown that says the same, character for character, so that every place stays where it was."""

from __future__ import annotations

import re

_OVER = "h[1-6]|summary|details|th|tr|table|s|del|strike"  # what tells of other text, and is no evidence itself
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(style|script|template|noscript)\b[^>]*>.*?(?:</\1>|\Z)|"
    rf"<(?!(?:{_OVER})\b)(\w+)\b[^>]*\b(?:style|hidden|color|class|bgcolor|size)\b[^>]*>.*?(?:</\2>|\Z)|"
    r"^\s{0,3}\[(?!\^)[^\]\n]*\]:\s*\S[^\n]*$|!\[[^\]]*\]\([^)]*\)|"
    r"\\(?:color|textcolor|phantom)\{[^}]*\}\{?[^}\n]*\}?",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"<(/?)(\w+)([^>\n]{0,2000})>|<[^>\n]{0,2000}>")
_TABLE_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL | re.IGNORECASE)
_FOOTNOTE = re.compile(r"^\s{0,3}\[\^[^\]\n]*\]:[^\n]*(?:\n[ \t]+\S[^\n]*)*", re.MULTILINE)
# What a tag is in Markdown; it is cut, or filled with spaces, to the tag's own length.
_OPENS = {
    **{f"h{level}": "\n" + "#" * min(level, 2) + " " for level in range(1, 7)},
    "p": "\n\n",
    "div": "\n\n",
    "section": "\n\n",
    "table": "\n\n",
    "ul": "\n\n",
    "ol": "\n\n",
    "li": "\n- ",
    "tr": "\n",
    "td": "|",
    "th": "|",
    "blockquote": "\n\n> ",
    "s": "~~",
    "del": "~~",
    "strike": "~~",
}
_CLOSES = {
    **{f"h{level}": "\n\n" for level in range(1, 7)},
    "p": "\n\n",
    "div": "\n\n",
    "section": "\n\n",
    "table": "\n\n",
    "ul": "\n\n",
    "ol": "\n\n",
    "li": "\n",
    "tr": "|\n",
    "blockquote": "\n\n",
    "summary": "\n\n",
    "details": "\n\n",
    "s": "~~",
    "del": "~~",
    "strike": "~~",
}


def visible(text: str) -> str:
    """What a reader sees, of the same length: hidden text is blank, and tags are Markdown."""
    seen = _TABLE_ROW.sub(lambda row: row.group().replace("\n", " "), _UNSEEN.sub(_blank, text))
    return _TAG.sub(_as_markdown, seen)


def without_footnotes(text: str) -> str:
    return _FOOTNOTE.sub(_blank, text)


def footnotes(text: str) -> dict[str, str]:
    """Mark as it stands in the text → what the note says."""
    notes = (match.group().strip().partition("]:") for match in _FOOTNOTE.finditer(text))
    return {f"{mark}]": " ".join(said.split()) for mark, _, said in notes}


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _as_markdown(match: re.Match[str]) -> str:
    closing, name, attributes = match.group(1), (match.group(2) or "").lower(), match.group(3) or ""
    written = (_CLOSES if closing else _OPENS).get(name, "")
    if name == "input" and "checkbox" in attributes:
        written = "[x]" if "checked" in attributes else "[ ]"
    return written[: len(match.group())].ljust(len(match.group()))
