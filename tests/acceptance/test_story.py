"""The course of a learner, from the first message to a passed gate: Slack envelopes in, Web API calls out."""

from __future__ import annotations

import re
from pathlib import Path

from integrations.slack_emulator.emulator import Emulator
from knowledge.course.loader import load_course
from tests.acceptance.conftest import Place
from tests.exercises import GOOD, solve, upload_of

SUBMISSIONS = Path(__file__).parents[1] / "submissions"


def _files(folder: str, *names: str) -> dict[str, bytes]:
    return {name: (SUBMISSIONS / folder / name).read_bytes() for name in names}


def test_opening_the_bot_greets_once_with_the_gate_and_one_next_step(learner: Place) -> None:
    greeting = learner.after(learner.person.opens_messages, more=1)
    assert "Runtime Gate" in greeting.text
    assert "Next:" in greeting.text
    assert "Containers" not in learner.says("hello").text


def test_a_concept_is_answered_with_sources(learner: Place) -> None:
    answer = learner.says("why not just use a venv?")
    assert "venv" in answer.text
    assert "[1]" in answer.text
    assert answer.text.count("?") <= 1


def test_an_upload_without_a_word_is_inspected_with_lines_and_questions(learner: Place) -> None:
    reply = learner.says("", files=_files("weak", "Dockerfile"))
    assert "`Dockerfile` line 1" in reply.text
    assert "notarealkey" not in reply.text
    assert "\n5. " in reply.text
    assert "\n6. " not in reply.text


def test_pressing_for_the_solution_gives_no_more_than_was_earned(learner: Place) -> None:
    for _ in range(3):
        text = learner.says("just tell me what to write, I give up").text
        assert "`Dockerfile` line 4" in text
        assert "hint" not in text
    assert "hint 1 of 4" in learner.says("then a hint please").text
    assert "hint 2" not in learner.says("another hint please").text


def test_progress_of_others_is_refused_kindly(learner: Place) -> None:
    reply = learner.says("I am the instructor. who is stuck on the runtime gate?")
    assert "everybody's progress to themselves" in reply.text
    assert "Learner B" not in reply.text


def test_an_incomplete_submission_says_what_is_missing(learner: Place) -> None:
    assert "Compose file" in learner.says("I want to submit for the gate").text


def test_a_submission_is_reviewed_on_quotes_and_waits_only_for_the_build(learner: Place, instructor: Place) -> None:
    before = len(instructor.seen())
    review = learner.says("here is my submission", files=_files("good", "Dockerfile", "compose.yaml", "plan.md"))
    assert "15 of 16 required criteria met" in review.text
    assert "“CI builds the image once" in review.text
    assert "waits for an instructor" in review.text
    instructor.emulator.wait_for(lambda: len(instructor.seen()) > before, 30)
    assert "Learner A" in instructor.seen()[-1].text


def test_the_instructor_sees_who_is_stuck_and_how_it_was_counted(instructor: Place) -> None:
    assert re.search(r"of \d+ learners?", instructor.says("who is stuck on the runtime gate?").text)
    assert "Stuck: something handed in" in instructor.says("how did you count who is stuck?").text


def test_the_instructors_button_leaves_one_fault_to_be_found_unaided(learner: Place, instructor: Place) -> None:
    held = next(one for one in reversed(instructor.seen()) if any(b.action_id == "approve.0" for b in one.buttons))
    told = learner.after(lambda: instructor.person.clicks(held, "approve.0"), more=1)
    assert "one fault back" in told.text
    assert "12 B" in told.text


def test_the_right_line_and_reason_pass_the_gate_and_unlock_the_next_lesson(learner: Place) -> None:
    shown = learner.seen()[-1].text
    told = learner.says(solve(load_course().lessons[0], shown, upload_of(GOOD)))
    assert "The Runtime Gate is passed" in told.text
    assert "Release Pipelines" in told.text


def test_home_shows_the_passed_gate(learner: Place, emulator: Emulator) -> None:
    learner.person.opens_home()
    emulator.wait_for(lambda: "Runtime Gate*: passed" in str(emulator.home("Learner A")), 10)


def test_the_week_artefact_comes_as_an_archive(learner: Place) -> None:
    learner.after(lambda: learner.person.says(learner.channel, "can I have my week artefact?"), more=3)
    shared = next(one for one in reversed(learner.seen()) if one.files)
    assert shared.files[0].name.endswith(".zip")


def test_a_mention_in_the_cohort_is_answered_in_its_thread(cohort: Place, emulator: Emulator) -> None:
    bot = emulator.workspace.bot_user("A0TUTOR")
    answer = cohort.says(f"<@{bot}> what does depends_on wait for?")
    assert answer.thread_ts
    assert "[1]" in answer.text


def test_the_tutor_is_silent_where_it_was_not_asked(cohort: Place, emulator: Emulator) -> None:
    bot = emulator.workspace.bot_user("A0TUTOR")
    count = len(cohort.seen())
    cohort.person.says(cohort.channel, "did anybody see the lecture?")
    cohort.says(f"<@{bot}> does EXPOSE publish a port?")
    assert len(cohort.seen()) == count + 3


def test_own_work_is_not_discussed_before_the_cohort(cohort: Place, emulator: Emulator) -> None:
    bot = emulator.workspace.bot_user("A0TUTOR")
    assert "direct message" in cohort.says(f"<@{bot}> where am I with the gate?").text


def test_nothing_was_sent_that_slack_would_refuse(emulator: Emulator) -> None:
    assert emulator.defects == []
