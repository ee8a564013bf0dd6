"""Which ports of a container take connections, and from whom: read off the kernel's own list of its sockets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.errors import DockerException

from tools.sandbox.run_report import PortReach, Reach

_LISTENING = "0A"
_TABLES = ("tcp", "tcp6")


@dataclass(frozen=True)
class Listening:
    port: int
    is_local: bool  # on a loopback address


def listening(table: str) -> frozenset[Listening]:
    """Of `/proc/net/tcp` and `tcp6`, one below the other; other lines are passed over."""
    return frozenset(_rows(table))


def _rows(table: str) -> Iterator[Listening]:
    for row in (line.split() for line in table.splitlines()):
        if len(row) < 4 or row[3] != _LISTENING or ":" not in row[1]:
            continue
        address, _, port = row[1].partition(":")
        with suppress(ValueError):
            yield Listening(int(port, 16), _is_loopback(address))


def _is_loopback(address: str) -> bool:
    """Groups of four bytes, each in the order of the processor, which is little-endian wherever containers run."""
    if len(address) == 8:
        return address.endswith("7F")
    mapped = address[:24] == "0" * 16 + "FFFF0000" and address.endswith("7F")
    return mapped or address == "0" * 24 + "01000000"


def reaches(exposed: Iterable[str], found: frozenset[Listening] | None) -> tuple[PortReach, ...]:
    """`exposed` as an image names them; None where the sockets could not be seen. Only TCP is judged."""
    return tuple(PortReach(port, _reach(port, found)) for port in exposed)


def _reach(exposed: str, found: frozenset[Listening] | None) -> Reach:
    number, _, protocol = exposed.partition("/")
    if found is None or protocol not in ("", "tcp") or not number.isdigit():
        return Reach.UNKNOWN
    here = [socket for socket in found if socket.port == int(number)]
    if not here:
        return Reach.CLOSED
    return Reach.INSIDE if all(socket.is_local for socket in here) else Reach.OUTSIDE


def from_outside(found: frozenset[Listening] | None) -> tuple[int, ...]:
    return tuple(sorted({socket.port for socket in found or () if not socket.is_local}))


def sockets_of(container: Any, processes: Path) -> frozenset[Listening] | None:
    """`processes` is the `/proc` in which the engine's processes are seen; None where nothing could be read.

    Where the engine runs elsewhere (in a virtual machine), the container itself is asked, if it has a `cat`.
    """
    table = _from_processes(container, processes)
    if table is None:
        table = _from_within(container)
    return listening(table) if table is not None else None


def _from_processes(container: Any, processes: Path) -> str | None:
    process = processes / str(container.attrs["State"].get("Pid") or 0)
    try:
        if str(container.id) not in (process / "cgroup").read_text():  # another machine's number
            return None
        return "\n".join((process / "net" / name).read_text() for name in _TABLES if (process / "net" / name).exists())
    except OSError:
        return None


def _from_within(container: Any) -> str | None:
    with suppress(DockerException):
        code, output = container.exec_run(["cat", *(f"/proc/net/{name}" for name in _TABLES)])
        if b"local_address" in output and code in (0, 1):
            return str(output.decode("ascii", "replace"))
    return None
