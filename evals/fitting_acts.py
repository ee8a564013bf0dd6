"""`python -m evals.fitting_acts`: learns to read acts from the labelled messages, and reports what it can do.

Each annotator is left out once; the figures are of messages by hands that were not learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from agent.understanding.act_features import BEFORE, READ, Vocabulary, learn_vocabulary, row
from agent.understanding.act_model import WEIGHTS
from agent.understanding.acts import STAFF, SURE
from evals.labelled_messages import LabelledMessage, labelled_messages
from knowledge.retrieval.embedding import Embedding

STRENGTH = 4.0  # inverse of the regularisation; 2 and 6 were within a point
Numbers = NDArray[np.float32]


def main() -> None:
    known = labelled_messages("tuned")
    texts, befores = embedded(known)
    for annotator in sorted({case.annotator for case in known}):
        _leave_out(annotator, known, texts, befores)
    vocabulary = learn_vocabulary([case.message.text for case in known])
    rows = _rows(known, texts, befores, vocabulary)
    act, about = fitted(rows, [case.act for case in known]), fitted(rows, [case.about for case in known])
    _keep(act, about, vocabulary)


def embedded(known: Sequence[LabelledMessage]) -> tuple[Numbers, Numbers]:
    embed = Embedding()
    texts = embed([case.message.text[:READ] for case in known])
    befores = embed([case.message.before[-BEFORE:] for case in known])
    befores[[not case.message.before for case in known]] = 0.0
    return texts, befores


def fitted(rows: Numbers, labels: Sequence[str]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=400, class_weight="balanced").fit(rows, labels)


def _rows(known: Sequence[LabelledMessage], texts: Numbers, befores: Numbers, vocabulary: Vocabulary) -> Numbers:
    pairs = zip(known, texts, befores, strict=True)
    return np.stack([row(case.message, text, before, vocabulary) for case, text, before in pairs])


def _leave_out(annotator: str, known: Sequence[LabelledMessage], texts: Numbers, befores: Numbers) -> None:
    others = [place for place, case in enumerate(known) if case.annotator != annotator]
    own = [place for place, case in enumerate(known) if case.annotator == annotator]
    if not others:
        return
    vocabulary = learn_vocabulary([known[place].message.text for place in others])
    rows = _rows(known, texts, befores, vocabulary)
    model = fitted(rows[others], [known[place].act for place in others])
    chances = model.predict_proba(rows[own])
    staff = np.array([name in STAFF for name in model.classes_])
    chances[np.ix_(np.array([not known[place].message.instructor for place in own]), staff)] = 0.0
    chances /= chances.sum(axis=1, keepdims=True)
    best = np.argsort(-chances, axis=1)
    right = np.array([str(model.classes_[best[at, 0]]) == known[place].act for at, place in enumerate(own)])
    second = np.array([known[place].act in model.classes_[best[at, :2]] for at, place in enumerate(own)])
    sure = chances.max(axis=1) >= SURE
    print(
        f"without {annotator}: right {right.mean():.3f}, among two {second.mean():.3f}; "
        f"sure of {sure.mean():.2f}, then right {right[sure].mean():.3f} ({len(own)} messages)"
    )


def _keep(act: LogisticRegression, about: LogisticRegression, vocabulary: Vocabulary) -> None:
    np.savez_compressed(
        WEIGHTS,
        act=act.coef_.T.astype(np.float16),
        act_bias=act.intercept_.astype(np.float32),
        about=about.coef_.T.astype(np.float16),
        about_bias=about.intercept_.astype(np.float32),
        acts=np.array([str(name) for name in act.classes_]),
        abouts=np.array([str(name) for name in about.classes_]),
        words=np.array(list(vocabulary.words)),
        words_rarity=np.array([rarity for _, rarity in vocabulary.words.values()], dtype=np.float32),
        letters=np.array(list(vocabulary.letters)),
        letters_rarity=np.array([rarity for _, rarity in vocabulary.letters.values()], dtype=np.float32),
    )


if __name__ == "__main__":
    main()
