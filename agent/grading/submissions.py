"""What learners handed in: contents by digest, uploads as lists of them, and the workspace of newest versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from types import MappingProxyType

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from agent.errors import NotFound
from agent.storage.database import Storage, insert_once
from agent.storage.tables import ArtefactRow, UploadRow
from tools.artefacts.recognition import OTHER
from tools.artefacts.registry import artefact_types
from tools.uploads.files import MAX_FILES, MAX_UPLOAD_BYTES, SourceFile, Upload

_UNKNOWN: Mapping[str, bool] = MappingProxyType({})


@dataclass(frozen=True)
class UploadRecord:
    """One message with files; `files` maps path to digest."""

    id: str
    number: int
    files: Mapping[str, str]
    kinds: Mapping[str, str]
    created_at: datetime


class Submissions:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def record_upload(self, person_id: str, lesson_id: str, upload: Upload, key: str) -> str:
        """Stores the files; the same key again changes nothing."""
        with self._storage.begin() as session:
            if session.get(UploadRow, key) is None:
                keep(session, upload)
                _add(session, person_id, lesson_id, upload, key)
        return key

    def workspace(self, person_id: str, lesson_id: str) -> Upload:
        """The newest version of each file, the oldest left out where all together exceed an upload's limits."""
        with self._storage.begin() as session:
            kinds: dict[str, str] = {}
            files: dict[str, str] = {}
            modes: dict[str, bool] = {}
            for row in session.scalars(_uploads(person_id, lesson_id)):
                _lay_over(files, kinds, row)
                modes = {path: mode for path, mode in modes.items() if path not in row.files} | row.modes
            return Upload.of(fetch(session, _within_limits(session, files), modes))

    def upload(self, upload_id: str) -> Upload:
        with self._storage.begin() as session:
            row = session.get(UploadRow, upload_id)
            if row is None:
                raise NotFound("That upload is no longer there. Please send the files again.")
            return Upload.of(fetch(session, row.files, row.modes))

    def history(self, person_id: str, lesson_id: str) -> list[UploadRecord]:
        """Oldest first, without the contents."""
        with self._storage.begin() as session:
            rows = session.scalars(_uploads(person_id, lesson_id))
            return [UploadRecord(row.id, row.number, row.files, row.kinds, row.created_at) for row in rows]

    def by_digests(self, files: Mapping[str, str]) -> Upload:
        with self._storage.begin() as session:
            return Upload.of(fetch(session, files))


def _uploads(person_id: str, lesson_id: str) -> Select[UploadRow]:
    mine = (UploadRow.person_id == person_id, UploadRow.lesson_id == lesson_id)
    return select(UploadRow).where(*mine).order_by(UploadRow.number, UploadRow.created_at)


def _add(session: Session, person_id: str, lesson_id: str, upload: Upload, key: str) -> None:
    mine = (UploadRow.person_id == person_id, UploadRow.lesson_id == lesson_id)
    number = session.scalar(select(func.count()).select_from(UploadRow).where(*mine)) or 0
    insert_once(
        session,
        UploadRow,
        id=key,
        person_id=person_id,
        lesson_id=lesson_id,
        number=number + 1,
        digest=upload.digest,
        files=digests(upload),
        modes=modes_of(upload),
        kinds={file.path: _kind(file) for file in upload},
        created_at=datetime.now(UTC),
    )


def digests(upload: Upload) -> dict[str, str]:
    return {file.path: file.digest for file in upload}


def modes_of(upload: Upload) -> dict[str, bool]:
    """Path to whether it is executable, of files whose mode is known."""
    return {file.path: file.executable for file in upload if file.executable is not None}


def _kind(file: SourceFile) -> str:
    """A README stands beside a plan and never replaces one."""
    readme = PurePosixPath(file.path).stem.lower() == "readme"
    return OTHER if readme else file.kind


def keep(session: Session, upload: Upload) -> None:
    """Adds the contents that are not there yet."""
    contents = {file.digest: file.data for file in upload}
    known = set(session.scalars(select(ArtefactRow.digest).where(ArtefactRow.digest.in_(contents))))
    for digest in sorted(contents.keys() - known):  # one order everywhere: two uploads at once never deadlock
        insert_once(session, ArtefactRow, digest=digest, data=contents[digest])


def fetch(session: Session, files: Mapping[str, str], modes: Mapping[str, bool] = _UNKNOWN) -> list[SourceFile]:
    """Files whose contents were forgotten are left out."""
    rows = session.scalars(select(ArtefactRow).where(ArtefactRow.digest.in_(set(files.values()))))
    contents = {row.digest: row.data for row in rows}
    return [SourceFile(path, contents[digest], modes.get(path)) for path, digest in files.items() if digest in contents]


def _lay_over(files: dict[str, str], kinds: dict[str, str], newer: UploadRow) -> None:
    """One new plan or blueprint under another name takes the place of what there was of its kind."""
    for kind in (artefact.name for artefact in artefact_types() if artefact.is_single):
        arrived = [path for path, its in newer.kinds.items() if its == kind]
        if len(arrived) == 1 and arrived[0] not in files:
            for path in [path for path, its in kinds.items() if its == kind]:
                del files[path], kinds[path]
    for path in newer.files:
        files.pop(path, None)  # the newest stands last
    files |= newer.files
    kinds |= newer.kinds


def _within_limits(session: Session, files: Mapping[str, str]) -> dict[str, str]:
    sized = select(ArtefactRow.digest, func.length(ArtefactRow.data))
    found = session.execute(sized.where(ArtefactRow.digest.in_(set(files.values()))))
    sizes: dict[str, int] = {row[0]: row[1] for row in found}
    kept: dict[str, str] = {}
    total = 0
    for path in reversed(list(files)):
        total += sizes.get(files[path], 0)
        if total > MAX_UPLOAD_BYTES or len(kept) == MAX_FILES:
            break
        kept[path] = files[path]
    return kept
