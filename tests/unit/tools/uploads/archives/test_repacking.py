"""What the child accepts of an archive and what it refuses, by code."""

from __future__ import annotations

import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.uploads.archives import packed
from tests.unit.tools.uploads.archives.packed import FILES, header, link, tar, tgz, unix, zip_link, zipped
from tools.uploads.archives.repacking import MAX_FILE, MAX_MEMBERS, ArchiveRefused, answer, read


def _contents(data: bytes) -> dict[str, bytes]:
    return {path: content.data for path, content in read(data)[0].items()}


@pytest.mark.parametrize(
    "data",
    [tar(), tgz(tar()), zipped(), tar(folder="project/"), tar(reversed(FILES)), tar([("./" + n, d) for n, d in FILES])],
    ids=["tar", "tar.gz", "zip", "below one folder", "other order", "dot names"],
)
def test_every_form_gives_the_same_files(data: bytes) -> None:
    assert _contents(data) == dict(sorted(FILES))


def test_a_link_inside_becomes_what_it_leads_to() -> None:
    assert _contents(tar(FILES, link("app/copy.py", "main.py")))["app/copy.py"] == b"print(1)\n"
    assert _contents(zipped(FILES, zip_link("app/copy.py", b"../app/main.py")))["app/copy.py"] == b"print(1)\n"


def test_owners_times_and_further_bits_are_not_looked_at() -> None:
    info = tarfile.TarInfo("run.sh")
    info.mode, info.uid, info.mtime = 0o6755, 1234, 99
    assert read(tar(FILES, info))[0]["run.sh"] == (b"", True)
    assert _contents(tar(FILES, info))["run.sh"] == b""


def test_a_nested_archive_is_data() -> None:
    assert _contents(tar([("inner.zip", zipped()), ("Dockerfile", b"")]))["inner.zip"] == zipped()


def test_folders_that_belong_to_a_machine_are_left_out_whatever_is_in_them() -> None:
    found, left_out = read(
        tar([*FILES, (".git/HEAD", b"x"), ("__MACOSX/._a", b"x")], link(".venv/bin/python", "/usr/bin/python3"))
    )
    assert {path: content.data for path, content in found.items()} == dict(sorted(FILES))
    assert left_out == [".git", ".venv"]


def _other_method() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"x" * 100)
    return buffer.getvalue()


_LOOP = (link("a", "b"), link("b", "a"))
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "traversal, first": (lambda: tar([("../../etc/cron.d/x", b"")]), "traversal"),
    "traversal, in the middle": (lambda: tar([("a/../../x", b"")]), "traversal"),
    "traversal, zip": (lambda: zipped([("../x", b"")]), "traversal"),
    "absolute": (lambda: tar([("/etc/passwd", b"")]), "absolute-path"),
    "absolute, zip": (lambda: zipped([("/etc/passwd", b"")]), "absolute-path"),
    "drive": (lambda: tar([("C:/x", b"")]), "absolute-path"),
    "backslash": (lambda: tar([("a\\..\\x", b"")]), "backslash-path"),
    "absolute link": (lambda: tar(FILES, link("l", "/etc/shadow")), "symlink-escape"),
    "absolute link, zip": (lambda: zipped(FILES, zip_link("l", b"/etc/shadow")), "symlink-escape"),
    "link upwards": (lambda: tar(FILES, link("l", "../../x")), "symlink-escape"),
    "chain of links": (lambda: tar(FILES, link("a/b/s", "../.."), link("a/b/t", "s/../x")), "symlink-escape"),
    "loop of links": (lambda: tar(FILES, *_LOOP), "symlink-loop"),
    "link to nothing": (lambda: tar(FILES, link("l", "nowhere")), "dangling-link"),
    "link to a folder": (lambda: tar(FILES, link("l", "app")), "link-to-folder"),
    "below a link": (lambda: tar([*FILES], link("l", "app"), tarfile.TarInfo("l/x")), "child-of-non-dir"),
    "below a file": (lambda: tar([("a", b""), ("a/b", b"")]), "child-of-non-dir"),
    "link where a folder is": (lambda: tar([("a/b", b"")], link("a", "x")), "child-of-non-dir"),
    "hard link": (lambda: tar(FILES, header("h", tarfile.LNKTYPE, "Dockerfile")), "hard-link"),
    "pipe": (lambda: tar(FILES, header("p", tarfile.FIFOTYPE)), "special-file"),
    "device": (lambda: tar(FILES, header("d", tarfile.CHRTYPE)), "special-file"),
    "pipe, zip": (lambda: zipped(FILES, (unix("p", 0o010644), b"")), "special-file"),
    "twice": (lambda: tar([*FILES, FILES[0]]), "duplicate"),
    "twice, with a dot": (lambda: tar([*FILES, ("./Dockerfile", b"")]), "duplicate"),
    "case": (lambda: tar([*FILES, ("dockerfile", b"")]), "case-or-unicode-collision"),
    "composed letters": (lambda: tar([("é", b""), ("e\u0301", b"")]), "case-or-unicode-collision"),
    "reversed text": (lambda: tar([("a\u202egp.exe", b"")]), "bidi-path"),
    "escape": (lambda: tar([("a\x1b[2J", b"")]), "control-char-path"),
    "newline": (lambda: tar([("a\nb", b"")]), "control-char-path"),
    "deep": (lambda: tar([("a/" * 40 + "x", b"")]), "too-deep"),
    "long": (lambda: tar([("a" * 300, b"")]), "path-too-long"),
    "many": (lambda: tar([(f"f{n}", b"") for n in range(MAX_MEMBERS + 1)]), "too-many-members"),
    "many, zip": (lambda: zipped([(f"f{n}", b"") for n in range(MAX_MEMBERS + 1)]), "too-many-members"),
    "large": (lambda: tgz(tar([("big", random.Random(1).randbytes(MAX_FILE // 8) * 8 + b"x")])), "file-too-large"),
    "gzip bomb": (lambda: tgz(b"\0" * 100_000_000), "compression-ratio"),
    "zip bomb": (lambda: zipped([(f"z{n}", b"\0" * 15_000_000) for n in range(4)]), "compression-ratio"),
    "overlap": (packed.overlapping, "zip-overlap"),
    "method": (_other_method, "zip-method"),
    "encrypted": (packed.encrypted, "encrypted-zip"),
    "size that lies": (packed.lying_about_size, "malformed"),
    "xz": (lambda: lzma.compress(tar()), "compression-not-accepted"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "compression-not-accepted"),
    "rar": (lambda: b"Rar!\x1a\x07\x00", "compression-not-accepted"),
    "garbage": (lambda: b"not an archive at all" * 60, "malformed"),
    "nothing": (lambda: b"", "malformed"),
    "no file": (lambda: tar([]), "empty"),
    "tar cut off": (lambda: tar()[:700], "malformed"),
    "tar.gz cut off": (lambda: tgz(tar())[:-20], "truncated"),
    "zip cut off": (lambda: zipped()[:-30], "truncated"),
    "negative size": (packed.negative_size, "malformed"),
    "sparse": (packed.sparse, "sparse"),
    "garbage behind": (lambda: tar() + b"x" * 1024, "malformed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_archives_are_refused(name: str) -> None:
    make, code = REFUSED[name]
    said = answer(make())
    assert json.loads(said.partition(b"\n")[0])["refused"] == code


@given(st.binary(max_size=3_000), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PK\x05\x06"]))
def test_any_bytes_are_files_or_a_refusal(data: bytes, magic: bytes) -> None:
    answer(magic + data)


@given(st.data())
def test_a_damaged_archive_is_files_or_a_refusal(draw: st.DataObject) -> None:
    data = bytearray(draw.draw(st.sampled_from([tar(), zipped(), tgz(tar())])))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    answer(bytes(data))


def test_a_refusal_names_the_member() -> None:
    with pytest.raises(ArchiveRefused) as refusal:
        read(tar([("a/../../x", b"")]))
    assert refusal.value.name == "a/../../x"


def _executable(data: bytes) -> dict[str, bool | None]:
    return {path: content.executable for path, content in read(data)[0].items()}


def test_a_tar_says_what_is_executable() -> None:
    script, plain = tarfile.TarInfo("start.sh"), tarfile.TarInfo("app.py")
    script.mode, plain.mode = 0o755, 0o644
    assert _executable(tar((), script, plain, link("same.sh", "start.sh"))) == {
        "app.py": False, "same.sh": True, "start.sh": True,
    }  # fmt: skip


@pytest.mark.parametrize(("mode", "executable"), [(0o100755, True), (0o100644, False), (0o100700, True)])
def test_a_zip_says_it_where_it_was_made_on_unix(mode: int, executable: bool) -> None:
    assert _executable(zipped((), (unix("start.sh", mode), b"#!/bin/sh\n"))) == {"start.sh": executable}


def test_a_zip_of_another_system_does_not_say() -> None:
    info = unix("start.sh", 0o100755)
    info.create_system = 0
    assert _executable(zipped((), (info, b"#!/bin/sh\n"))) == {"start.sh": None}
