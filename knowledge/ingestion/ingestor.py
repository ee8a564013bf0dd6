"""Takes documents into the index: the course's own lessons, folders of guides, and pages by their address."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from knowledge.course.pack import Course, Lesson, Section
from knowledge.errors import SourceUnreadable
from knowledge.ingestion.documents import HTML, MARKDOWN, MAX_BYTES, Document, Part, read_document
from knowledge.ingestion.splitting import split
from knowledge.retrieval.hybrid import HybridRetriever
from knowledge.retrieval.index import Index
from knowledge.retrieval.passages import Passage

MAX_DOCUMENTS = 5_000
FETCH_SECONDS = 20
OUTSIDE = "outside"  # the source under which the course's own list of what it does not teach is kept
VERSION = "2"  # raised when splitting changes, so that everything is indexed anew


@dataclass
class IngestionReport:
    """Counts of documents, and a sentence for each that was skipped."""

    added: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    problems: list[str] = field(default_factory=list)


Key = tuple[str, str]  # a text, and the section that it leads to


class Ingestor:
    def __init__(self, index: Index, retriever: HybridRetriever, course: Course) -> None:
        self._index, self._retriever, self._course = index, retriever, course
        self._readings = [reading for lesson in course.lessons for reading in lesson.readings if reading.source]

    def ensure_course(self) -> IngestionReport:
        """Indexes the lessons that are not there in this version."""
        report, known = IngestionReport(), self._index.digests()
        for lesson in self._course.lessons:
            document = Document(lesson.id, lesson.title, tuple(_part(lesson, section) for section in lesson.sections))
            passages = split(document, url=self._course.url, lesson=lesson.id)
            body = repr(lesson.sections).encode()
            self._put(report, known, document.source, body, passages, _keys(lesson))
        self._put_outside(known)
        return self._done(report)

    def _put_outside(self, known: dict[str, str]) -> None:
        digest = f"{VERSION}:{hashlib.sha256(repr(self._course.outside).encode()).hexdigest()}"
        if self._course.outside and known.get(OUTSIDE) != digest:
            self._index.replace_outside(OUTSIDE, digest, self._course.outside)

    def ingest(self, target: str, *, replace: bool = False) -> IngestionReport:
        """A file, a folder, or an http(s) address."""
        if replace:
            self._index.clear()
            self._retriever.refresh()
            self.ensure_course()
        if target.startswith(("http://", "https://")):
            return self._ingest_page(target)
        path = Path(target).expanduser()
        if not path.exists():
            raise SourceUnreadable(f"{target}: there is no such file or folder.")
        return self._ingest_files(path)

    def _ingest_files(self, path: Path) -> IngestionReport:
        report, known, seen = IngestionReport(), self._index.digests(), set()
        found = list(_files(path))
        if len(found) > MAX_DOCUMENTS:
            report.problems.append(f"{len(found) - MAX_DOCUMENTS:,} files: {MAX_DOCUMENTS:,} are taken at once.")
        for source, file in found[:MAX_DOCUMENTS]:
            seen.add(source)
            try:
                data = _bytes(file)
                document = read_document(source, data)
            except (SourceUnreadable, OSError) as error:
                report.problems.append(
                    str(error) if isinstance(error, SourceUnreadable) else f"{source}: cannot be read."
                )
                continue
            passages = split(document, url=self._url(source))
            self._put(report, known, source, data, passages, self._asked(source))
        if path.is_dir():
            self._drop_missing(report, known, seen, path)
        return self._done(report)

    def _drop_missing(self, report: IngestionReport, known: dict[str, str], seen: set[str], path: Path) -> None:
        """What stood in one of this folder's own folders and is no longer there."""
        tops = {source.split("/", 1)[0] for source in seen if "/" in source}
        for source in known:
            if source not in seen and source.split("/", 1)[0] in tops and not (path / source).exists():
                self._index.remove(source)
                report.removed += 1

    def _ingest_page(self, address: str) -> IngestionReport:
        report, known = IngestionReport(), self._index.digests()
        data, kind = fetch(address)
        document = read_document(f"{address}.html" if kind == "html" else address, data)
        document = Document(address, document.title, document.parts)
        self._put(report, known, address, data, split(document, url=address.partition("#")[0]), ())
        return self._done(report)

    def _url(self, source: str) -> str:
        return next((reading.url for reading in self._readings if _is_at(source, reading.source)), "")

    def _asked(self, source: str) -> list[Key]:
        """Ways in which learners ask for what a guide says, as the lessons that refer to it know them."""
        known = [item for lesson in self._course.lessons for item in lesson.asked.items()]
        return [key for name, sections in known if _is_at(source, name) for key in _phrasings(sections)]

    def _put(
        self,
        report: IngestionReport,
        known: dict[str, str],
        source: str,
        data: bytes,
        passages: Sequence[Passage],
        keys: Sequence[Key],
    ) -> None:
        digest = f"{VERSION}:{hashlib.sha256(data + repr(keys).encode()).hexdigest()}"
        report.passages += len(passages)
        if known.get(source) == digest:
            report.unchanged += 1
            return
        self._index.replace(source, digest, passages, keys)
        report.added += 1

    def _done(self, report: IngestionReport) -> IngestionReport:
        if report.added or report.removed:
            self._retriever.refresh()
        return report


def _is_at(source: str, path: str) -> bool:
    """Whether an ingested file is the one that a pack names, in whatever folder the guides are kept."""
    return source == path or source.endswith("/" + path)


def _part(lesson: Lesson, section: Section) -> Part:
    name = section.title.removeprefix("Deep dive: ")
    return Part(section.id, (lesson.title, name[:1].upper() + name[1:]), section.text)


def _keys(lesson: Lesson) -> list[Key]:
    """Questions, beliefs and ways of asking lead to their section."""
    asked = [(question.text, question.section) for question in lesson.questions]
    believed = [(misconception.belief, misconception.section) for misconception in lesson.misconceptions]
    return [*asked, *believed, *_phrasings(lesson.asked.get(lesson.id, {}))]


def _phrasings(sections: Mapping[str, Sequence[str]]) -> list[Key]:
    return [(text, section) for section, texts in sections.items() for text in texts]


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield path.name, path
        return
    found = sorted(
        other_path
        for other_path in path.rglob("*")
        if other_path.suffix.lower() in (*MARKDOWN, *HTML) and other_path.is_file()
    )
    for match_found in found:
        source = match_found.relative_to(path)
        if not any(part.startswith(".") for part in source.parts):
            yield source.as_posix(), match_found


def _bytes(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


class _SameScheme(urllib.request.HTTPRedirectHandler):
    max_redirections = 5


def fetch(address: str) -> tuple[bytes, str]:
    """The page's bytes and its kind, html or markdown; limits on size, time and redirects."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username:
        raise SourceUnreadable(f"{address}: is no address that can be read.")
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked by the caller
        address, headers={"User-Agent": "runtime-tutor", "Accept": "text/html, text/markdown"}
    )
    opener = urllib.request.build_opener(_SameScheme)
    try:
        with opener.open(request, timeout=FETCH_SECONDS) as answer:
            kind = answer.headers.get_content_type()
            data = answer.read(MAX_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "code", None) or type(getattr(error, "reason", error)).__name__
        raise SourceUnreadable(f"{address}: cannot be fetched ({reason}). Save the page and ingest the file.") from None
    if kind not in ("text/html", "text/markdown", "text/plain", "application/xhtml+xml"):
        raise SourceUnreadable(f"{address}: is {kind}, not a page of text.")
    return data, "html" if "html" in kind else "markdown"
