"""Tokens at rest: sealed where a key is configured, and marked as what they are."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from agent.errors import ConfigurationInvalid

_SEALED, _PLAIN = "fernet:", "plain:"
_HOW = 'Make one with: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class Seal:
    """The first key seals, every key opens: a new one goes in front, the old one stays until all are sealed anew."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        try:
            fernets = [Fernet(key.get_secret_value()) for key in keys]
        except ValueError:
            raise ConfigurationInvalid(f"TUTOR_TOKEN_KEYS holds something that is no Fernet key. {_HOW}") from None
        self._keys = MultiFernet(fernets) if fernets else None

    @property
    def is_closed(self) -> bool:
        return self._keys is not None

    def close(self, token: str) -> str:
        return f"{_SEALED}{self._keys.encrypt(token.encode()).decode()}" if self._keys else f"{_PLAIN}{token}"

    def open(self, stored: str) -> str:
        if not stored.startswith(_SEALED):
            return stored.removeprefix(_PLAIN)
        if self._keys is None:
            raise ConfigurationInvalid("The tokens of the workspaces are sealed, and TUTOR_TOKEN_KEYS is not set.")
        try:
            return self._keys.decrypt(stored.removeprefix(_SEALED).encode()).decode()
        except InvalidToken:
            raise ConfigurationInvalid("No key in TUTOR_TOKEN_KEYS opens the tokens that are stored.") from None
