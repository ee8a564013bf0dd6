"""The week artefact: what a learner takes along from a lesson."""

from __future__ import annotations

import io
import json
import zipfile
from types import MappingProxyType

import pytest

from agent.domain.verdicts import Judgement, Receipt
from agent.errors import NotFound
from agent.grading.gate_service import GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.portfolio import Portfolio
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, PLAN, UPLOAD, course, held, met
from tools.artefacts.registry import aspects
from tools.findings import Inspection, Verdict
from tools.sandbox.builder import BuildReceipt, Outcome


@pytest.fixture
def week(storage: Storage, gates: GateService, reviews: Reviews) -> Portfolio:
    return Portfolio(course(), Submissions(storage), reviews, Receipts(storage))


def _read(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_before_a_review_there_is_none(week: Portfolio) -> None:
    with pytest.raises(NotFound, match="submit them first"):
        week.archive(LEARNER.id, "first")
    with pytest.raises(NotFound):
        week.archive(LEARNER.id, "no such lesson")


def test_it_holds_files_review_and_receipts(week: Portfolio, storage: Storage, reviews: Reviews) -> None:
    receipts = Receipts(storage)
    receipts.save(LEARNER.id, BuildReceipt("sha256:in", Outcome.BUILT, "Built."))
    receipts.save_inspection(Inspection(UPLOAD.digest, MappingProxyType(dict.fromkeys(aspects(), Verdict.MET))))
    inspected = Judgement("P2", Verdict.MET, receipt=Receipt("inspection", UPLOAD.digest, "met"))
    built = Judgement("P3", Verdict.MET, receipt=Receipt("build", "sha256:in", "built"))
    reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), inspected, built], "m1")
    entries = _read(week.archive(LEARNER.id, "first"))
    assert list(entries) == [
        "files/Dockerfile",
        "files/plan.md",
        "receipts/build.json",
        "receipts/inspection.json",
        "review.json",
        "review.md",
    ]
    assert entries["files/plan.md"] == PLAN.text
    assert "- **P1 Title P1**: met\n  > Logs go to stdout. (`plan.md`)\n" in entries["review.md"]
    assert json.loads(entries["review.json"])["judgements"][0]["spans"][0]["quote"] == "Logs go to stdout."
    assert json.loads(entries["receipts/build.json"])["outcome"] == "built"


def test_it_says_what_waits_and_what_an_instructor_decided(week: Portfolio, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1"), held("P2")], "m1")
    reviews.decide("m1", "P2", Verdict.MET, INSTRUCTOR, "seen it run")
    sheet = _read(week.archive(LEARNER.id, "first"))["review.md"]
    assert "P1 Title P1**: waits for an instructor" in sheet
    assert "P2 Title P2**: met\n  An instructor decided this. seen it run" in sheet


def test_the_same_contents_give_the_same_bytes(week: Portfolio, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [met("P1")], "m1")
    assert week.archive(LEARNER.id, "first") == week.archive(LEARNER.id, "first")
