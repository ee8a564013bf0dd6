"""A message in words that its readers have learned: names of artefact types that came later are replaced."""

from __future__ import annotations

from tools.artefacts.registry import judged_types


def in_known_words(text: str) -> str:
    """`annotate my manifest` → `annotate my file`, where no example for the readers speaks of manifests."""
    for artefact in judged_types():
        if artefact.stand_in:
            text = artefact.recognition.mentioned.sub(artefact.stand_in, text)
    return text
