"""Errors of knowledge.

KnowledgeError
├── CourseInvalid    a course pack has faults; `faults` lists them, each with file and remedy
├── SourceUnreadable a document cannot be ingested; the message says why and what to do
└── IndexMismatch    the index was made by another embedding model, or cannot be opened
"""

from __future__ import annotations

from collections.abc import Sequence


class KnowledgeError(Exception):
    """Base of all errors that this package raises on purpose."""


class CourseInvalid(KnowledgeError):
    """Raised by the loader with every fault that it found, not only the first."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class SourceUnreadable(KnowledgeError):
    """One document; others are still ingested."""


class IndexMismatch(KnowledgeError):
    """The message names both models and the command that rebuilds the index."""
