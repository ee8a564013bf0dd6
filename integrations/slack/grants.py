"""What lets the app speak in a workspace: its bot token there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.errors import ConfigurationInvalid
from agent.settings import Settings

CALL_SECONDS = 20  # for one call of the Web API; shorter than the outbox's lease


@dataclass(frozen=True)
class Grant:
    team: str
    bot: str  # the user id that the app has there
    token: str = field(repr=False)


class Grants(Protocol):
    def find(self, team: str) -> Grant | None:
        """None where the app is not installed."""

    def teams(self) -> tuple[str, ...]: ...

    def withdraw(self, team: str) -> None:
        """The workspace removed the app."""


class ConfiguredGrant:
    """One workspace, by SLACK_BOT_TOKEN; Slack says which one it is."""

    def __init__(self, settings: Settings) -> None:
        if settings.slack_bot_token is None:
            raise ConfigurationInvalid(
                "SLACK_BOT_TOKEN is not set (nor SLACK_CLIENT_ID, for several workspaces). "
                "The guide in integrations/slack/README.md says where to get them."
            )
        token = settings.slack_bot_token.get_secret_value()
        known = _asked(open_client(token, settings))
        self._grant = Grant(str(known["team_id"]), str(known["user_id"]), token)

    def find(self, team: str) -> Grant | None:
        return self._grant if team == self._grant.team else None

    def teams(self) -> tuple[str, ...]:
        return (self._grant.team,)

    def withdraw(self, team: str) -> None:
        """The setting stays; Slack refuses its token from now on."""


def open_client(token: str, settings: Settings) -> WebClient:
    """Repeats nothing by itself: after a broken connection the SDK would post a message a second time."""
    return WebClient(token=token, base_url=settings.slack_base_url, timeout=CALL_SECONDS, retry_handlers=[])


def granted_scopes(client: WebClient) -> set[str]:
    """What the token may do; raises ConfigurationInvalid where Slack does not accept it."""
    return {word.strip() for word in str(_asked(client).headers.get("x-oauth-scopes", "")).split(",")}


def _asked(client: WebClient) -> Any:
    try:
        return client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error", "unknown"))
        raise ConfigurationInvalid(
            f"Slack does not accept SLACK_BOT_TOKEN ({code}). Install the app again and copy the new token."
        ) from None
    except (SlackClientError, OSError):
        raise ConfigurationInvalid("Slack cannot be reached. Check the network, and SLACK_BASE_URL if set.") from None
