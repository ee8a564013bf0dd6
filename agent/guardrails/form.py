"""The form of what is said: whole sentences, ended, with nothing that points at a text that is not there."""

from __future__ import annotations


def sentence(text: str) -> str:
    """Ended by a mark; empty stays empty."""
    flat = text.strip()
    return flat if not flat or flat[-1] in ".!?:”)*_`" else f"{flat}."
