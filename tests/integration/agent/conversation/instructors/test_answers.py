"""What instructors are told, of a cohort that really handed in what is counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.conversation.decision import Decision
from agent.conversation.instructors import asks_for_cost, continues, names_a_learner
from agent.domain.people import Person
from agent.learners.misconceptions import SMALLEST_GROUP
from agent.llm.port import Usage
from agent.understanding.acts import About, Act, Reading
from tests.cohort import BELIEVERS, ELSEWHERE, INSTRUCTOR, NAMES, PEOPLE, Cohort

MESSAGES = Path(__file__).parents[4] / "unit/agent/conversation/instructors/messages.yaml"
IDS = {"U0KAI": "U0LEARN05", "U0PRIYA": "U0LEARN10", "U0WEI": "U0LEARN13"}
AGE = re.compile(r"\bjust now\b|\b(less than a|\d+) (minute|hour|day)s?\b|\bnever\b")


def _all(decision: Decision) -> str:
    """Text and table as one."""
    rows = [decision.table.columns, *decision.table.rows] if decision.table else []
    return "\n".join([decision.draft, *(" | ".join(row) for row in rows)])


def _column(decision: Decision, name: str) -> list[str]:
    assert decision.table is not None
    return [row[decision.table.columns.index(name)] for row in decision.table.rows]


def _conversations() -> Iterator[list[str]]:
    for turns in yaml.safe_load(MESSAGES.read_text("utf-8")):
        texts = [turn["text"] for turn in turns if turn["kind"] != "decision"]
        yield [re.sub("|".join(IDS), lambda match: IDS[match.group()], text) for text in texts]


def _replies(cohort: Cohort) -> Iterator[tuple[str, Decision]]:
    for texts in _conversations():
        memory: dict[str, str] = {}
        for text in texts:
            decision, memory = cohort.asks(text, memory)
            yield text, decision


def test_one_learner_in_a_sentence_or_two(cohort: Cohort) -> None:
    decision, _ = cohort.asks("how's Ben doing?")
    assert decision.draft.startswith(
        "**Ben Castellano**: 0 of 16 required criteria met; 2 uploads, the last 2 days ago"
    )
    assert "D1 has been open for 2 days, with 2 attempts and 2 hints." in decision.draft
    assert "Not handed in yet: the Compose file and the plan" in decision.draft


def test_what_is_offered_once_is_given_on_a_yes_and_not_offered_again(cohort: Cohort) -> None:
    first, memory = cohort.asks("how's Kai doing?")
    assert first.draft.endswith("Shall I show what they handed in?")
    second, memory = cohort.asks("and Ben?", memory)
    assert "Shall I" not in second.draft
    third, _ = cohort.asks("yes please", memory)
    assert third.draft.startswith("**Ben Castellano** has sent 1 file in 2 uploads")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("did Amara pass?", "Yes. **Amara Okafor** passed the Runtime Gate 2 days ago, after 1 review."),
        ("is Sam through?", "Yes. **Sam O'Brien** is through: an instructor waived the Runtime Gate 2 days ago."),
        ("has Priya passed", "Not yet. **Priya Raman**: 15 of 16 required criteria met"),
        ("has Chiara uploaded anything?", "No: **Chiara Rossi** has handed in nothing yet for the Runtime Gate"),
        ("has Wei uploaded anything?", "Yes. **Wei Zhang** has sent 1 file"),
        ("is Priya ahead of Wei?", "Yes. **Priya Raman** is furthest"),
        ("is Wei ahead of Priya?", "No. **Priya Raman** is furthest"),
        ("since when is Ben stuck", "**Ben Castellano**: D1 Pinned base has been open since"),
        ("how many hints did Kai get?", "**Kai Nakamura** has had 1 hint on 1 criterion."),
        ("how many hints did Wei get?", "**Wei Zhang** has had no hint yet."),
        ("when was Jonas last seen", "**Jonas Lindqvist** was last here 2 days ago"),
        ("what's still open for Dmitri", "**Dmitri Volkov**: 15 of 16 required criteria met"),
        ("did Priya's image build?", "There is no build by **Priya Raman**. No engine in this test."),
        ("Lena?", "Which Lena do you mean: **Lena Brandt** or **Lena Fischer**?"),
    ],
)
def test_first_words_answer_the_message(cohort: Cohort, text: str, first: str) -> None:
    assert cohort.asks(text)[0].draft.startswith(first)


def test_whose_is_asked_back_where_nobody_is_named(cohort: Cohort) -> None:
    decision, memory = cohort.asks("show me the plan")
    assert decision.draft == "You ask for files, but not whose. Name a learner, or several."
    assert cohort.asks("Dmitri", memory)[0].draft.startswith("**Dmitri Volkov**, `plan.md`, version 1")


def test_an_unknown_name_is_said_with_what_was_understood(cohort: Cohort) -> None:
    decision, _ = cohort.asks("show me Marek's hints")
    assert decision.draft.startswith("You ask about hints, but I know nobody called “Marek”.")
    assert "Do you mean **Chiara Rossi**?" in cohort.asks("how is Carla doing?")[0].draft


def test_a_name_that_is_known_is_answered_beside_one_that_is_not(cohort: Cohort) -> None:
    decision, _ = cohort.asks("compare Kai with Marek")
    assert decision.draft.startswith("**Kai Nakamura**")
    assert "I know nobody called “Marek”." in decision.draft


def test_files_come_with_version_and_date_and_without_their_secrets(cohort: Cohort) -> None:
    decision, memory = cohort.asks("show me what Priya handed in")
    assert set(_column(decision, "File")) == {"Dockerfile", "compose.yaml", "plan.md"}
    assert dict(zip(_column(decision, "File"), _column(decision, "Version"), strict=True))["Dockerfile"] == "v2"
    assert {name for name, _ in decision.attached} == {"Dockerfile", "compose.yaml", "plan.md"}
    shown, _ = cohort.asks("and Wei's Dockerfile?", memory)
    assert "`Dockerfile`, version 1, sent " in shown.draft
    assert "RUN pip install fastapi" in shown.draft
    assert "notarealkey" not in shown.draft
    missing, _ = cohort.asks("Wei's plan")
    assert missing.draft.startswith("**Wei Zhang** has sent no plan yet")


def test_quotes_and_reviews_of_one_learner(cohort: Cohort) -> None:
    quotes, memory = cohort.asks("what evidence is there for P2 from Priya?")
    assert "“CI builds the image once and notes its digest.” (`plan.md` line 7)" in quotes.draft
    assert "P3" not in quotes.draft
    reviews, _ = cohort.asks("and her reviews", memory)
    assert "2 reviews for the Runtime Gate" in reviews.draft
    assert _column(reviews, "Required met") == ["15 of 16", "14 of 16"]
    decided, _ = cohort.asks("Amara's reviews")
    assert _column(decided, "You decided") == ["D6 met"]


def test_the_whole_cohort_adds_up(cohort: Cohort) -> None:
    decision, _ = cohort.asks("how is the cohort doing?")
    assert decision.draft.startswith("**15 learners** on the Runtime Gate: 1 passed, 1 waived, ")
    said = re.search(r": (.*?)\. Last upload 2 days ago\.$", decision.draft)
    assert said is not None
    assert sum(map(int, re.findall(r"\d+", said[1]))) == len(NAMES)
    assert _column(decision, "Learner") == sorted(NAMES, key=str.casefold)


def test_who_lacks_a_criterion_who_has_it_and_the_next_criterion(cohort: Cohort) -> None:
    lacking, memory = cohort.asks("who still lacks D3")
    assert lacking.draft.startswith("**D3 No secrets**: **8 of 15 learners** still lack it: 5 not met and 3 without a")
    having, _ = cohort.asks("the others?", memory)
    assert having.draft == "**D3 No secrets**: met by **7 of 15 learners**. Last upload 2 days ago."
    following, _ = cohort.asks("and P4?", memory)
    assert following.draft.startswith("**P4 Image hygiene**: **11 of 15 learners** still lack it")
    one, _ = cohort.asks("what about Lena Brandt?", memory)
    assert one.draft.startswith("**Lena Brandt**\n- **D3 No secrets**: not met, open for 2 days")
    both, _ = cohort.asks("who passed D3 but not P4?")
    assert set(_column(both, "Learner")) == {"Kaitlyn Moore", "Lena Fischer", "Tomás Herrera"}


def test_criteria_in_the_order_of_how_hard_they_are(cohort: Cohort) -> None:
    decision, _ = cohort.asks("which criterion is the hardest?")
    assert "of the " in decision.draft
    criteria = _column(decision, "Criterion")
    assert len(criteria) == 18
    assert decision.draft.startswith(f"**{criteria[0]}** is the hardest")


def test_who_is_stuck_on_what_and_how_it_was_counted(cohort: Cohort) -> None:
    decision, memory = cohort.asks("who is stuck?")
    assert decision.draft.startswith("**9 of 15 learners** are stuck on the Runtime Gate.")
    assert _column(decision, "Learner")[0] == "Ben Castellano"  # two hints
    assert "How" not in decision.draft
    what, _ = cohort.asks("on what?", memory)
    assert "What holds them: D1 Pinned base (4), " in what.draft
    how, _ = cohort.asks("how did you count?", memory)
    assert "Stuck: something handed in, the gate open" in how.draft
    assert how.table is None
    first, _ = cohort.asks("tell me about the first one", memory)
    assert first.draft.startswith("**Ben Castellano**")


def test_nobody_is_stuck_who_has_just_begun(cohort: Cohort) -> None:
    ahead, cohort.clock.ahead = cohort.clock.ahead, cohort.clock.ahead * 0
    try:
        decision, memory = cohort.asks("who is stuck?")
        assert decision.draft.startswith(
            "**1 of 15 learners** is stuck on the Runtime Gate. 8 others have something open"
        )
        assert _column(decision, "Learner") == ["Ben Castellano"]
        assert len(_column(cohort.asks("the others?", memory)[0], "Learner")) == 8
    finally:
        cohort.clock.ahead = ahead


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("who has not begun?", {"Chiara Rossi", "Jonas Lindqvist"}),
        ("who never uploaded anything", {"Chiara Rossi", "Jonas Lindqvist"}),
        ("who passed?", {"Amara Okafor", "Sam O'Brien"}),
        ("who still has no Compose file", {*NAMES[1:3], *NAMES[4:8], "Tomás Herrera", "Wei Zhang", "Zoë van der Berg"}),
        ("who is close to passing", {"Dmitri Volkov", "Priya Raman"}),
        ("what's waiting for me", {"Dmitri Volkov", "Priya Raman"}),
        ("any D6 decisions pending?", {"Dmitri Volkov", "Priya Raman"}),
        ("who have we not heard from today", set(NAMES) - {"Amara Okafor", "Sam O'Brien"}),
        ("who did something in the last 7 days", set(NAMES) - {"Chiara Rossi", "Jonas Lindqvist"}),
    ],
)
def test_lists_of_the_cohort(cohort: Cohort, text: str, names: set[str]) -> None:
    assert set(_column(cohort.asks(text)[0], "Learner")) == names


def test_what_waits_comes_with_its_buttons_one_submission_at_a_time(cohort: Cohort) -> None:
    decision, memory = cohort.asks("anything to decide?")
    assert decision.draft.startswith("**2 criteria wait** for you, of 2 learners; the longest for 2 days.")
    assert [action.label for action in decision.actions[:2]] == ["Approve D6", "Decide on D6"]
    assert "**Wei Zhang** says that I am wrong about “EXPOSE publishes the port on the host.”" in decision.draft
    assert [action.id for action in decision.actions[2:]] == ["uphold", "dismiss"]
    following, memory = cohort.asks("next", memory)
    assert following.actions[0].value != decision.actions[0].value
    assert cohort.asks("next", memory)[0].draft == "That was all: 2 submissions wait for you."
    assert "Nothing of Kai Nakamura waits" in cohort.asks("is anything of Kai's waiting for me?")[0].draft


def test_what_the_cohort_gets_wrong_is_counted_quoted_and_turned_into_a_talk(cohort: Cohort) -> None:
    decision, memory = cohort.asks("what does my cohort get wrong?")
    assert f"{len(BELIEVERS)} of 15 learners think so, the first 2 days ago." in decision.draft
    assert "> “If I write EXPOSE 8000 the port is open on my laptop, so I, … do not need -p.”" in decision.draft
    assert "**Five minutes on “EXPOSE publishes the port on the host.”**" in decision.draft
    assert "EXPOSE documents a port; only publishing makes it reachable from the host." in decision.draft
    assert "Ports of the host that lead to the container: 0." in decision.draft
    assert "B4" in _column(decision, "Criterion")
    helped, _ = cohort.asks("did the talk help?", memory)
    assert "of the 6 who thought so, none has shown that they know better since I proposed the talk" in helped.draft


def test_no_figure_of_a_small_group_and_no_name_is_in_it(cohort: Cohort) -> None:
    memory: dict[str, str] = {}
    for text in (
        "what does my cohort get wrong?",
        "since when?",
        "did it help?",
        "what do they get wrong in the plan?",
    ):
        decision, memory = cohort.asks(text, memory)
        said = _all(decision)
        assert not [name for name in NAMES if name.partition(" ")[0] in said.replace("Lena", "")]
        people = [int(count) for count in (_column(decision, "People") if decision.table else [])]
        assert all(count >= SMALLEST_GROUP for count in people)
        assert not re.search(r"\b[1-4] (people|of \d+ learners|learners)\b", said)


def test_a_cohort_below_five_is_told_nothing_of_that_kind(cohort: Cohort) -> None:
    decision, _ = cohort.asks("what does my cohort get wrong?", by=ELSEWHERE)
    assert decision.draft.startswith("Nothing that 5 people or more share, of 1 learner.")
    assert decision.table is None


def test_every_figure_comes_with_its_age_and_no_table_repeats_a_column(cohort: Cohort) -> None:
    for text, decision in _replies(cohort):
        if decision.table:
            columns, rows = decision.table.columns, decision.table.rows
            assert len(set(columns)) == len(columns), text
            assert len(rows) <= 30, text
            assert all(len(row) == len(columns) for row in rows), text
            pairs = [tuple(row[number] for row in rows) for number in range(len(columns))]
            assert len(rows) == 1 or columns[0] != "Learner" or pairs.count(pairs[0]) == 1, text
        if re.search(r"\d+ of \d+ required|\d+ uploads?\b", decision.draft) and "How" not in text:
            assert AGE.search(_all(decision)), (text, decision.draft)


def test_nobody_of_another_workspace_is_ever_named(cohort: Cohort) -> None:
    for text, decision in _replies(cohort):
        assert "Elsewhere" not in _all(decision), text
    mine, _ = cohort.asks("how is everybody?", by=ELSEWHERE)
    assert _column(mine, "Learner") == ["Kai Elsewhere"]
    for name in NAMES:
        decision, _ = cohort.asks(f"how is {name} doing?", by=ELSEWHERE)
        assert "required criteria met" not in decision.draft or "Kai Elsewhere" in decision.draft
    foreign = {"kind": "work", "people": PEOPLE["Priya Raman"].id}
    assert "Priya" not in _all(cohort.asks("his files", foreign, by=ELSEWHERE)[0])


def test_learners_are_told_nothing(cohort: Cohort) -> None:
    for text in ("who is stuck?", "how is Ben doing", "what's waiting for me", "what does my cohort get wrong?"):
        decision, memory = cohort.asks(text, by=PEOPLE["Wei Zhang"])
        assert decision.declined
        assert decision.table is None
        assert memory == {}


def test_in_a_channel_the_answer_goes_to_the_instructor_alone(cohort: Cohort) -> None:
    decision, memory = cohort.asks("how is Ben doing?", channel="cohort-7")
    assert decision.draft == "I have sent you that directly."
    assert [notice.person_id for notice in decision.notices] == [INSTRUCTOR.id]
    assert memory["kind"] == "learner"
    assert cohort.asks("show me Priya's plan", channel="cohort-7")[0].attached == ()


def test_what_was_asked_last_survives_a_restart(cohort: Cohort) -> None:
    _, memory = cohort.asks("Kai's quotes")
    kept: dict[str, Any] = json.loads(json.dumps(memory))
    decision, _ = cohort.asks("what about Priya?", kept)
    assert decision.draft.startswith("From the newest version by **Priya Raman**")


def test_a_long_list_is_turned_by_next(cohort: Cohort) -> None:
    staff = Person("T3:U0STAFF", "Tess", INSTRUCTOR.role)
    for number in range(70):
        cohort.services.learners.remember(Person(f"T3:U0L{number:02}", f"Learner {number:02}"), cohort.clock())
    decision, memory = cohort.asks("how is everybody?", by=staff)
    assert len(_column(decision, "Learner")) == 30
    assert decision.draft.endswith("“next” shows the next 30 of 40 more.")
    second, memory = cohort.asks("next", memory, by=staff)
    assert second.draft.startswith("Rows 31 to 60 of 70.")
    third, memory = cohort.asks("more", memory, by=staff)
    assert _column(third, "Learner")[-1] == "Learner 69"
    assert cohort.asks("next", memory, by=staff)[0].draft == "That was all: 70 rows."


def test_what_is_not_understood_says_what_can_be_asked(cohort: Cohort) -> None:
    unsure = Reading(Act.STAFF_ONE, About.PERSON, {Act.STAFF_ONE: 0.4})
    decision, _ = cohort.asks("hmm", reading=unsure)
    assert "who is stuck" in decision.draft


def test_who_decides_in_other_words_is_given_the_form_with_the_names(cohort: Cohort) -> None:
    deciding = Reading(Act.STAFF_DECIDE, About.PERSON, {Act.STAFF_DECIDE: 0.9})
    decision, _ = cohort.asks("d6 ok for priya, i saw it run", reading=deciding)
    assert decision.draft.startswith("Nothing has changed yet")
    assert "“approve D6 for Priya Raman: the reason” or “reject D6 for Priya Raman: the reason”" in decision.draft
    other, _ = cohort.asks("pls reopen amaras gate", reading=deciding)
    assert "“reopen the gate for Amara Okafor: the reason”" in other.draft


def test_what_continues_the_last_question_is_known(cohort: Cohort) -> None:
    _, memory = cohort.asks("who lacks D3?")
    for text in ("and P4?", "next", "the others?", "what about Kai?", "how did you count?"):
        assert continues(cohort.turn(text), memory), text
    for text in ("what is a digest?", "thanks!", "does EXPOSE publish a port?", "hello"):
        assert not continues(cohort.turn(text), memory), text
    assert not continues(cohort.turn("and P4?"), {})
    assert not continues(cohort.turn("next", by=PEOPLE["Wei Zhang"]), memory)


def test_a_learner_is_named_where_nothing_is_guessed(cohort: Cohort) -> None:
    for text in ("what would you tell Kai about layers?", "<@U0LEARN05>", "priya raman asks what a digest is"):
        assert names_a_learner(cohort.turn(text)), text
    for text in ("what is a digest?", "how are ports published?", "Kaito"):
        assert not names_a_learner(cohort.turn(text)), text


def test_the_files_go_with_the_message(cohort: Cohort) -> None:
    result = cohort.tutoring.take(cohort.turn("what did Priya hand in?").turn)
    assert result.reply is not None
    assert {file.name for file in result.reply.files} == {"Dockerfile", "compose.yaml", "plan.md"}
    assert b"USER 10001" in next(file.data for file in result.reply.files if file.name == "Dockerfile")


def test_the_graph_answers_instructors_in_the_same_words(cohort: Cohort) -> None:
    said = cohort.says(INSTRUCTOR, "who is stuck on the runtime gate?")
    assert said == cohort.asks("who is stuck on the runtime gate?")[0].draft


def test_what_the_model_costs_is_told_by_person_and_to_instructors_alone(cohort: Cohort) -> None:
    spending, now = cohort.services.spending, cohort.services.now()
    assert cohort.asks("what does it cost?")[0].draft.startswith("Nothing: no turn went to a language model")
    for name, written in (("Kai Nakamura", 100), ("Priya Raman", 900)):
        spending.add(PEOPLE[name].id, now, "m", Usage(1_000, written))
        spending.add(PEOPLE[name].id, now - timedelta(days=20), "m", Usage(9, 9))
    decision, memory = cohort.asks("what does it cost?")
    assert decision.draft.startswith("**3,000 tokens** in the last 7 days, in 2 calls")
    assert _column(decision, "Person") == ["Priya Raman", "Kai Nakamura"]
    assert _column(decision, "Tokens") == ["1,900", "1,100"]
    of_kai, _ = cohort.asks("and Kai?", memory)
    assert _column(of_kai, "of them written") == ["100"]
    assert asks_for_cost(cohort.turn("how many tokens did we use this week"))
    for text in ("what is a digest?", "does a bigger image cost time?", "how much does a rebuild cost"):
        assert not asks_for_cost(cohort.turn(text)), text
    assert not asks_for_cost(cohort.turn("what does it cost?", by=PEOPLE["Wei Zhang"]))
