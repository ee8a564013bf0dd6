"""Each way in which a path may differ between two builds has one class."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.uploads.archives.packed import header, tar
from tools.sandbox.reproducibility.differences import TarEntry, TarKind, kind_of, packages

ENTRY = TarEntry("0", 0o644, 0, 0, "", "digest", 1, "x")


def kind(path: str, a: bytes, b: bytes) -> TarKind | None:
    return kind_of(path, replace(ENTRY, digest="a"), replace(ENTRY, digest="b"), a, b)


def packed(day: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a", (2020, 1, day, 0, 0, 0)), b"x")
    return buffer.getvalue()


def tarred(mtime: int) -> bytes:
    info = header("a", b"0")
    info.mtime = mtime
    return tar([], info)


CONTENTS = {
    "ISO date": ("app/built", b"built 2026-11-25T10:00:00Z", b"built 2026-11-26T11:30:01Z", TarKind.DATE),
    "date(1)": ("app/built", b"Wed Nov 25 23:41:12 UTC 2026", b"Thu Nov 26 01:02:03 UTC 2026", TarKind.DATE),
    "epoch": ("app/stamp", b"1795650079", b"1795650081", TarKind.DATE),
    "uuid": (
        "app/id",
        b"435fb261-0d66-4932-a263-440e9141b14e",
        b"535fb261-0d66-4932-a263-440e9141b14e",
        TarKind.RANDOM,
    ),
    "hex": ("app/key", b"f771dc55da04b6618e1b317d826715c3", b"a771dc55da04b6618e1b317d826715c3", TarKind.RANDOM),
    "host key": ("etc/ssh/ssh_host_rsa_key", b"one", b"two", TarKind.RANDOM),
    "log": ("var/log/dpkg.log", b"one", b"two", TarKind.LOG),
    "home cache": ("root/.cache/pip/x", b"one", b"two", TarKind.LOG),
    "gzip": ("a.gz", gzip.compress(b"x", mtime=1), gzip.compress(b"x", mtime=2), TarKind.ARCHIVE_TIME),
    "zip": ("a.zip", packed(1), packed(2), TarKind.ARCHIVE_TIME),
    "tar": ("a.tar", tarred(1), tarred(2), TarKind.ARCHIVE_TIME),
    "installed pyc": (
        "usr/lib/python3/__pycache__/a.cpython-312.pyc",
        b"\xa7\r\r\n" + b"\0" * 12 + b"code",
        b"\xa7\r\r\n" + b"\1" * 12 + b"code",
        TarKind.ARCHIVE_TIME,
    ),
    "tar.gz": ("a.tgz", gzip.compress(tarred(1), mtime=1), gzip.compress(tarred(2), mtime=2), TarKind.ARCHIVE_TIME),
    "pyc": ("a.pyc", b"\xa7\r\r\n" + b"\0" * 12 + b"code", b"\xa7\r\r\n" + b"\1" * 12 + b"code", TarKind.ARCHIVE_TIME),
    "order": ("list", b"a\nb\nc\n", b"c\na\nb\n", TarKind.LINE_ORDER),
    "dpkg": ("var/lib/dpkg/status", b"Package: a\nVersion: 1\n", b"Package: a\nVersion: 2\n", TarKind.PACKAGES),
    "apk": ("lib/apk/db/installed", b"P:a\nV:1\n", b"P:a\nV:2\n", TarKind.PACKAGES),
    "pip": ("x/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n", b"Name: a\nVersion: 2\n", TarKind.PACKAGES),
    "npm": (
        "x/node_modules/a/package.json",
        b'{"name":"a","version":"1"}',
        b'{"name":"a","version":"2"}',
        TarKind.PACKAGES,
    ),
    "other": ("app/x", b"one", b"two", TarKind.CONTENT),
    "binary": ("app/x", b"\0one", b"\0two", TarKind.CONTENT),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_contents(name: str) -> None:
    path, a, b, expected = CONTENTS[name]
    assert kind(path, a, b) is expected


def test_entries() -> None:
    assert kind_of("x", ENTRY, ENTRY, b"", b"") is None
    assert kind_of("x", ENTRY, replace(ENTRY, mode=0o600), b"", b"") is TarKind.METADATA
    assert kind_of("x", replace(ENTRY, link="/a"), replace(ENTRY, link="/b"), b"", b"") is TarKind.METADATA
    assert kind_of("x", ENTRY, None, b"", b"") is TarKind.ONLY_IN_ONE
    assert kind_of("var/log/x", None, ENTRY, b"", b"") is TarKind.LOG


def test_packages_are_named_with_both_versions() -> None:
    a = b"Package: curl\nStatus: ok\nVersion: 8.1\n\nPackage: gone\nVersion: 1\n"
    assert packages("var/lib/dpkg/status", a, b"Package: curl\nVersion: 8.2\n") == [
        ("dpkg", "curl", "8.1", "8.2"),
        ("dpkg", "gone", "1", ""),
    ]


@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(["a", "a.pyc", "var/lib/dpkg/status", "a.gz"]))
def test_any_contents_have_a_class(a: bytes, b: bytes, path: str) -> None:
    assert isinstance(kind(path, a, b), TarKind)
