"""What a pass says of its fault-finding exercise, recomputed from the events before it and the files of its review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from agent.domain.gate import GateAction
from agent.domain.people import Role
from agent.grading.evidence import Review
from agent.grading.fault_exercise import RECORDED, exercise_of, is_right
from agent.grading.submissions import fetch
from agent.storage.tables import GateEventRow
from knowledge.course.pack import Lesson
from tools.uploads.files import Upload


def exercise_faults(
    session: Session, review: Review, lesson: Lesson, event: GateEventRow, before: GateEventRow | None
) -> Iterator[str]:
    """A gate whose lesson asks for an exercise passes on one that was found, waived, or could not be made."""
    said: Mapping[str, Any] = event.evidence.get(RECORDED, {})
    upload = Upload.of(fetch(session, review.row.files))
    if said.get("put"):
        yield from _put(lesson, upload, review.row.id, said["put"])
    if event.action != GateAction.PASS:
        return
    if said.get("waived"):
        by_instructor = event.evidence.get("role") == Role.INSTRUCTOR and event.actor != event.person_id
        if not by_instructor or not event.reason.strip():
            yield "waives a fault-finding exercise without an instructor and a reason"
    elif said.get("none"):
        if exercise_of(lesson, upload, review.row.id, 1) is not None:
            yield "passes without the fault-finding exercise that can be made of its files"
    elif not said.get("found") or not is_right(said["asked"], said["said"]):
        yield "passes without a fault-finding exercise that was found"
    elif before is None or before.evidence.get(RECORDED, {}).get("put") != said["asked"]:
        yield "answers a fault-finding exercise that was not put"


def _put(lesson: Lesson, upload: Upload, seed: str, record: Mapping[str, Any]) -> Iterator[str]:
    """Checks that see more than those of the day may make another copy; then the file alone is compared."""
    made = exercise_of(lesson, upload, seed, record["number"])
    if upload.find(record["file"]) is None:
        yield "puts a fault-finding exercise into a file that was not handed in"
    elif made is not None and made.on_record()["copy"] == record["copy"] and made.on_record() != record:
        yield "puts a fault-finding exercise with another answer than its copy has"
