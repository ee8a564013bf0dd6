"""What instructors ask about their learners, and what they decide, by message."""

from __future__ import annotations

from agent.conversation.instructors.reply import answer, continues, names_a_learner

__all__ = ["answer", "continues", "names_a_learner"]
