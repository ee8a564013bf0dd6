"""What becomes of a learner's files when somebody follows offers, beyond what their own words would have done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from tools.artefacts.description import ArtefactType
from tools.artefacts.offer import Offer, OfferKind
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

MAX_TRIES = 60  # inspections that one reply may cost
MAX_ROUNDS = 3  # a sentence may ask for several things
MAX_OWN_TRIES = 20  # the same for what the learner wrote
Fault = tuple[str, str, str]  # rule, file, message: a place moves when a line is added


class Following:
    """One artefact type of one upload; `own` is what the learner wrote, read as offers."""

    def __init__(self, artefact: ArtefactType, part: Upload, own: Sequence[Offer]) -> None:
        self._artefact, self._part, self._own = artefact, part, own
        self._tries = 0

    def passed(self, given: Sequence[Offer]) -> set[str]:
        """Aspects that pass at the end of the best way to follow all offers, one after the other."""
        start = _inspected(self._part)
        if not any(verdict is not Verdict.NOT_CHECKED for verdict in start.criteria.values()):
            return _of_whole_file(given, self._artefact)
        if len(_met(start)) == sum(verdict is not Verdict.NOT_CHECKED for verdict in start.criteria.values()):
            return set()
        current, seen, passed = self._part, start, set[str]()
        for offer in given:
            for _ in range(MAX_ROUNDS if offer.kind is OfferKind.DEED else 1):
                best, best_seen = current, seen
                for variant, looked in self._tried(current, offer, seen):
                    passed |= _met(looked) - _met(start)
                    if _badness(looked) < _badness(best_seen):
                        best, best_seen = variant, looked
                if best is current:
                    break
                current, seen = best, best_seen
        return passed

    def _tried(self, current: Upload, offer: Offer, seen: Inspection) -> Iterator[tuple[Upload, Inspection]]:
        """What comes of an offer in each way; what mends no more than the learner's own words is theirs."""
        for variant in _variants(current, offer, seen.findings, self._artefact):
            self._tries += 1
            if self._tries > MAX_TRIES:
                return
            looked = _inspected(variant)
            mended = _faults(seen) - _faults(looked)
            if not mended or not mended <= self._known(offer.kind):
                yield variant, looked

    def _known(self, kind: OfferKind) -> frozenset[Fault]:
        """Who named a thing in words has not written it yet; who wrote it may hear it named."""
        return self._said_or_written if kind is OfferKind.DEED else self._written

    @cached_property
    def _written(self) -> frozenset[Fault]:
        return self._mended_by([offer for offer in self._own if offer.kind is not OfferKind.DEED])

    @cached_property
    def _said_or_written(self) -> frozenset[Fault]:
        return self._written | self._mended_by([offer for offer in self._own if offer.kind is OfferKind.DEED])

    def _mended_by(self, own: Sequence[Offer]) -> frozenset[Fault]:
        start, mended, tries = _inspected(self._part), set[Fault](), 0
        for offer in own:
            for variant in _variants(self._part, offer, start.findings, self._artefact):
                tries += 1
                if tries > MAX_OWN_TRIES:
                    return frozenset(mended)
                mended |= _faults(start) - _faults(_inspected(variant))
        return frozenset(mended)


@lru_cache(maxsize=512)
def _inspected(upload: Upload) -> Inspection:
    return inspect(upload)


def _faults(inspection: Inspection) -> frozenset[Fault]:
    return frozenset(
        (finding.rule, finding.file, finding.message) for finding in inspection.findings if finding.effect is not None
    )


def _met(inspection: Inspection) -> set[str]:
    return {aspect for aspect, verdict in inspection.criteria.items() if verdict is Verdict.MET}


def _badness(inspection: Inspection) -> tuple[int, int]:
    weights = {Verdict.NOT_MET: 2, Verdict.PARTLY: 1}
    return -len(_met(inspection)), sum(
        weights.get(finding.effect, 0) for finding in inspection.findings if finding.effect
    )


def _of_whole_file(given: Sequence[Offer], artefact: ArtefactType) -> set[str]:
    """Where nothing was handed in yet, only a whole file does the work."""
    blocks = [offer.text for offer in given if offer.kind is OfferKind.BLOCK]
    name, patching = artefact.recognition.file_name, artefact.patching
    whole = [text for text in blocks if patching and all(re.search(pattern, text) for pattern in patching.whole)]
    return {aspect for text in whole for aspect in _met(inspect(Upload.of([SourceFile(name, text.encode())])))}


def _variants(part: Upload, offer: Offer, findings: Sequence[Finding], artefact: ArtefactType) -> Iterator[Upload]:
    if artefact.patching is None:
        return
    for file in part.of_kind(artefact.name):
        text = _text(file)
        flagged = [
            line
            for finding in findings
            if finding.file == file.path and finding.effect is not None
            for line in range(finding.line, finding.end_line + 1)
        ]
        made = dict.fromkeys(artefact.patching.of_file(text, offer, flagged))
        yield from (part.with_text(file.path, new) for new in made if new != text)
    yield from artefact.patching.beside(part, offer)


def _text(file: SourceFile) -> str:
    return file.text if file.is_readable else ""
