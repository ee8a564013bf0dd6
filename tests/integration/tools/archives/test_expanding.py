"""Archives through the real child process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tools.uploads.archives.packed import FILES, tar, tgz, zipped
from tools.errors import UploadRefused
from tools.sandbox.build.context import context_key
from tools.uploads.archives import expanding, repacking
from tools.uploads.archives.expanding import expand, is_archive, unpack
from tools.uploads.files import SourceFile, Upload

LOOSE = [SourceFile(path, data) for path, data in FILES]


def test_every_upload_form_has_the_same_key() -> None:
    forms = [
        LOOSE,
        expand([SourceFile("context.tar", tar())]).files,
        expand([SourceFile("context.tar.gz", tgz(tar(folder="project/")))]).files,
        expand([SourceFile("context.zip", zipped(reversed(FILES)))]).files,
        expand([SourceFile("context", tgz(tar()))]).files,
    ]
    assert len({context_key(Upload.of(files)) for files in forms}) == 1


def test_a_file_beside_the_archive_replaces_the_one_in_it() -> None:
    newer = SourceFile("Dockerfile", b"FROM busybox:1.37\n")
    assert newer in expand([newer, SourceFile("c.zip", zipped())]).files


def test_a_refused_archive_leaves_the_other_files() -> None:
    expanded = expand([*LOOSE, SourceFile("c.zip", b"junk")])
    assert expanded.files == tuple(LOOSE)
    assert expanded.refused == (
        "I can not take `c.zip`. It cannot be read as an archive. Pack it again as zip, tar or tar.gz.",
    )


def test_a_document_that_is_a_zip_inside_is_no_archive() -> None:
    assert not is_archive(SourceFile("plan.docx", zipped()))


def test_a_refusal_shows_nothing_that_a_name_could_smuggle_in() -> None:
    with pytest.raises(UploadRefused) as refusal:
        unpack(SourceFile("c.tar", tar([("a`\x1b[2J<!channel>", b"")])))
    assert "\x1b" not in str(refusal.value)


def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "WALL_SECONDS", 0.0)
    with pytest.raises(UploadRefused, match="longer than I allow"):
        unpack(SourceFile("c.tar", tar()))


def test_every_code_of_the_child_has_its_sentence() -> None:
    source = Path(repacking.__file__).read_text("utf-8")
    codes = {code for code in expanding._sentences() if f'"{code}"' in source}
    assert set(expanding._sentences()) - codes == {"upload-too-large", "took-too-long"}
