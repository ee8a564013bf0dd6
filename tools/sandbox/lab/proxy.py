"""A forward proxy for the hosts that the operator named, and no others: `python -m tools.sandbox.lab.proxy`.

It listens in the engine's network namespace and connects from the machine's, so that between the two there is no
interface, route or firewall rule to get wrong. A name that is not on the list is never resolved.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import ipaddress
import json
import os
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

HEAD_BYTES, HEAD_SECONDS, CONNECT_SECONDS, QUIET_SECONDS = 32_768, 15, 15, 120
MAX_CONNECTIONS = 128
NOBODY = 65534
_CLONE_NEWNET = 0x40000000
_PORTS = {80, 443}
_HOP = {"proxy-connection", "proxy-authorization", "connection", "keep-alive", "host"}


class HostRefused(Exception):
    def __init__(self, status: str, said: str) -> None:
        super().__init__(said)
        self.status = status


class AllowList:
    """Entries are `host`, for the usual ports, or `host:port`."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._entries = {host.strip().lower().rstrip(".") for host in hosts if host.strip()}

    def allows(self, host: str, port: int) -> bool:
        host = host.lower().rstrip(".")
        return (host in self._entries and port in _PORTS) or f"{host}:{port}" in self._entries


class Proxy:
    def __init__(self, builds: AllowList, daemon: AllowList, *, daemon_address: str = "") -> None:
        """The daemon may reach more than builds: the registry. It calls from the gateway's own address."""
        self._builds, self._daemon, self._daemon_address = builds, daemon, daemon_address
        self._open = 0

    async def serve(self, listening: socket.socket) -> None:
        server = await asyncio.start_server(self._accept, sock=listening, limit=HEAD_BYTES)
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            await self._answer(reader, writer)
        except HostRefused as refused:
            await _refuse(writer, refused)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._open -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open > MAX_CONNECTIONS:
            raise HostRefused("503 Service Unavailable", "too many connections at once")
        async with asyncio.timeout(HEAD_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *headers = head.removesuffix("\r\n\r\n").split("\r\n")
        method, _, rest = request.partition(" ")
        target = rest.rpartition(" ")[0]
        host, port, path = _destination(method, target)
        self._check(writer, host, port)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                there, out = await asyncio.open_connection(*await _address(host, port))
        except (OSError, TimeoutError):
            raise HostRefused("502 Bad Gateway", f"{host} can not be reached") from None
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                out.write(_forwarded(method, host, port, path, headers))
            await _between((reader, writer), (there, out))
        finally:
            out.close()

    def _check(self, writer: asyncio.StreamWriter, host: str, port: int) -> None:
        caller = writer.get_extra_info("peername")[0]
        listed = self._daemon if caller == self._daemon_address else self._builds
        allowed = listed.allows(host, port)
        _note(host=host[:200], port=port, caller=caller, allowed=allowed)
        if not allowed:
            raise HostRefused("403 Forbidden", f"{host}:{port} is not among the hosts that builds may reach here")


def _destination(method: str, target: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        port = parts.port or (443 if method == "CONNECT" else 80)
    except ValueError:
        raise HostRefused("400 Bad Request", "the address can not be read") from None
    if not parts.hostname or (method != "CONNECT" and parts.scheme != "http"):
        raise HostRefused("400 Bad Request", "this is a forward proxy: it takes CONNECT and http:// addresses")
    return parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


async def _address(host: str, port: int) -> tuple[str, int]:
    """Where an allowed name leads; never to this machine itself, unless the operator named that very address."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for _, _, _, _, address in found:
        number = ipaddress.ip_address(address[0])
        if str(number) == host or not (number.is_loopback or number.is_link_local or number.is_unspecified):
            return str(number), port
    raise OSError(host)


def _forwarded(method: str, host: str, port: int, path: str, headers: list[str]) -> bytes:
    """The Host header is ours: an allowed address must not carry a name that is not."""
    kept = [header for header in headers if header.partition(":")[0].strip().lower() not in _HOP]
    name = host if port == 80 else f"{host}:{port}"
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {name}", "Connection: close", *kept, "", ""]).encode(
        "latin-1"
    )


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _between(one: Stream, other: Stream) -> None:
    """Until one side says nothing more and the other has been heard."""
    await asyncio.gather(_pump(one[0], other[1]), _pump(other[0], one[1]), return_exceptions=True)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while True:
            async with asyncio.timeout(QUIET_SECONDS):
                chunk = await source.read(65_536)
            if not chunk:
                break
            target.write(chunk)
            await target.drain()
    finally:
        with suppress(OSError, RuntimeError):
            target.write_eof()


async def _refuse(writer: asyncio.StreamWriter, refused: HostRefused) -> None:
    body = f"{refused}\n".encode()
    head = f"HTTP/1.1 {refused.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
    with suppress(OSError):
        await writer.drain()


def _note(**said: object) -> None:
    sys.stdout.write(json.dumps({"at": round(time.time(), 1), **said}) + "\n")
    sys.stdout.flush()


def listen_inside(pid: int, address: str, port: int) -> socket.socket:
    """A listening socket in the network namespace of a process; the caller stays where it was."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if libc.setns(there, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "the engine's network can not be entered")
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        opened.listen(MAX_CONNECTIONS)
        return opened
    finally:
        if libc.setns(here, _CLONE_NEWNET):
            os._exit(1)  # half in a namespace that is not ours, nothing can be done well
        os.close(here)
        os.close(there)


def _load_what_comes_late() -> None:
    """Python's own files may be the operator's alone; nobody could not read them any more."""
    for name in ("concurrent.futures.thread", "encodings.idna", "stringprep"):
        import_module(name)
    with suppress(OSError):
        socket.getaddrinfo("localhost", 80)


def _as_nobody() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools.sandbox.lab.proxy")
    parser.add_argument("--namespace", type=int, required=True, help="a process in whose network to listen")
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", action="append", default=[], help="what builds may reach")
    parser.add_argument("--daemon-host", action="append", default=[], help="what only the engine may reach")
    parser.add_argument("--cgroup", action="append", default=[], type=Path)
    asked = parser.parse_args()
    for group in asked.cgroup:
        (group / "cgroup.procs").write_text("0")
    listening = listen_inside(asked.namespace, asked.address, asked.port)
    _load_what_comes_late()
    _as_nobody()
    proxy = Proxy(AllowList(asked.host), AllowList([*asked.host, *asked.daemon_host]), daemon_address=asked.address)
    with suppress(KeyboardInterrupt):
        asyncio.run(proxy.serve(listening))


if __name__ == "__main__":
    main()
