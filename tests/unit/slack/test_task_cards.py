"""Cards of what the tutor does: one at work at a time, the others done, nothing that pings."""

from __future__ import annotations

from integrations.slack.task_cards import MAX_CARDS, TaskCards


def _told(cards: TaskCards) -> list[tuple[str, str, str]]:
    found = [(card["id"], card["title"], card["status"]) for card in cards.pending]
    cards.pending = []
    return found


def test_what_is_begun_ends_what_was_at_work() -> None:
    cards = TaskCards()
    cards.begin("looking that up in the course")
    assert _told(cards) == [("task-1", "Looking that up in the course", "in_progress")]
    cards.begin("reading line 8 of your Dockerfile")
    assert _told(cards) == [
        ("task-1", "Looking that up in the course", "complete"),
        ("task-2", "Reading line 8 of your Dockerfile", "in_progress"),
    ]
    cards.end()
    cards.end()
    assert _told(cards) == [("task-2", "Reading line 8 of your Dockerfile", "complete")]


def test_what_slack_has_not_heard_is_told_once_as_it_stands() -> None:
    cards = TaskCards()
    cards.begin("reading")
    cards.end("pending")
    assert _told(cards) == [("task-1", "Reading", "pending")]


def test_nothing_is_told_of_nothing_and_of_the_same_again() -> None:
    cards = TaskCards()
    cards.begin("")
    cards.begin("reading")
    cards.begin("reading")
    assert len(_told(cards)) == 1


def test_there_are_never_too_many_and_none_pings() -> None:
    cards = TaskCards()
    for number in range(2 * MAX_CARDS):
        cards.begin(f"<!channel> step {number}")
    told = _told(cards)
    assert len({card for card, _, _ in told}) == MAX_CARDS
    assert not any("<" in title for _, title, _ in told)
