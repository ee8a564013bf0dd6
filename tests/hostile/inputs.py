"""Hostile uploads that can not be written down as text: each name in a case's `make` is a function here."""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

from tests.unit.tools.uploads.archives import packed
from tests.unit.tools.uploads.archives.packed import FILES, header, link, tar, tgz, unix, zip_link, zipped
from tools.uploads.archives.repacking import MAX_MEMBERS

Files = dict[str, bytes]
BASE = b"FROM busybox:stable\n"


def _bad(name: str) -> bytes:
    return tar([*FILES, (name, b"")])


def _links(*found: tarfile.TarInfo) -> bytes:
    return tar(FILES, *found)


def _other_method() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"x" * 100)
    return buffer.getvalue()


def _setuid() -> bytes:
    info = tarfile.TarInfo("run.sh")
    info.mode, info.uid, info.pax_headers = 0o6755, 4321, {"SCHILY.xattr.user.a": "b"}
    return tar(FILES, info)


def archive(name: str) -> Files:
    """The archive as a learner attaches it."""
    ending = "zip" if "zip" in name and name not in ("gzip_bomb", "cut_gzip") else "tar"
    return {f"work.{ending}": _ARCHIVES[name]()}


_ARCHIVES: dict[str, Callable[[], bytes]] = {
    "climbing_tar": lambda: _bad("../../etc/cron.d/x"),
    "climbing_zip": lambda: zipped([("../x", b"")]),
    "climbing_midway": lambda: _bad("a/../../x"),
    "absolute_tar": lambda: _bad("/etc/passwd"),
    "absolute_zip": lambda: zipped([("/etc/passwd", b"")]),
    "drive": lambda: _bad("C:/x"),
    "backslash": lambda: _bad("a\\..\\..\\x"),
    "link_absolute": lambda: _links(link("l", "/etc/shadow")),
    "link_upwards": lambda: _links(link("l", "../../x")),
    "link_zip": lambda: zipped(FILES, zip_link("l", b"/etc/shadow")),
    "link_chain": lambda: _links(link("a/b/s", "../.."), link("a/b/t", "s/../x")),
    "link_circle": lambda: _links(link("a", "b"), link("b", "a")),
    "child_of_link": lambda: _links(link("l", "app"), tarfile.TarInfo("l/x")),
    "child_before_link": lambda: tar([("l/x", b"")], link("l", "app")),
    "hard_link": lambda: _links(header("h", tarfile.LNKTYPE, "Dockerfile")),
    "pipe": lambda: _links(header("p", tarfile.FIFOTYPE)),
    "device": lambda: _links(header("d", tarfile.CHRTYPE)),
    "pipe_zip": lambda: zipped(FILES, (unix("p", 0o010644), b"")),
    "setuid": _setuid,
    "twice": lambda: tar([*FILES, FILES[0]]),
    "twice_with_dot": lambda: _bad("./Dockerfile"),
    "case_collision": lambda: _bad("dockerfile"),
    "accent_collision": lambda: tar([("é", b""), ("e\u0301", b"")]),
    "bidi": lambda: _bad("a\u202egp.exe"),
    "escape_in_name": lambda: _bad("a\x1b[2J"),
    "newline_in_name": lambda: _bad("a\nb"),
    "long_name": lambda: _bad("a" * 300),
    "deep": lambda: _bad("a/" * 40 + "x"),
    "many": lambda: tar([(f"f{n}", b"") for n in range(MAX_MEMBERS + 1)]),
    "many_zip": lambda: zipped([(f"f{n}", b"") for n in range(MAX_MEMBERS + 1)]),
    "gzip_bomb": lambda: tgz(b"\0" * 100_000_000),
    "zip_bomb": lambda: zipped([(f"z{n}", b"\0" * 15_000_000) for n in range(4)]),
    "zip_overlap": packed.overlapping,
    "lying_zip": packed.lying_about_size,
    "encrypted": packed.encrypted,
    "other_method": _other_method,
    "cut_tar": lambda: tar()[:700],
    "cut_gzip": lambda: tgz(tar())[:-20],
    "garbage": lambda: b"not an archive at all" * 60,
    "nothing": lambda: b"",
    "sparse": packed.sparse,
    "negative_size": packed.negative_size,
    "xz": lambda: lzma.compress(tar()),
    "sevenzip": lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 100,
    "rar": lambda: b"Rar!\x1a\x07\x00",
    "nested": lambda: tar([*FILES, ("inner.zip", zipped())]),
    "polyglot_zip_tar": lambda: tar() + zipped(),
    "dockerfile_is_link": lambda: tar([("app.py", b"")], link("Dockerfile", "/etc/passwd")),
}


def _ignoring(patterns: str) -> Files:
    """A base that nobody loaded: the ignore file was read by the time that it is refused."""
    files = {f"{'a/' * 12}f{number}.py": b"" for number in range(150)}
    return {"Dockerfile": b"FROM nobody/loaded:1\nCOPY . .\n", ".dockerignore": patterns.encode(), **files}


def ignore_stars() -> Files:
    return _ignoring("**/" * 12 + "zz\n")


def ignore_many() -> Files:
    return _ignoring("".join(f"**/x{number}*y\n" for number in range(100_000)))


def ignore_bad() -> Files:
    return _ignoring("[z-a]\n[\n")


def added_bomb() -> Files:
    """A few kilobytes that are more than a build may write: ADD unpacks xz inside the engine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=6) as archive:
        info = tarfile.TarInfo("zeros")
        info.size = 150_000_000
        archive.addfile(info, _Zeros(info.size))
    return {"Dockerfile": BASE + b"ADD bomb.tar.xz /\n", "bomb.tar.xz": buffer.getvalue()}


class _Zeros(io.RawIOBase):
    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        given = min(self._left, size if size >= 0 else self._left)
        self._left -= given
        return b"\0" * given


def cache_writer() -> Files:
    step = b"RUN --mount=type=cache,id=shared,target=/c echo left-by-another >/c/x\n"
    return {"Dockerfile": b"# one learner\n" + BASE + step}


def cache_reader() -> Files:
    step = b"RUN --mount=type=cache,id=shared,target=/c cat /c/x 2>/dev/null >/seen || echo nothing-there >/seen\n"
    return {"Dockerfile": b"# another learner\n" + BASE + step + b'CMD ["cat", "/seen"]\n'}


def cache_counter() -> Files:
    step = b"RUN --mount=type=cache,target=/c if [ -e /c/x ]; then echo second-time >/seen; fi; touch /c/x /seen\n"
    return {"Dockerfile": BASE + step + b'CMD ["cat", "/seen"]\n'}


def many_layers() -> Files:
    return {"Dockerfile": BASE + b"RUN true\n" * 100}


def many_instructions() -> Files:
    return {"Dockerfile": BASE + b"ENV A=1\n" * 5_000}


def many_stages() -> Files:
    return {"Dockerfile": BASE * 40}


def line_of_ten_megabytes() -> Files:
    return {"Dockerfile": BASE + b"RUN echo " + b"x" * 10_000_000 + b"\n"}


def line_of_seventy_kilobytes() -> Files:
    return {"Dockerfile": BASE + b"RUN echo " + b"x" * 70_000 + b"\n"}


def line_of_seventeen_kilobytes() -> Files:
    return {"Dockerfile": BASE + b"RUN echo " + b"x" * 17_000 + b"\n"}


def doubling() -> Files:
    return {"Dockerfile": BASE + b"ENV A=0123456789\n" + b"ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 12}


def large_argument() -> Files:
    return {"Dockerfile": BASE + b"ARG A=" + b"x" * 900_000 + b"\n"}


def many_variables() -> Files:
    return {"Dockerfile": BASE + b"".join(b"ENV A%d=1\n" % number for number in range(10_000))}


def nul_in_dockerfile() -> Files:
    return {"Dockerfile": BASE + b"RUN echo \0\n"}


def utf16_dockerfile() -> Files:
    return {"Dockerfile": BASE.decode().encode("utf-16")}


def latin_dockerfile() -> Files:
    return {"Dockerfile": BASE + b"RUN echo \xe9\n"}


def crlf_script() -> Files:
    script = b"#!/bin/sh\r\necho hello\r\n"
    return {"Dockerfile": BASE + b'COPY run.sh /run.sh\nCMD ["/run.sh"]\n', "run.sh": script}


def bidi_dockerfile() -> Files:
    return {"Dockerfile": BASE + 'RUN echo "\u202egnidliub\u202c"; exit 1\n'.encode()}


def odd_names() -> Files:
    step = b"RUN mkdir /d; cd /d; touch \"$(printf 'a\\nb')\" \"$(printf '\\377\\376')\" -- '-rf' '*' ' ' '$(id)'\n"
    return {"Dockerfile": BASE + step}


def secret_removed() -> Files:
    steps = b"COPY token.env /token.env\nRUN rm /token.env\n"
    return {"Dockerfile": BASE + steps, "token.env": b"API_TOKEN=canary-a81f29c47d3e5b60\n"}


def many_volumes() -> Files:
    return {"Dockerfile": BASE + b"".join(b"VOLUME /v%d\n" % number for number in range(50)) + b'CMD ["true"]\n'}


def connects_out(port: int) -> Files:
    """To a listener of the test's own; to nothing else."""
    tries = f"nc -w 1 127.0.0.1 {port} </dev/null; wget -q -T 1 -O - http://127.0.0.1:{port}/; echo tried"
    other = f"nc -w 1 172.31.255.1 {port} </dev/null; echo x | nc -u -w 1 127.0.0.1 {port}; ip route | grep default"
    return {"Dockerfile": BASE + f"RUN {tries}; {other}; true\n".encode()}


def container_connects_out(port: int) -> Files:
    command = f'CMD ["sh", "-c", "nc -w 1 127.0.0.1 {port} </dev/null; nc -w 1 172.31.255.1 {port} </dev/null; true"]\n'
    return {"Dockerfile": BASE + command.encode()}


def _compose(text: str) -> Files:
    return {"compose.yaml": text.encode()}


def alias_bomb() -> Files:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return _compose("\n".join(lines) + "\nservices: *a9\n")


def deep_yaml() -> Files:
    return _compose("services: " + "[" * 10_000 + "]" * 10_000 + "\n")


def large_scalar() -> Files:
    return _compose("services:\n  a:\n    image: " + "x" * 900_000 + "\n")


def many_services() -> Files:
    return _compose("services:\n" + "".join(f"  s{number}:\n    image: x:1\n" for number in range(500)))
