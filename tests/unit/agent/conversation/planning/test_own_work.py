"""What is told of a criterion says who decided, and hides no remark behind a “met”."""

from __future__ import annotations

from agent.conversation.planning.own_work import about_criterion

MET = {
    "id": "B3",
    "title": "Startup and health",
    "verdict": "met",
    "met_when": "Services that others wait for have a healthcheck.",
    "reason": "",
    "quotes": [],
}
REMARK = {
    "criterion": "B3",
    "file": "compose.yaml",
    "line": 9,
    "stands": "healthcheck:",
    "message": "The health check of `db` always succeeds.",
    "blocks": False,
}


def test_a_remark_is_not_hidden_behind_a_met() -> None:
    told = about_criterion(MET, [REMARK], "").draft
    assert "always succeeds" in told
    assert "nothing against it" not in told


def test_without_a_remark_nothing_was_found_against_it() -> None:
    assert "nothing against it" in about_criterion(MET, [], "").draft


def test_who_decided_is_said_with_their_words() -> None:
    decided = MET | {"decided": True, "reason": "I saw it run."}
    told = about_criterion(decided, [], "").draft
    assert "An instructor decided **B3 Startup and health**: it is met." in told
    assert "“I saw it run.”" in told
