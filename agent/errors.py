"""Errors of the agent.

TutorError                  `str(error)` is fit for a person in a chat
├── ConfigurationInvalid    a setting is missing or wrong; names it and says what to set
├── StorageUnavailable      the database is locked, gone or not migrated; nothing was written
├── IllegalTransition       the gate's table has no such move
├── ConcurrentChange        somebody else changed the same gate first; read again
├── NotAllowed              the person may not see or do this
├── NotFound                no such person, submission, review or receipt
├── TurnStopped             the person wants no more of this turn; nothing is said
└── ModelUnavailable        the language model failed; the tutor goes on without it
    └── BudgetSpent         the time or the tokens of a turn, or a person's tokens of today, are gone
"""

from __future__ import annotations


class TutorError(Exception):
    """Base of all errors that this package raises on purpose."""


class ConfigurationInvalid(TutorError):
    pass


class StorageUnavailable(TutorError):
    pass


class IllegalTransition(TutorError):
    pass


class ConcurrentChange(TutorError):
    pass


class NotAllowed(TutorError):
    pass


class NotFound(TutorError):
    pass


class TurnStopped(TutorError):
    pass


class ModelUnavailable(TutorError):
    """`transient`: asking once more may help."""

    def __init__(self, said: str = "", *, transient: bool = False) -> None:
        super().__init__(said)
        self.transient = transient


class BudgetSpent(ModelUnavailable):
    pass
