"""Tokens at rest."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from agent.errors import ConfigurationInvalid
from integrations.slack.sealing import Seal

OLD, NEW = (SecretStr(Fernet.generate_key().decode()) for _ in range(2))


def test_what_is_sealed_is_not_readable_and_comes_back() -> None:
    stored = Seal((OLD,)).close("xoxb-1")
    assert "xoxb" not in stored
    assert Seal((OLD,)).open(stored) == "xoxb-1"


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    both = Seal((NEW, OLD))
    assert both.open(Seal((OLD,)).close("xoxb-1")) == "xoxb-1"
    assert Seal((NEW,)).open(both.close("xoxb-2")) == "xoxb-2"


def test_without_a_key_it_is_marked_as_it_is() -> None:
    plain = Seal(())
    assert plain.close("xoxb-1") == "plain:xoxb-1"
    assert Seal((OLD,)).open("plain:xoxb-1") == "xoxb-1"
    assert (plain.is_closed, Seal((OLD,)).is_closed) == (False, True)


@pytest.mark.parametrize(("keys", "said"), [((), "is not set"), ((NEW,), "No key")])
def test_what_cannot_be_opened_is_said(keys: tuple[SecretStr, ...], said: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=said):
        Seal(keys).open(Seal((OLD,)).close("xoxb-1"))
