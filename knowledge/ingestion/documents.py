"""Markdown and HTML as sections: a heading path, a slug that a link can carry, and plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml
from bs4 import BeautifulSoup, Tag

from knowledge.errors import SourceUnreadable
from knowledge.markdown import plain, sections

MAX_BYTES = 2_000_000
MARKDOWN, HTML = (".md", ".markdown"), (".html", ".htm")

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """The text under one heading; `path` holds the headings above it, outermost first."""

    slug: str
    path: tuple[str, ...]
    text: str
    anchor: str = ""  # where the document itself names one that is not the slug


@dataclass(frozen=True)
class Document:
    source: str
    title: str
    parts: tuple[Part, ...]


def slug(heading: str) -> str:
    words = re.sub(r"[^\w\s-]", "", plain(heading).lower())
    return re.sub(r"[\s-]+", "-", words).strip("-")


def read_document(source: str, data: bytes) -> Document:
    """Raises SourceUnreadable with what to do; the kind comes from the name."""
    text = _decoded(source, data)
    if source.lower().endswith(HTML):
        return _from_html(source, text)
    return _from_markdown(source, text)


def _decoded(source: str, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise SourceUnreadable(
            f"{source}: {len(data):,} bytes are too many; the limit is {MAX_BYTES:,}. Split the page."
        )
    if b"\0" in data:
        raise SourceUnreadable(f"{source}: looks like a binary file or UTF-16. Save it as UTF-8 text.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceUnreadable(f"{source}: is not valid UTF-8. Save it as UTF-8 text.") from None
    if not text.strip():
        raise SourceUnreadable(f"{source}: is empty.")
    return text


def _from_markdown(source: str, text: str) -> Document:
    match = _FRONT_MATTER.match(text)
    title = _front_title(match.group(1)) if match else ""
    body = _COMMENT.sub("", _SHORTCODE.sub("", text[match.end() :] if match else text))
    found = list(sections(body))
    first = next((heading for _, heading, _, _ in found if heading), "")
    title = title or plain(first) or PurePosixPath(source).stem.replace("_", " ").replace("-", " ")
    return Document(source, title, tuple(_parts(title, found)))


def _front_title(front: str) -> str:
    try:
        fields = yaml.safe_load(front)
    except yaml.YAMLError:
        return ""
    return str(fields.get("title", "")) if isinstance(fields, dict) else ""


def _parts(title: str, sections: list[tuple[int, str, str, str]]) -> Iterator[Part]:
    trail: list[tuple[int, str]] = []
    for level, heading, identifier, text in sections:
        if heading:
            trail = [other_heading for other_heading in trail if other_heading[0] < level] + [(level, plain(heading))]
        if text:
            names = tuple(name for _, name in trail if name != title)
            yield Part(slug(heading or title), (title, *names), text, identifier)


def _from_html(source: str, text: str) -> Document:
    soup = BeautifulSoup(text, "html.parser")
    for unwanted in soup(["script", "style", "nav", "footer", "header", "aside", "form"]):
        unwanted.decompose()
    root = next((one for name in ("main", "article", "body") if (one := soup.find(name))), soup)
    title = soup.title.get_text(strip=True) if soup.title else source
    sections = list(_html_sections(root))
    if not any(text for *_, text in sections):
        raise SourceUnreadable(
            f"{source}: has no text that could be read. Give the page's Markdown, or another address."
        )
    return Document(source, title, tuple(_parts(title, sections)))


def _html_sections(root: Tag) -> Iterator[tuple[int, str, str, str]]:
    level, heading, identifier, lines = 0, "", "", list[str]()
    for element in root.find_all(["h1", "h2", "h3", "h4", "p", "li", "pre", "td", "dd"]):
        content = element.get_text(" ", strip=True)
        if element.name.startswith("h"):
            yield level, heading, identifier, "\n\n".join(lines)
            level, heading, identifier, lines = int(element.name[1]), content, _anchor(element), []
        elif content and not element.find_parent(["li", "pre", "td", "dd"]):
            lines.append(f"```\n{element.get_text()}\n```" if element.name == "pre" else content)
    yield level, heading, identifier, "\n\n".join(lines)


def _anchor(heading: Tag) -> str:
    """The id that a link to a heading carries: its own, one inside of it, or that of the section that it opens."""
    inner = heading.find(id=True)
    outer = heading.parent if heading.parent and heading.parent.name in ("section", "div") else None
    opens = outer is not None and next(iter(outer.find_all(True)), None) is heading
    for one in (heading, inner, outer if opens else None):
        if one is not None and one.get("id"):
            return str(one["id"])
    return ""
