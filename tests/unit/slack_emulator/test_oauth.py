"""A code of an installation: once, for its own app and address, for ten minutes."""

from __future__ import annotations

import pytest

from integrations.slack_emulator.clock import Clock
from integrations.slack_emulator.errors import ApiRefusal
from integrations.slack_emulator.oauth import Authorization, Authorizations

GRANT = Authorization("A1", "T1", frozenset({"chat:write"}), "U1", "https://example.com/back")


def test_a_code_is_exchanged_once() -> None:
    known = Authorizations(Clock())
    code = known.issue(GRANT)
    assert known.exchange(code, "A1", GRANT.redirect_uri).team_id == "T1"
    with pytest.raises(ApiRefusal, match="invalid_code"):
        known.exchange(code, "A1", GRANT.redirect_uri)


@pytest.mark.parametrize(
    ("app", "address", "seconds", "error"),
    [
        ("A2", GRANT.redirect_uri, 0, "invalid_code"),
        ("A1", "https://example.com/other", 0, "bad_redirect_uri"),
        ("A1", GRANT.redirect_uri, 601, "invalid_code"),
    ],
    ids=["another app", "another address", "too late"],
)
def test_a_code_is_good_for_nothing_else(app: str, address: str, seconds: float, error: str) -> None:
    clock = Clock()
    known = Authorizations(clock)
    code = known.issue(GRANT)
    clock.advance(seconds)
    with pytest.raises(ApiRefusal, match=error):
        known.exchange(code, app, address)
