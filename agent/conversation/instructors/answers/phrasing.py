"""How figures, ages and lists are said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def lasting(since: datetime, now: datetime) -> str:
    """“20 minutes”, “3 hours”, “4 days”."""
    passed = max(now - since, timedelta())
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if passed >= unit:
            return counted(passed // unit, name)
    return "less than a minute"


def ago(at: datetime, now: datetime) -> str:
    return f"{lasting(at, now)} ago" if now - at >= MINUTE else "just now"


def window(since: datetime, now: datetime) -> str:
    """“the last 24 hours”, “the last 7 days”."""
    return f"the last {counted(round((now - since) / DAY), 'day')}" if now - since > DAY else "the last 24 hours"


def on(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %H:%M}"


def age(at: datetime | None, now: datetime) -> str:
    """For a cell."""
    return lasting(at, now) if at else "–"


def joined(items: Sequence[str], last: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def shortened(items: Sequence[str], most: int) -> str:
    """The first few, and how many more there are."""
    more = len(items) - most
    return ", ".join(items[:most]) + f" and {more} more" if more > 0 else joined(items)


def is_or_are(number: int) -> str:
    return "is" if number == 1 else "are"


def has_or_have(number: int) -> str:
    return "has" if number == 1 else "have"
