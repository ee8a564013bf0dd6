"""What a message means: dialogue acts, topics, language, pasted files, explanations."""

from __future__ import annotations
