"""What a build receipt says of a criterion: met, not met with its reason, or waiting for somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.domain.verdicts import Judgement
from agent.grading import verification
from agent.grading.assessment import Assessor
from agent.grading.gate_service import GateService
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from knowledge.course.pack import Course
from knowledge.retrieval.embedding import Embedding
from tests.samples import LEARNER, criterion, lesson
from tools.findings import Verdict
from tools.sandbox.build.context import context_key
from tools.sandbox.builder import MISSING_BASE, BuildReceipt, NoBuilder, Outcome, SecretFound
from tools.sandbox.run_report import RULES, RunReport
from tools.sandbox.stack.keys import stack_key
from tools.sandbox.stack.receipt import ServiceReport, StackReceipt, Wait
from tools.uploads.files import SourceFile, Upload

TOOLS = replace(criterion("D3", judged_by="inspection"), aspect="D3"), criterion("D6", judged_by="receipt")
TOOLED = Course("course", "A course", "", (lesson("first", 1, *TOOLS),))
GOOD = Upload.of([SourceFile("Dockerfile", b'FROM busybox:1.36\nUSER 1000\nCMD ["sleep", "1"]\n')])
RUNS = RunReport(True, True, None, 0.5, rules=RULES, stop_code=0)
BUILT = BuildReceipt(context_key(GOOD) or "", Outcome.BUILT, "Built.", run=RUNS)
CASES = {
    "runs": (BUILT, Verdict.MET, Verdict.MET, ""),
    "unhealthy": (replace(BUILT, run=replace(RUNS, health="unhealthy")), Verdict.MET, Verdict.NOT_MET, "not healthy"),
    "a key in a layer": (
        replace(BUILT, found=(SecretFound("`root/id_rsa` (a private key)", 2, removed_later=True),)),
        Verdict.NOT_MET,
        Verdict.MET,
        "`root/id_rsa` (a private key) in a layer, from line 2, removed by a later one",
    ),
    "unread": (replace(BUILT, unread="it holds too much"), Verdict.NOT_CHECKED, Verdict.MET, "not be read whole"),
    "no base": (
        replace(BUILT, outcome=Outcome.REFUSED, cause=MISSING_BASE, summary="I have no image `x:1` here.", run=None),
        Verdict.MET,
        Verdict.NOT_CHECKED,
        "no image `x:1`",
    ),
    "failed": (
        replace(BUILT, outcome=Outcome.FAILED, summary="It ended.", question="Why?", run=None),
        Verdict.MET,
        Verdict.NOT_MET,
        "It ended. Why?",
    ),
}


def _judged(storage: Storage, receipt: BuildReceipt) -> tuple[Judgement, ...]:
    Receipts(storage).save(LEARNER.id, receipt)
    assessor = Assessor(TOOLED, Receipts(storage), NoBuilder(""), None, Embedding())
    return assessor.judge(TOOLED.lessons[0], GOOD)


@pytest.mark.parametrize("name", CASES)
def test_what_a_build_found_counts(storage: Storage, people: LearnerDirectory, name: str) -> None:
    receipt, secrets, runs, said = CASES[name]
    judged = _judged(storage, receipt)
    assert [judgement.verdict for judgement in judged] == [secrets, runs]
    assert said in " ".join(judgement.missing + judgement.reason for judgement in judged)
    assert all(judgement.pending == (judgement.verdict is Verdict.NOT_CHECKED) for judgement in judged)


WAITED = (Wait("api", "db", "service_healthy", 20.0, met=False),)
BLUEPRINT = Upload.of(
    [
        *GOOD,
        SourceFile(
            "compose.yaml",
            b"services:\n  api: {build: ., depends_on: {db: {condition: service_healthy}}}\n"
            b"  db: {image: 'postgres:17', healthcheck: {test: [CMD, pg_isready]}}\n",
        ),
    ]
)


@pytest.mark.parametrize(
    ("service", "waits", "verdicts"),
    [
        (ServiceReport("api", "", is_built=True, run=RUNS), (), [Verdict.MET, Verdict.MET]),
        (ServiceReport("api", "", is_built=True), WAITED, [Verdict.NOT_MET, Verdict.NOT_MET]),
    ],
)
def test_a_run_of_the_blueprint_backs_waiting_and_running(
    storage: Storage,
    people: LearnerDirectory,
    service: ServiceReport,
    waits: tuple[Wait, ...],
    verdicts: list[Verdict],
) -> None:
    tools = replace(criterion("B3", judged_by="inspection"), aspect="B3", artefact="compose"), TOOLS[1]
    stacked = Course("course", "A course", "", (lesson("first", 1, *tools),))
    stack = StackReceipt("compose.yaml", (service,), waits=waits)
    Receipts(storage).save(LEARNER.id, BuildReceipt(stack_key(BLUEPRINT) or "", Outcome.BUILT, "Built.", stack=stack))
    assessor = Assessor(stacked, Receipts(storage), NoBuilder(""), None, Embedding())
    judged = assessor.judge(stacked.lessons[0], BLUEPRINT)
    assert [judgement.verdict for judgement in judged] == verdicts
    reviews = Reviews(storage)
    gates = GateService(storage, stacked, reviews)
    gates.enrol(LEARNER.id)
    gates.review(LEARNER.id, "first", reviews.record(LEARNER.id, "first", BLUEPRINT, judged, "m1"))
    assert verification.verify(storage, stacked) == []


@pytest.mark.parametrize("name", CASES)
def test_the_verifier_comes_to_the_same(storage: Storage, people: LearnerDirectory, name: str) -> None:
    Receipts(storage).save(LEARNER.id, replace(BUILT, run=replace(RUNS, stop_code=1)))
    reviews = Reviews(storage)
    gates = GateService(storage, TOOLED, reviews)
    gates.enrol(LEARNER.id)
    judged = _judged(storage, CASES[name][0])
    gates.review(LEARNER.id, "first", reviews.record(LEARNER.id, "first", GOOD, judged, "m1"))
    assert verification.verify(storage, TOOLED) == []
