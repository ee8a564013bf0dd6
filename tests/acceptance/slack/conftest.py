"""One folder with the index for all modules of this folder: it is made once, and only read afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.course.loader import load_course
from knowledge.ingestion.ingestor import Ingestor
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.hybrid import HybridRetriever
from knowledge.retrieval.index import Index


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the first of the processes that share the tests; the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "indexed"
    with (base.parent / "indexed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            embedding = Embedding()
            index = Index(embedding, folder=folder / "index", url="")
            Ingestor(index, HybridRetriever(index, embedding), load_course(None)).ensure_course()
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="module")
def folder(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index and no database yet."""
    return fresh_folder(indexed, tmp_path_factory)


@pytest.fixture(scope="module")
def new_folder(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: fresh_folder(indexed, tmp_path_factory)


def fresh_folder(indexed: Path, factory: pytest.TempPathFactory) -> Path:
    made: Path = factory.mktemp("data")
    shutil.copytree(indexed / "index", made / "index")
    return made
