"""What the tutor does meanwhile, as cards of a streamed message: the one at work, and those that are done."""

from __future__ import annotations

from typing import Any

MAX_TITLE = 120
MAX_CARDS = 8  # of one answer; what comes after takes the place of the last


class TaskCards:
    """`pending` are the updates that Slack has not heard yet."""

    def __init__(self) -> None:
        self.pending: list[dict[str, Any]] = []
        self._titles: list[str] = []
        self._is_open = False

    def begin(self, doing: str) -> None:
        title = _title(doing)
        if not title or self._titles[-1:] == [title]:
            return
        self.end()
        if len(self._titles) < MAX_CARDS:
            self._titles.append(title)
        self._titles[-1] = title
        self._is_open = True
        self._update("in_progress")

    def end(self, status: str = "complete") -> None:
        if self._is_open:
            self._is_open = False
            self._update(status)

    def _update(self, status: str) -> None:
        number = len(self._titles)
        card = {"type": "task_update", "id": f"task-{number}", "title": self._titles[-1], "status": status}
        self.pending = [*(known for known in self.pending if known["id"] != card["id"]), card]


def _title(doing: str) -> str:
    """One line in which nothing pings, with a capital letter."""
    flat = " ".join(doing.replace("<", "(").split())[:MAX_TITLE]
    return f"{flat[:1].upper()}{flat[1:]}"
