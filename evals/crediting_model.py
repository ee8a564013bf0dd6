"""A model that credits every word of a plan to every facet: what it can move in a review is what a lie can move."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from agent.grading.model_review.decoys import denials
from agent.llm.port import Completion, Request, StructuredAnswers


class CreditingModel(StructuredAnswers):
    """`knows_decoys`: it recognises the sentences that are planted, and treats them as an honest reader would."""

    name = "crediting"

    def __init__(self, *, knows_decoys: bool = False) -> None:
        self._knows_decoys = knows_decoys

    def complete(self, request: Request) -> Completion:
        asked = json.loads(request.messages[0].text)
        if "items" in asked:
            return Completion(json.dumps({"answers": list(self._answers(asked))}))
        return Completion(json.dumps({"entries": list(self._entries(asked))}))

    def _entries(self, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for facet in asked["facets"]:
            for statement in asked["statements"]:
                quote = {"statement": statement["number"], "words": statement["text"][:600]}
                about = "denied" if self._sees_decoy(statement["text"]) else "own"
                yield {"facet": facet["id"], "quotes": [quote], "about": about}

    def _answers(self, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for item in asked["items"]:
            yield {"number": item["number"], "yes": not self._sees_decoy(item["words"])}

    def _sees_decoy(self, text: str) -> bool:
        return self._knows_decoys and any(text.startswith(denial.partition("{")[0]) for denial in denials())
