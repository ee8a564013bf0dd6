"""Sockets as the kernel lists them: who can reach which port."""

from __future__ import annotations

import pytest

from tools.sandbox.image.signals import signal_number
from tools.sandbox.image.sockets import from_outside, listening, reaches
from tools.sandbox.run_report import Reach

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue\n"


def row(address: str, state: str = "0A") -> str:
    return f"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 0 0 1\n"


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("00000000:1F40", Reach.OUTSIDE),
        ("0100007F:1F40", Reach.INSIDE),
        ("0B00007F:1F40", Reach.INSIDE),
        ("020012AC:1F40", Reach.OUTSIDE),
        ("00000000000000000000000000000000:1F40", Reach.OUTSIDE),
        ("00000000000000000000000001000000:1F40", Reach.INSIDE),
        ("0000000000000000FFFF00000100007F:1F40", Reach.INSIDE),
        ("00000000:0050", Reach.CLOSED),
    ],
)
def test_who_reaches_a_port(address: str, reach: Reach) -> None:
    assert reaches(["8000/tcp"], listening(HEAD + row(address)))[0].reach is reach


def test_a_connection_is_no_listener() -> None:
    assert listening(HEAD + row("00000000:1F40", "01")) == frozenset()


def test_what_cannot_be_seen_is_unknown() -> None:
    assert reaches(["8000/tcp"], None)[0].reach is Reach.UNKNOWN
    assert reaches(["53/udp"], frozenset())[0].reach is Reach.UNKNOWN


def test_ports_open_to_others_are_listed_once() -> None:
    found = listening(HEAD + row("00000000:1F40") + row("0" * 32 + ":1F40") + row("0100007F:0050"))
    assert from_outside(found) == (8000,)


@pytest.mark.parametrize(
    ("name", "number"), [("SIGQUIT", 3), ("quit", 3), ("3", 3), ("", None), ("99", None), ("no", None)]
)
def test_stop_signals_by_name_and_number(name: str, number: int | None) -> None:
    assert signal_number(name) == number
