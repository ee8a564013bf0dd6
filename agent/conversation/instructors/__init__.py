"""What instructors ask about their learners, and what they decide, by message."""

from __future__ import annotations

from agent.conversation.instructors.reply import (
    answer,
    asks_for_cost,
    continues,
    is_for_instructors,
    names_a_learner,
    refused,
)

__all__ = ["answer", "asks_for_cost", "continues", "is_for_instructors", "names_a_learner", "refused"]
