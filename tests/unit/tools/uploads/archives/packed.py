"""Archives for tests, made in memory: ordinary ones and such as no packer would make."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterable

File = tuple[str, bytes]
FILES: list[File] = [("Dockerfile", b"FROM busybox:1.36\n"), ("app/main.py", b"print(1)\n")]


def tar(files: Iterable[File] = FILES, *more: tarfile.TarInfo, folder: str = "") -> bytes:
    """`more` are headers without content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files:
            info = tarfile.TarInfo(folder + name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in more:
            archive.addfile(info)
    return buffer.getvalue()


def header(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def link(name: str, target: str) -> tarfile.TarInfo:
    return header(name, tarfile.SYMTYPE, target)


def tgz(data: bytes) -> bytes:
    return gzip.compress(data)


def zipped(files: Iterable[File] = FILES, *more: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
        for info, data in more:
            archive.writestr(info, data)
    return buffer.getvalue()


def unix(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def zip_link(name: str, target: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    return unix(name, stat.S_IFLNK | 0o777), target


def overlapping(copies: int = 50) -> bytes:
    """Many entries of the directory that all name one and the same member."""
    one = zipped([("a", b"\0" * 1_000_000)])
    at = one.rindex(b"PK\x01\x02")
    end = one.rindex(b"PK\x05\x06")
    entry = one[at:end]
    directory = entry * copies
    tail = bytearray(one[end:])
    for place in (8, 10):
        tail[place : place + 2] = copies.to_bytes(2, "little")
    tail[12:16] = len(directory).to_bytes(4, "little")
    return one[:at] + directory + bytes(tail)


def encrypted() -> bytes:
    data = bytearray(zipped())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark)
        data[at + place] |= 1
    return bytes(data)


def lying_about_size() -> bytes:
    data = bytearray(zipped([("big", b"x" * 5_000)]))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def negative_size() -> bytes:
    data = bytearray(tar([("Dockerfile", b"FROM x\n")]))
    data[124:136] = b"\xff" * 10 + (0x10000 - 1536).to_bytes(2, "big")
    data[148:156] = b" " * 8
    total = sum(data[:512])
    data[148:156] = f"{total:06o}\0 ".encode()
    return bytes(data)


def sparse() -> bytes:
    info = header("image.raw", tarfile.GNUTYPE_SPARSE)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(info)
    return buffer.getvalue()
