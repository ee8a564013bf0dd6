"""What learners handed in: contents by digest, uploads as lists of them, and the workspace of newest versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from agent.errors import NotFound
from agent.records import ArtefactRow, UploadRow
from agent.storage import Storage
from tools.files import FileKind, SourceFile, Upload

# A newer plan or blueprint replaces the former, whatever it is called now.
_ONE_OF_A_KIND = (FileKind.COMPOSE, FileKind.PLAN, FileKind.DOCKERIGNORE)


class Submissions:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def record_upload(self, person_id: str, lesson_id: str, upload: Upload, key: str) -> str:
        """Stores the files; the same key again changes nothing."""
        with self._storage.begin() as session:
            if session.get(UploadRow, key) is None:
                keep(session, upload)
                session.add(_row(session, person_id, lesson_id, upload, key))
        return key

    def workspace(self, person_id: str, lesson_id: str) -> Upload:
        """The newest version of each file."""
        with self._storage.begin() as session:
            files: dict[str, SourceFile] = {}
            for row in session.scalars(_uploads(person_id, lesson_id)):
                _lay_over(files, fetch(session, row.files))
        return Upload.of(files.values())

    def upload(self, upload_id: str) -> Upload:
        with self._storage.begin() as session:
            row = session.get(UploadRow, upload_id)
            if row is None:
                raise NotFound("That upload is no longer there. Please send the files again.")
            return Upload.of(fetch(session, row.files))

    def by_digests(self, files: Mapping[str, str]) -> Upload:
        with self._storage.begin() as session:
            return Upload.of(fetch(session, files))


def _uploads(person_id: str, lesson_id: str) -> Select[UploadRow]:
    mine = (UploadRow.person_id == person_id, UploadRow.lesson_id == lesson_id)
    return select(UploadRow).where(*mine).order_by(UploadRow.number)


def _row(session: Session, person_id: str, lesson_id: str, upload: Upload, key: str) -> UploadRow:
    mine = (UploadRow.person_id == person_id, UploadRow.lesson_id == lesson_id)
    number = session.scalar(select(func.count()).select_from(UploadRow).where(*mine)) or 0
    return UploadRow(
        id=key,
        person_id=person_id,
        lesson_id=lesson_id,
        number=number + 1,
        digest=upload.digest,
        files=digests(upload),
        created_at=datetime.now(UTC),
    )


def digests(upload: Upload) -> dict[str, str]:
    return {file.path: file.digest for file in upload}


def keep(session: Session, upload: Upload) -> None:
    """Adds the contents that are not there yet."""
    for digest, data in {file.digest: file.data for file in upload}.items():
        if session.get(ArtefactRow, digest) is None:
            session.add(ArtefactRow(digest=digest, data=data))
    session.flush()


def fetch(session: Session, files: Mapping[str, str]) -> list[SourceFile]:
    found = []
    for path, digest in files.items():
        row = session.get(ArtefactRow, digest)
        if row is not None:
            found.append(SourceFile(path, row.data))
    return found


def _lay_over(files: dict[str, SourceFile], newer: Iterable[SourceFile]) -> None:
    arrived = list(newer)
    replaced = {file.kind for file in arrived if file.kind in _ONE_OF_A_KIND}
    for path in [path for path, file in files.items() if file.kind in replaced]:
        del files[path]
    files.update({file.path: file for file in arrived})
