"""Plans and their verdicts: what counts, what earns nothing, and that the quotes carry the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.domain.verdicts import Judgement
from agent.grading.plan_review.fitted import is_current, learn_from, recall
from agent.grading.plan_review.guide import read_guides
from agent.grading.plan_review.reviewer import PlanReviewer
from agent.grading.plan_review.statements import MAX_STATEMENTS
from evals.cases import load_all
from evals.metamorphic import broken_properties
from evals.suites.review import kappa
from knowledge.course.loader import load_course
from knowledge.course.pack import Lesson
from knowledge.retrieval.embedding import Embedding
from tools.findings import Verdict
from tools.uploads.files import SourceFile

COURSE, EMBEDDING = load_course(), Embedding()
REVIEWER = PlanReviewer.load(COURSE.lessons[0], EMBEDDING)
GOOD = (Path(__file__).parents[4] / "submissions" / "good" / "plan.md").read_text("utf-8")
PADDING = (
    "\nThe service answers questions about documents for a team of forty people. "
    "We wrote it in Python. It is small and new.\n"
)
MET, PARTLY, NOT_MET = Verdict.MET, Verdict.PARTLY, Verdict.NOT_MET


def _review(text: str) -> dict[str, Judgement]:
    return {one.criterion: one for one in REVIEWER.review(SourceFile("plan.md", text.encode()))}


def test_a_good_plan_meets_every_criterion_on_its_own_words() -> None:
    for judgement in _review(GOOD).values():
        assert judgement.verdict is MET
        assert all(span.holds_in(SourceFile("plan.md", GOOD.encode())) for span in judgement.spans)


def test_no_property_breaks_on_a_sample_of_all_plans() -> None:
    """The whole of it is a suite; here, every sixth plan and the good one."""
    plans = [case["plan"] for half in ("held", "tuning") for case in load_all(f"review/{half}")][::6]
    assert list(broken_properties(REVIEWER, [GOOD, *plans])) == []


READINGS = [
    # denials, intentions, lists, headings
    ("P7", "We have no rollback yet and do not back up the database.", NOT_MET),
    ("P4", "We will not scan images and do not rebuild them weekly.", NOT_MET),
    ("P6", "There are no memory limits, and nobody has thought of a second replica.", NOT_MET),
    ("P3", "Secrets will be handled securely.", NOT_MET),
    ("P7", "Rollbacks will be fast and safe.", NOT_MET),
    ("P5", "Trivy, Prometheus, Grafana, Loki, Vault, Renovate, alerts, stdout.", NOT_MET),
    ("P6", "## Limits of 1 GB and three replicas behind a queue", NOT_MET),
    # one day, elsewhere, rejected, asked
    ("P6", "TODO: limit memory to 1 GB and run three replicas under load.", NOT_MET),
    ("P4", "- [ ] Trivy in CI\n- [ ] weekly rebuild", NOT_MET),
    ("P4", "One day Trivy scans each image and a job rebuilds it weekly.", NOT_MET),
    ("P4", "If we had the budget, Trivy would scan each image and it would be rebuilt weekly.", NOT_MET),
    ("P7", "My former team redeployed the previous image by digest and restored backups.", NOT_MET),
    (
        "P7",
        "At my last company things were good. The previous digest was redeployed and backups were restored.",
        NOT_MET,
    ),
    ("P4", "A colleague suggested a weekly rebuild and Trivy in CI, but we rejected that.", NOT_MET),
    ("P4", "Trivy in CI and a weekly rebuild were on the table. We turned this down.", NOT_MET),
    ("P6", "Should each container get 1 GB, with three replicas behind a queue?", NOT_MET),
    ("P6", "The other team limits memory to 1 GB and runs three replicas behind a queue.", NOT_MET),
    ("P5", "One should log to stdout and let Prometheus alert the on-call engineer.", NOT_MET),
    # P1: a source counts with its fix; one library and its version is one source
    ("P1", "Python packages are pinned by uv.lock.", PARTLY),
    ("P1", "Our torch version is 2.3.1, fixed in uv.lock.", PARTLY),
    ("P1", "torch is fixed in uv.lock, and ffmpeg is installed in the image by its exact version.", MET),
    ("P1", "The packages on staging differed from those on the laptops, and so did the GPU driver.", PARTLY),
    # P2: local, staging, production, an immutable name, only configuration; never built again
    (
        "P2",
        "The same image digest runs on laptops, in staging and in production; only environment variables differ.",
        MET,
    ),
    ("P2", "The image moves from staging to production with the tag main, only configuration differs.", PARTLY),
    ("P2", "Each environment builds its own image from the main branch.", NOT_MET),
    # P3: one of three missing is partly, two are not met
    ("P3", "Secrets live in Vault and are mounted as files when the container starts.", PARTLY),
    ("P3", "Secrets live in Vault, are mounted as files at start, and are never part of an image.", MET),
    ("P3", "API keys are stored in Vault.", NOT_MET),
    # P4: one of two
    ("P4", "The image is rebuilt every Monday by a scheduled pipeline.", PARTLY),
    ("P4", "Renovate rebuilds the image when its base changes, and the image must stay below 400 MB.", MET),
    # P5, P6: what brings it decides
    ("P5", "We log errors with the logging module.", PARTLY),
    ("P5", "The container does not bring observability. Logs go to stdout, and Prometheus alerts the team.", MET),
    ("P6", "A container does not scale by itself.", NOT_MET),
    ("P6", "Each container is limited to 512 MB of memory.", PARTLY),
    ("P6", "Each container is limited to 512 MB of memory. Three replicas take the load behind nginx.", MET),
    # P7, P8
    ("P7", "helm rollback starts the previous release.", PARTLY),
    ("P7", "helm rollback starts the previous release; migrations stay compatible with it.", MET),
    ("P8", "We have smoke tests.", PARTLY),
    ("P8", "The smoke tests run against the same digest in staging and in production.", MET),
    ("P8", "Every environment builds its own image. A job builds each commit twice and compares the digests.", MET),
]


@pytest.mark.parametrize(("criterion", "text", "verdict"), READINGS)
def test_readings_of_the_rubric(criterion: str, text: str, verdict: Verdict) -> None:
    assert _review(text + "\n" + PADDING)[criterion].verdict is verdict


@pytest.mark.parametrize(
    "criterion",
    [other_criterion.id for other_criterion in COURSE.lessons[0].rubric if other_criterion.judged_by == "text"],
)
def test_the_rubric_handed_back_earns_nothing(criterion: str) -> None:
    rubric = COURSE.lessons[0].criterion(criterion)
    assert rubric is not None
    assert _review(rubric.met_when + PADDING)[criterion].verdict is NOT_MET


def test_what_can_be_read_in_two_ways_is_held_with_the_reason() -> None:
    plans = [case["plan"] for case in load_all("review/tuning")][::5]
    held = [judgement for plan in plans for judgement in _review(plan).values() if judgement.pending]
    assert held
    assert all(pending.reason for pending in held)


def test_what_is_missing_is_asked() -> None:
    for one in _review("We keep a small service alive." + PADDING).values():
        assert one.missing.endswith("?")


def test_a_plan_in_another_language_is_held_for_an_instructor() -> None:
    german = (
        "Die Abbilder werden jede Woche neu gebaut und auf Schwachstellen geprüft. Die Geheimnisse liegen im Tresor. "
        * 4
    )
    assert all(one.pending and one.verdict is NOT_MET for one in _review(german).values())


def test_ten_words_are_no_plan() -> None:
    assert {one.verdict for one in _review("We use Docker and it works well for our team.").values()} == {NOT_MET}


def test_more_than_anybody_writes_is_held_soon() -> None:
    endless = "We keep the previous digest. " * (MAX_STATEMENTS * 20)
    assert all(one.pending for one in _review(endless).values())


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda other_lesson: other_lesson.id)
@pytest.mark.timeout(600)
def test_what_was_learnt_is_current_and_the_same_when_learnt_again(lesson: Lesson) -> None:
    guides, faults = read_guides(lesson)
    assert faults == []
    assert is_current(lesson.folder / "review", guides)
    kept, anew = (do(lesson.folder / "review", guides, EMBEDDING) for do in (recall, learn_from))
    assert (kept.phrases.names, kept.weights.keys()) == (anew.phrases.names, anew.weights.keys())
    assert all(abs(kept.weights[name] - anew.weights[name]).max() < 0.01 for name in anew.weights)


def test_the_second_lessons_plans_are_judged_by_its_own_data() -> None:
    reviewer = PlanReviewer.load(COURSE.lessons[1], EMBEDDING)
    pairs = [
        (case["expect"].get(judgement.criterion, "not met"), judgement.verdict.value)
        for case in load_all("review/release")
        for judgement in reviewer.review(SourceFile("plan.md", case["plan"].encode()))
    ]
    assert kappa(pairs) >= 0.9
