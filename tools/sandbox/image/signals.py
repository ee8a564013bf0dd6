"""Stop signals as Dockerfiles and Compose files name them."""

from __future__ import annotations

import signal


def signal_number(name: str) -> int | None:
    """`SIGQUIT`, `quit` and `3` are one; None where there is no such signal."""
    word = name.strip().upper()
    if word.isdigit():
        return int(word) if int(word) in set(signal.Signals) else None
    full = word if word.startswith("SIG") else f"SIG{word}"
    return int(signal.Signals[full]) if full in signal.Signals.__members__ else None
