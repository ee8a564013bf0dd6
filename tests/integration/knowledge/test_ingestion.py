"""Guides in and out of a real index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import chromadb
import pytest
from chromadb.config import Settings

from agent.app import Knowledge
from knowledge.errors import IndexMismatch, SourceUnreadable
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.index import COLLECTION, Index, forget_index

Open = Callable[[], Knowledge]
SETTINGS = Settings(anonymized_telemetry=False)
GUIDE = "# Submarines\n\n## Diving deep\n\nA submarine floods its ballast tanks to dive below the waves.\n"


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    folder = tmp_path / "guides" / "sea"
    folder.mkdir(parents=True)
    (folder / "diving.md").write_text(GUIDE, "utf-8")
    return folder.parent


def _places(knowledge: Knowledge) -> set[str]:
    return {source for source, _ in knowledge.retriever.places()}


def test_a_guide_is_found_by_its_path_and_its_headings_slug(opened: Open, guides: Path) -> None:
    knowledge = opened()
    report = knowledge.ingestor.ingest(str(guides))
    assert (report.added, report.passages, report.problems) == (1, 1, [])
    citation = knowledge.retriever.search("how does a submarine dive")[0].passage.citation
    assert (citation.source, citation.section) == ("sea/diving.md", "diving-deep")


def test_only_what_changed_is_indexed_again_and_what_is_gone_is_removed(opened: Open, guides: Path) -> None:
    opened().ingestor.ingest(str(guides))
    report = opened().ingestor.ingest(str(guides))
    assert (report.added, report.unchanged, report.removed) == (0, 1, 0)
    (guides / "sea" / "diving.md").write_text(GUIDE.replace("ballast", "trim"), "utf-8")
    (guides / "sea" / "rising.md").write_text("# Rising\n\nCompressed air blows the water out of the tanks.\n", "utf-8")
    report = opened().ingestor.ingest(str(guides))
    assert (report.added, report.unchanged, report.removed) == (2, 0, 0)
    (guides / "sea" / "diving.md").unlink()
    knowledge = opened()
    report = knowledge.ingestor.ingest(str(guides))
    assert (report.added, report.unchanged, report.removed) == (0, 1, 1)
    assert _places(knowledge) == {"release-pipelines", "sea/rising.md"}


def test_bad_files_are_named_and_the_others_are_taken(opened: Open, guides: Path) -> None:
    for name, data in {
        "empty.md": b"",
        "utf16.md": "text".encode("utf-16"),
        "binary.md": b"\x00\x01",
        "huge.md": b"x " * 1_500_000,
        "menu.html": b"<html><body><nav>only a menu</nav></body></html>",
        ".hidden/note.md": b"# Hidden",
    }.items():
        file = guides / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    knowledge = opened()
    report = knowledge.ingestor.ingest(str(guides))
    assert report.added == 1
    assert sorted(problem.split(":")[0] for problem in report.problems) == [
        "binary.md",
        "empty.md",
        "huge.md",
        "menu.html",
        "utf16.md",
    ]
    assert _places(knowledge) == {"release-pipelines", "sea/diving.md"}


def test_what_is_not_there_is_said(opened: Open, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no such file or folder"):
        opened().ingestor.ingest(str(tmp_path / "nowhere"))
    with pytest.raises(SourceUnreadable, match="cannot be fetched"):
        opened().ingestor.ingest("http://127.0.0.1:9/page")


def test_an_index_of_another_model_is_refused_until_it_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    chromadb.PersistentClient(str(folder), SETTINGS).create_collection(COLLECTION, metadata={"model": "another"})
    with pytest.raises(IndexMismatch, match=r"made with another.*tutor ingest --replace"):
        Index(Embedding(), folder=folder)


def test_a_folder_can_be_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    (folder / "deep").mkdir(parents=True)
    forget_index(folder)
    assert not folder.exists()
    forget_index(folder)
