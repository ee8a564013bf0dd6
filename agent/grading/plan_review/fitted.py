"""What was learnt from a lesson's sentences, kept beside them so that no start has to learn it again."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.grading.plan_review.guide import SENTENCES, Guide, read_sentences
from agent.grading.plan_review.meaning import Embed, Learnt, Name, learn
from agent.grading.plan_review.phrases import Phrases
from knowledge.errors import CourseInvalid

FILE = "learnt.json"


def recall(folder: Path, guides: Mapping[str, Guide], embed: Embed) -> Learnt:
    """From the file where it fits these guides, else learnt anew (up to a minute)."""
    try:
        kept = json.loads((folder / FILE).read_text("utf-8"))
        if kept["of"] == _fingerprint(folder, guides):
            return _read(kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # no file, or none of ours
    return learn_from(folder, guides, embed)


def learn_from(folder: Path, guides: Mapping[str, Guide], embed: Embed) -> Learnt:
    """Raises CourseInvalid where the labelled sentences do not fit the guides."""
    sentences, faults = read_sentences(folder, guides)
    if faults:
        raise CourseInvalid(faults)
    return learn(guides, sentences, embed)


def is_current(folder: Path, guides: Mapping[str, Guide]) -> bool:
    try:
        return bool(json.loads((folder / FILE).read_text("utf-8"))["of"] == _fingerprint(folder, guides))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def keep(folder: Path, guides: Mapping[str, Guide], embed: Embed) -> int:
    """Learns and writes the file; how many scorers it holds."""
    learnt = learn_from(folder, guides, embed)
    kept = {
        "of": _fingerprint(folder, guides),
        "phrases": " | ".join(learnt.phrases.names),
        "rarity": _text(learnt.phrases.rarity),
        "weights": {f"{criterion}/{facet}": _text(one) for (criterion, facet), one in learnt.weights.items()},
    }
    (folder / FILE).write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return len(learnt.weights)


def _read(kept: Mapping[str, Any]) -> Learnt:
    names = tuple(kept["phrases"].split(" | ")) if kept["phrases"] else ()
    weights = {_name(key): _vector(text) for key, text in kept["weights"].items()}
    return Learnt(weights, Phrases(names, _vector(kept["rarity"])))


def _fingerprint(folder: Path, guides: Mapping[str, Guide]) -> str:
    said = json.dumps({name: guide.model_dump() for name, guide in guides.items()}, sort_keys=True).encode()
    sentences = folder / SENTENCES
    labelled = sentences.read_bytes() if sentences.exists() else b""
    return "sha256:" + hashlib.sha256(said + labelled).hexdigest()


def _name(key: str) -> Name:
    criterion, _, facet = key.partition("/")
    return criterion, facet


def _text(vector: NDArray[np.float64]) -> str:
    return base64.b64encode(vector.astype("<f2").tobytes()).decode("ascii")


def _vector(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), dtype="<f2").astype(np.float64)
