"""`python -m evals.fitting_frames`: learns what takes a statement back, from wordings, and reports what it can do.

A fifth of the wordings is left out at a time; the figures are of wordings that were not learnt from. `--quick`
learns without them, in a quarter of the time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from agent.grading.plan_review.frames import WEIGHTS, Kind, Voice, row
from agent.grading.plan_review.framing import POSSIBLE, SURE
from agent.understanding.act_features import Numbers, Vocabulary, learn_vocabulary
from evals.framed_wordings import Wording, wordings
from knowledge.retrieval.embedding import Embedding

STRENGTH = 6.0  # inverse of the regularisation
FOLDS = 5
SHOWN = 40


def main(report: bool) -> None:
    kept: dict[str, Any] = {}
    for voice in Voice:
        known = wordings(voice)
        meanings = Embedding()([wording.text for wording in known])
        if report:
            _report(voice, known, _left_out(known, meanings))
        kept |= _weights(voice, known, meanings)
    np.savez_compressed(WEIGHTS, **kept)


def _left_out(known: Sequence[Wording], meanings: Numbers) -> Numbers:
    """How likely each takes back, by weights that were learnt without it."""
    chances = np.zeros(len(known), dtype=np.float32)
    folds = np.array([crc32(wording.origin.encode()) % FOLDS for wording in known])
    for fold in range(FOLDS):
        learnt, apart = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        vocabulary = learn_vocabulary([known[at].text for at in learnt])
        model = fitted(_rows(known, meanings, vocabulary, learnt), [known[at].kind for at in learnt])
        odds = model.predict_proba(_rows(known, meanings, vocabulary, apart))
        harmless = np.isin(model.classes_, (Kind.OWN, Kind.STATE))
        chances[apart] = odds[:, ~harmless].sum(axis=1)
    return chances


def _rows(known: Sequence[Wording], meanings: Numbers, vocabulary: Vocabulary, places: Sequence[int]) -> Numbers:
    return np.stack([row(known[at].text, meanings[at], vocabulary) for at in places])


def fitted(rows: Numbers, kinds: Sequence[str]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=600).fit(rows, kinds)


def _weights(voice: Voice, known: Sequence[Wording], meanings: Numbers) -> dict[str, Any]:
    vocabulary = learn_vocabulary([wording.text for wording in known])
    model = fitted(_rows(known, meanings, vocabulary, range(len(known))), [wording.kind for wording in known])
    kept = {
        f"{voice}": model.coef_.T.astype(np.float16),
        f"{voice}_bias": model.intercept_.astype(np.float32),
        f"{voice}_kinds": np.array([str(kind) for kind in model.classes_]),
    }
    for name, terms in (("words", vocabulary.words), ("letters", vocabulary.letters)):
        kept[f"{voice}_{name}"] = np.array(list(terms))
        kept[f"{voice}_{name}_rarity"] = np.array([rarity for _, rarity in terms.values()], dtype=np.float32)
    return kept


def _report(voice: Voice, known: Sequence[Wording], chances: Numbers) -> None:
    honest = np.array([wording.kind in (Kind.OWN, Kind.STATE) for wording in known])
    for name, least in (("sure", SURE[voice]), ("possible", POSSIBLE[voice])):
        heard, alarms = (chances[~honest] >= least).mean(), (chances[honest] >= least).mean()
        print(
            f"{voice}, {name}: {heard:.3f} of {(~honest).sum()} heard, {alarms:.4f} of {honest.sum()} honest ones taken"
        )
    order = np.argsort(-chances)
    for at in [at for at in order if honest[at]][:SHOWN]:
        print(f"  {chances[at]:.2f} honest: {known[at].text[:110]}")
    for at in [at for at in order[::-1] if not honest[at]][:SHOWN]:
        print(f"  {chances[at]:.2f} {known[at].kind}: {known[at].text[:110]}")


if __name__ == "__main__":
    main("--quick" not in sys.argv)
