"""What a turn was about, coarsely: the words that scripts and logs have for it. Finer acts are in `understanding`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Intent(StrEnum):
    QUESTION = "question"
    STUCK = "stuck"
    SUBMIT = "submit"
    STATUS = "status"
    ANSWER = "answer"
    SOCIAL = "social"
    STAFF = "staff query"
    PRIVACY = "privacy"
    BELIEFS = "beliefs"
    OUT_OF_SCOPE = "out of scope"


# What a button wants; its name comes from us, never from what is typed.
ACTIONS: Mapping[str, Intent] = {
    "build": Intent.SUBMIT,
    "twice": Intent.SUBMIT,
    "build_file": Intent.SUBMIT,
    "experiment": Intent.SUBMIT,
    "stop": Intent.SUBMIT,
    "submit": Intent.SUBMIT,
    "show_findings": Intent.SUBMIT,
    "annotate": Intent.SUBMIT,
    "archive": Intent.STATUS,
    "status": Intent.STATUS,
    "forget": Intent.PRIVACY,
    "contest": Intent.BELIEFS,
    "uphold": Intent.STAFF,
    "dismiss": Intent.STAFF,
    "hint": Intent.STUCK,
    "predict": Intent.ANSWER,
    "decide": Intent.STAFF,
    "sheet": Intent.STAFF,
    "approve": Intent.STAFF,
    "reject": Intent.STAFF,
}
