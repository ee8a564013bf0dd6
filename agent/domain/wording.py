"""What makes two wordings of a question the same one."""

from __future__ import annotations

import hashlib


def digest_of(question: str) -> str:
    """The same for any spelling of spaces, case and markup."""
    plain = " ".join("".join(character if character.isalnum() else " " for character in question.lower()).split())
    return hashlib.sha256(plain.encode()).hexdigest()[:24]
