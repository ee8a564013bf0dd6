"""What instructors ask about their learners, and what they decide, by message."""

from __future__ import annotations

from agent.conversation.instructors.reply import answer, continues, is_for_instructors, names_a_learner, refused

__all__ = ["answer", "continues", "is_for_instructors", "names_a_learner", "refused"]
