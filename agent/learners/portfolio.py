"""A learner's week artefact: final files, the review and its receipts of a lesson as one archive."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

from agent.domain.verdicts import Judgement
from agent.errors import NotFound
from agent.grading.receipts import Receipts, build_to_json, inspection_to_json
from agent.grading.reviews import ReviewRecord, Reviews, to_json
from agent.grading.submissions import Submissions
from agent.storage.tables import Json
from knowledge.course.pack import Course, Lesson

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same contents give the same archive, bit for bit


class Portfolio:
    def __init__(self, course: Course, submissions: Submissions, reviews: Reviews, receipts: Receipts) -> None:
        self._course, self._submissions, self._reviews, self._receipts = course, submissions, reviews, receipts

    def archive(self, person_id: str, lesson_id: str) -> bytes:
        lesson, review = self._course.lesson(lesson_id), self._reviews.latest(person_id, lesson_id)
        if lesson is None or review is None:
            raise NotFound("There is no review yet. Hand in your files and submit them first.")
        entries = {f"files/{file.path}": file.data for file in self._submissions.by_digests(review.files)}
        entries["review.md"] = _sheet(lesson, review).encode()
        entries["review.json"] = _json(_record(lesson, review))
        entries |= {f"receipts/{name}.json": _json(receipt) for name, receipt in self._receipts_of(review)}
        return _zipped(entries)

    def _receipts_of(self, review: ReviewRecord) -> Iterator[tuple[str, Json]]:
        """What the tools attested, each once."""
        for receipt in {judgement.receipt for judgement in review.judgements if judgement.receipt}:
            inspection = self._receipts.inspection(receipt.digest) if receipt.kind == "inspection" else None
            build = self._receipts.for_inputs(receipt.digest) if receipt.kind == "build" else None
            if inspection is not None:
                yield "inspection", inspection_to_json(inspection)
            if build is not None:
                yield "build", build_to_json(build)


def _record(lesson: Lesson, review: ReviewRecord) -> Json:
    return {
        "lesson": lesson.id,
        "gate": lesson.gate,
        "review": review.number,
        "at": review.created_at.isoformat(),
        "upload": review.upload_digest,
        "files": review.files,
        **to_json(review.judgements),
    }


def _sheet(lesson: Lesson, review: ReviewRecord) -> str:
    head = [f"# {lesson.gate}: review {review.number}", "", f"{lesson.title}, {review.created_at:%Y-%m-%d}", ""]
    by_id = {other_judgement.criterion: other_judgement for other_judgement in review.judgements}
    judged = [
        (criterion.id, criterion.title, by_id[criterion.id]) for criterion in lesson.rubric if criterion.id in by_id
    ]
    lines = [line for name, title, judgement in judged for line in _lines(name, title, judgement)]
    return "\n".join([*head, *lines]) + "\n"


def _lines(name: str, title: str, judgement: Judgement) -> Iterator[str]:
    verdict = "waits for an instructor" if judgement.pending else judgement.verdict.value
    yield f"- **{name} {title}**: {verdict}"
    yield from (f"  > {' '.join(span.quote.split())} (`{span.file}`)" for span in judgement.spans)
    if judgement.receipt is not None and judgement.receipt.kind == "decision":
        yield f"  An instructor decided this. {' '.join(judgement.reason.split())}".rstrip()
    elif judgement.receipt is not None:
        yield f"  By {judgement.receipt.kind} of `{judgement.receipt.digest}`."


def _json(value: Json) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(entries):
            archive.writestr(_entry(name), entries[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # one form on every system
    return entry
