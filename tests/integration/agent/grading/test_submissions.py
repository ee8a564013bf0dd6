"""What learners handed in, reviews of it, and instructors' decisions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.domain.people import Person, Role
from agent.domain.verdicts import Judgement, Span
from agent.errors import ConcurrentChange, NotAllowed, NotFound
from agent.grading.gate_service import GateService
from agent.grading.reviews import Reviews
from agent.grading.submissions import Submissions
from agent.learners.directory import LearnerDirectory
from agent.storage.database import Storage
from tests.samples import INSTRUCTOR, LEARNER, PLAN, UPLOAD, held, met, unmet
from tools.findings import Verdict
from tools.uploads.files import MAX_FILES, SourceFile, Upload


@pytest.fixture
def submissions(storage: Storage, people: LearnerDirectory) -> Submissions:
    return Submissions(storage)


def _hand_in(submissions: Submissions, *uploads: dict[str, str]) -> dict[str, str]:
    """The workspace after these uploads: path to text."""
    for number, files in enumerate(uploads):
        upload = Upload.of(SourceFile(path, text.encode()) for path, text in files.items())
        submissions.record_upload(LEARNER.id, "first", upload, f"m{number}")
    return {file.path: file.text for file in submissions.workspace(LEARNER.id, "first")}


@pytest.mark.parametrize(
    ("uploads", "workspace"),
    [
        ([{"plan.md": "1", "Dockerfile": "FROM a:1"}, {"hardening-plan.md": "2"}], "Dockerfile hardening-plan.md"),
        ([{"compose.yaml": "1"}, {"stack/compose.yml": "2"}], "stack/compose.yml"),
        ([{"compose.yaml": "1", "compose.prod.yaml": "1"}, {"compose.yaml": "2"}], "compose.prod.yaml compose.yaml"),
        (
            [{"compose.yaml": "1"}, {"a/compose.yaml": "2", "b/compose.yaml": "2"}],
            "a/compose.yaml b/compose.yaml compose.yaml",
        ),
        ([{"plan.md": "1"}, {"README.md": "2"}], "README.md plan.md"),
        ([{"README.md": "1"}, {"plan.md": "2"}], "README.md plan.md"),
        ([{"Dockerfile": "FROM a:1"}, {"worker.Dockerfile": "FROM b:1"}], "Dockerfile worker.Dockerfile"),
        ([{"stack.yaml": "services:\n"}, {"compose.yaml": "2"}], "compose.yaml"),
        ([], ""),
    ],
)
def test_the_workspace_holds_the_newest_of_each_file(
    submissions: Submissions, uploads: list[dict[str, str]], workspace: str
) -> None:
    assert sorted(_hand_in(submissions, *uploads)) == workspace.split()


def test_the_newest_contents_win_and_the_same_message_counts_once(submissions: Submissions) -> None:
    assert _hand_in(submissions, {"plan.md": "old"}, {"plan.md": "new"}) == {"plan.md": "new"}
    submissions.record_upload(LEARNER.id, "first", Upload.of([SourceFile("plan.md", b"again")]), "m0")
    assert submissions.workspace(LEARNER.id, "first").files[0].text == "new"
    assert submissions.upload("m0").files[0].text == "old"


def test_workspaces_of_lessons_are_apart(submissions: Submissions) -> None:
    submissions.record_upload(LEARNER.id, "first", UPLOAD, "m1")
    assert len(submissions.workspace(LEARNER.id, "second")) == 0


def test_a_workspace_that_grows_over_the_limits_leaves_its_oldest_files_out(submissions: Submissions) -> None:
    for part in range(3):
        files = [SourceFile(f"{part}/{name}.py", b"x") for name in range(MAX_FILES // 2)]
        submissions.record_upload(LEARNER.id, "first", Upload.of(files), f"m{part}")
    folders = {file.path[0] for file in submissions.workspace(LEARNER.id, "first")}
    assert folders == {"1", "2"}


def test_somebody_unknown_hands_nothing_in(submissions: Submissions) -> None:
    with pytest.raises(NotFound, match="not known"):
        submissions.record_upload("T1:U404", "first", UPLOAD, "m1")
    with pytest.raises(NotFound):
        submissions.upload("m1")


def test_an_upload_that_is_not_there_says_what_to_do(submissions: Submissions) -> None:
    with pytest.raises(NotFound, match="send the files again"):
        submissions.upload("m404")


def test_the_standing_is_of_the_newest_files(gates: GateService, reviews: Reviews) -> None:
    assert reviews.criterion_status(LEARNER.id, "first") == {}
    reviews.draft(LEARNER.id, "first", [unmet("P1")])
    assert reviews.criterion_status(LEARNER.id, "first")["P1"].verdict is Verdict.NOT_MET
    reviews.record(LEARNER.id, "first", UPLOAD, [met("P1"), held("P2")], "m1")
    reviews.decide("m1", "P2", Verdict.MET, INSTRUCTOR, "seen it")
    assert {judgement.verdict for judgement in reviews.criterion_status(LEARNER.id, "first").values()} == {Verdict.MET}
    reviews.draft(LEARNER.id, "first", [unmet("P1"), held("P2")])
    criterion_status = reviews.criterion_status(LEARNER.id, "first")
    assert (criterion_status["P1"].verdict, criterion_status["P2"].verdict) == (Verdict.NOT_MET, Verdict.MET)


def test_the_same_message_gives_the_same_review(gates: GateService, reviews: Reviews) -> None:
    first = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1")], "m1")
    assert reviews.record(LEARNER.id, "first", UPLOAD, [unmet("P1")], "m1") == first
    assert reviews.latest(LEARNER.id, "first") == first
    assert reviews.latest(LEARNER.id, "second") is None


def test_only_instructors_decide_and_only_what_is_held(gates: GateService, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1"), met("P2")], "m1")
    with pytest.raises(NotAllowed):
        reviews.decide("m1", "P1", Verdict.MET, LEARNER, "I am the instructor")
    with pytest.raises(NotFound):
        reviews.decide("m1", "P2", Verdict.NOT_MET, INSTRUCTOR, "")
    with pytest.raises(NotFound):
        reviews.decide("m404", "P1", Verdict.MET, INSTRUCTOR, "")
    assert [pending.judgement.criterion for pending in reviews.pending("first", "T1")] == ["P1"]


def test_a_second_decision_cannot_turn_the_first_round(gates: GateService, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1")
    once = reviews.decide("m1", "P1", Verdict.MET, INSTRUCTOR, "seen it")
    assert reviews.decide("m1", "P1", Verdict.MET, INSTRUCTOR, "pressed twice") == once
    with pytest.raises(ConcurrentChange, match="decided already: met"):
        reviews.decide("m1", "P1", Verdict.NOT_MET, INSTRUCTOR, "")
    assert reviews.pending(None, "T1") == []


def test_a_decision_on_an_outdated_submission_is_refused(gates: GateService, reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1")
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1"), held("P2")], "m2")
    with pytest.raises(ConcurrentChange, match="handed in again"):
        reviews.decide("m1", "P1", Verdict.MET, INSTRUCTOR, "")
    waiting = [(pending.review_id, pending.judgement.criterion) for pending in reviews.pending(None, "T1")]
    assert waiting == [("m2", "P1"), ("m2", "P2")]


DOCKERFILE = SourceFile("Dockerfile", b"FROM python:3.12\n")
NEW_PLAN = SourceFile("plan.md", b"Logs go to stdout, and a dashboard is watched.\n")
NEW_DOCKERFILE = SourceFile("Dockerfile", b"FROM python:3.13\n")


@pytest.mark.parametrize(
    ("files", "again", "decided"),
    [
        ([NEW_PLAN, DOCKERFILE], held("D6"), True),
        ([PLAN, NEW_DOCKERFILE], held("D6"), False),
        ([NEW_PLAN, DOCKERFILE], replace(held("D6"), reason="another"), False),
    ],
)
def test_a_decision_holds_while_what_it_was_made_on_is_the_same(
    gates: GateService, reviews: Reviews, files: list[SourceFile], again: Judgement, *, decided: bool
) -> None:
    reviews.record(LEARNER.id, "first", Upload.of([PLAN, DOCKERFILE]), [held("D6"), unmet("P1")], "m1")
    reviews.decide("m1", "D6", Verdict.MET, INSTRUCTOR, "seen it run")
    second = reviews.record(LEARNER.id, "first", Upload.of(files), [again, met("P1")], "m2")
    assert second.judgements[0].pending is not decided
    assert len(reviews.pending("first", "T1")) == (0 if decided else 1)


def test_a_decision_on_a_quote_holds_while_the_quote_is_the_same(gates: GateService, reviews: Reviews) -> None:
    unsure = replace(met("P1"), verdict=Verdict.PARTLY, pending=True)
    reviews.record(LEARNER.id, "first", UPLOAD, [unsure], "m1")
    reviews.decide("m1", "P1", Verdict.MET, INSTRUCTOR, "clear enough")
    same = reviews.record(LEARNER.id, "first", Upload.of([PLAN, DOCKERFILE]), [unsure], "m2")
    assert same.judgements[0].verdict is Verdict.MET
    elsewhere = replace(unsure, spans=(Span.cut(NEW_PLAN, 0, 18),))
    assert reviews.record(LEARNER.id, "first", Upload.of([NEW_PLAN]), [elsewhere], "m3").judgements[0].pending


def test_nothing_waits_once_the_gate_is_behind_the_learner(gates: GateService, reviews: Reviews) -> None:
    gates.review(LEARNER.id, "first", reviews.record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1"))
    assert [pending.person for pending in reviews.pending("first", "T1")] == [LEARNER]
    gates.waive(LEARNER.id, "first", INSTRUCTOR, "did it at work")
    assert reviews.pending("first", "T1") == []


def test_evidence_survives_storage_bit_for_bit(gates: GateService, reviews: Reviews) -> None:
    judged = reviews.record(LEARNER.id, "first", UPLOAD, [met("P1")], "m1").judgements[0]
    assert judged == met("P1")
    assert judged.spans[0].holds_in(PLAN)


def test_another_workspace_sees_and_decides_nothing(reviews: Reviews) -> None:
    reviews.record(LEARNER.id, "first", UPLOAD, [held("P1")], "m1")
    assert reviews.pending(None, "T2") == []
    with pytest.raises(NotAllowed, match="another workspace"):
        reviews.decide("m1", "P1", Verdict.MET, Person("T2:U9", "Instructor", Role.INSTRUCTOR), "")


def _modes(upload: Upload) -> dict[str, bool | None]:
    return {file.path: file.executable for file in upload}


def test_modes_are_kept_until_a_newer_version_says_otherwise(submissions: Submissions) -> None:
    packed = [
        SourceFile("Dockerfile", b"FROM a:1"),
        SourceFile("run.sh", b"#!", True),
        SourceFile("app.sh", b"#!", False),
    ]
    submissions.record_upload(LEARNER.id, "first", Upload.of(packed), "m1")
    known: dict[str, bool | None] = {"Dockerfile": None, "app.sh": False, "run.sh": True}
    assert _modes(submissions.workspace(LEARNER.id, "first")) == known
    assert _modes(submissions.upload("m1")) == known
    submissions.record_upload(LEARNER.id, "first", Upload.of([SourceFile("run.sh", b"#! again")]), "m2")
    assert _modes(submissions.workspace(LEARNER.id, "first")) == known | {"run.sh": None}
