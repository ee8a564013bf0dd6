"""A learner's week artefact: final files, reviews and receipts of a lesson as one archive."""

from __future__ import annotations

import io
import json
import zipfile

from agent.errors import NotFound
from agent.receipts import Receipts
from agent.reviews import ReviewRecord, Reviews, to_json
from agent.submissions import Submissions
from knowledge.course import Course, Lesson
from tools.builder import BuildReceipt
from tools.context import context_key
from tools.files import Upload

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same contents give the same archive, bit for bit


class Week:
    def __init__(self, course: Course, submissions: Submissions, reviews: Reviews, receipts: Receipts) -> None:
        self._course, self._submissions, self._reviews, self._receipts = course, submissions, reviews, receipts

    def archive(self, person_id: str, lesson_id: str) -> bytes:
        lesson, review = self._course.lesson(lesson_id), self._reviews.latest(person_id, lesson_id)
        if lesson is None or review is None:
            raise NotFound("There is no review yet. Hand in your files and submit them first.")
        upload = self._submissions.by_digests(review.files)
        entries = {f"files/{file.path}": file.data for file in upload}
        entries["review.md"] = _sheet(lesson, review).encode()
        entries["review.json"] = _json(to_json(review.judgements))
        receipt = self._build(upload)
        if receipt is not None:
            entries["build-receipt.json"] = _json({"inputs": receipt.inputs, "outcome": receipt.outcome.value})
        return _zipped(entries)

    def _build(self, upload: Upload) -> BuildReceipt | None:
        key = context_key(upload)
        return self._receipts.for_inputs(key) if key else None


def _sheet(lesson: Lesson, review: ReviewRecord) -> str:
    lines = [f"# {lesson.gate}: review {review.number}", "", lesson.title, ""]
    by_id = {one.criterion: one for one in review.judgements}
    for criterion in lesson.rubric:
        judgement = by_id.get(criterion.id)
        if judgement is not None:
            lines.append(f"- **{criterion.id} {criterion.title}**: {judgement.verdict.value}")
            lines.extend(f"  > {' '.join(span.quote.split())} (`{span.file}`)" for span in judgement.spans)
    return "\n".join(lines) + "\n"


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), entries[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
