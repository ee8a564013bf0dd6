"""What was learnt from a lesson's examples, kept beside them so that no start has to learn it again."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from agent.review.guide import Guide
from agent.review.meaning import Embed, Name, Vector, learn

FILE = "learnt.json"


def recall(folder: Path, guides: Mapping[str, Guide], embed: Embed) -> dict[Name, Vector]:
    """From the file where it fits these guides, else learnt anew (some seconds)."""
    try:
        kept = json.loads((folder / FILE).read_text("utf-8"))
        if kept["of"] == _fingerprint(guides):
            return {_name(key): _vector(text) for key, text in kept["weights"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # no file, or none of ours
    return learn(guides, embed)


def is_current(folder: Path, guides: Mapping[str, Guide]) -> bool:
    try:
        return bool(json.loads((folder / FILE).read_text("utf-8"))["of"] == _fingerprint(guides))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def keep(folder: Path, guides: Mapping[str, Guide], embed: Embed) -> int:
    """Learns and writes the file; how many scorers it holds."""
    weights = {f"{criterion}/{facet}": _text(one) for (criterion, facet), one in learn(guides, embed).items()}
    text = json.dumps({"of": _fingerprint(guides), "weights": weights}, indent=1)
    (folder / FILE).write_text(text + "\n", "utf-8")
    return len(weights)


def _fingerprint(guides: Mapping[str, Guide]) -> str:
    said = json.dumps({name: guide.model_dump() for name, guide in guides.items()}, sort_keys=True)
    return "sha256:" + hashlib.sha256(said.encode()).hexdigest()


def _name(key: str) -> Name:
    criterion, _, facet = key.partition("/")
    return criterion, facet


def _text(vector: Vector) -> str:
    return base64.b64encode(vector.astype("<f2").tobytes()).decode("ascii")


def _vector(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float64)
