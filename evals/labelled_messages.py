"""Messages with what they do and what they are about, as annotators labelled them."""

from __future__ import annotations

from dataclasses import dataclass

from agent.understanding.acts import Message
from evals.cases import CASES, load


@dataclass(frozen=True)
class LabelledMessage:
    message: Message
    act: str
    about: str
    annotator: str
    also: str = ""


def labelled_messages(half: str) -> list[LabelledMessage]:
    return [
        LabelledMessage(
            Message(case["text"], case.get("before", ""), case.get("role") == "instructor", bool(case.get("channel"))),
            case["act"],
            case["about"],
            path.stem.partition("_")[0],
            case.get("also", ""),
        )
        for path in sorted((CASES / "messages" / half).glob("*.yaml"))
        for case in load(f"messages/{half}/{path.name}")
    ]
