"""The proxy lets through what the operator named, and nothing else, whatever the request looks like."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from tools.sandbox.lab.proxy import AllowList, Proxy

Asked = list[bytes]


def test_a_host_is_allowed_by_its_whole_name_and_for_the_usual_ports() -> None:
    allowed = AllowList(["Packages.example.com", "mirror.example.com:8080"])
    assert allowed.allows("packages.example.com", 443)
    assert allowed.allows("PACKAGES.example.com.", 80)
    assert allowed.allows("mirror.example.com", 8080)
    for host, port in [
        ("packages.example.com", 22),
        ("mirror.example.com", 443),
        ("evil.packages.example.com", 443),
        ("packages.example.com.evil.example.org", 443),
        ("", 443),
    ]:
        assert not allowed.allows(host, port)


async def _with_proxy(
    hosts: list[str], request: bytes, *, answer: bytes = b"HTTP/1.0 200 OK\r\n\r\nhello", daemon: bool = False
) -> tuple[bytes, Asked]:
    """What a client hears from the proxy, and what the server behind it was asked."""
    asked: Asked = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    named = [host.replace("PORT", str(port)) for host in hosts]
    proxy = Proxy(
        AllowList([] if daemon else named), AllowList(named), daemon_address="127.0.0.1" if daemon else "192.0.2.1"
    )
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.ensure_future(proxy.serve(listening))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(request.replace(b"PORT", str(port).encode()))
    writer.write_eof()
    heard = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    serving.cancel()
    server.close()
    return heard, asked


def _ask(*given: object, **more: object) -> tuple[bytes, Asked]:
    ask: Callable[..., Awaitable[tuple[bytes, Asked]]] = _with_proxy
    return asyncio.run(ask(*given, **more))  # type: ignore[arg-type]  # a coroutine is what it returns


def test_an_allowed_address_is_fetched_with_the_host_header_of_the_address() -> None:
    heard, asked = _ask(
        ["127.0.0.1:PORT"],
        b"GET http://127.0.0.1:PORT/a?b=c HTTP/1.1\r\nHost: elsewhere.example.com\r\n"
        b"Proxy-Authorization: x\r\nA: b\r\n\r\n",
    )
    assert heard.endswith(b"hello")
    said = asked[0].decode()
    assert said.startswith("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "elsewhere" not in said
    assert "Proxy-" not in said
    assert "A: b" in said


def test_a_tunnel_to_an_allowed_host_carries_both_ways() -> None:
    heard, asked = _ask(["127.0.0.1:PORT"], b"CONNECT 127.0.0.1:PORT HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 200")
    assert heard.endswith(b"hello")
    assert asked == [b"GET / HTTP/1.0\r\n\r\n"]


@pytest.mark.parametrize(
    "request_line",
    [
        b"CONNECT 127.0.0.1:PORT HTTP/1.1",
        b"GET http://127.0.0.1:PORT/ HTTP/1.1",
        b"GET http://allowed.example.com@127.0.0.1:PORT/ HTTP/1.1",
        b"GET http://127.0.0.1:PORT/#allowed.example.com HTTP/1.1",
        b"CONNECT 2130706433:PORT HTTP/1.1",
        b"CONNECT [::ffff:127.0.0.1]:PORT HTTP/1.1",
    ],
)
def test_what_is_not_named_is_refused_and_never_called(request_line: bytes) -> None:
    heard, asked = _ask(["allowed.example.com"], request_line + b"\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 403")
    assert asked == []


@pytest.mark.parametrize(
    "request_line",
    [b"GET / HTTP/1.1", b"GET ftp://a/ HTTP/1.1", b"CONNECT  HTTP/1.1", b"CONNECT a:b HTTP/1.1", b"\x00\xff", b"GET"],
)
def test_what_is_no_request_to_a_proxy_is_refused(request_line: bytes) -> None:
    heard, _ = _ask(["allowed.example.com"], request_line + b"\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 400")


def test_an_allowed_name_that_leads_to_this_machine_is_not_followed() -> None:
    """Who names a host allows what it is in the world, not what its record says today."""
    heard, asked = _ask(["localhost:PORT"], b"CONNECT localhost:PORT HTTP/1.1\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 502")
    assert asked == []


def test_the_registry_is_for_the_engine_only() -> None:
    heard, _ = _ask(["127.0.0.1:PORT"], b"GET http://127.0.0.1:PORT/ HTTP/1.1\r\n\r\n", daemon=True)
    assert heard.endswith(b"hello")


def test_a_head_without_end_is_cut_off() -> None:
    heard, asked = _ask(["127.0.0.1:PORT"], b"GET http://127.0.0.1:PORT/ HTTP/1.1\r\nA: " + b"a" * 100_000)
    assert heard == b""
    assert asked == []
