"""Installing by a link: Bolt's pages at /slack/install and /slack/oauth_redirect, on our store."""

from __future__ import annotations

import logging

from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings

from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from agent.storage.database import Storage
from integrations.slack import manifest
from integrations.slack.grants import open_client
from integrations.slack.installations import Installations, InstallStates
from integrations.slack.sealing import Seal
from integrations.slack.web_api import GROUP_SCOPES

_log = logging.getLogger(__name__)
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"


def open_installations(settings: Settings, storage: Storage) -> Installations | None:
    """None where SLACK_BOT_TOKEN speaks for the one workspace."""
    if not settings.slack_client_id:
        return None
    if settings.slack_client_secret is None:
        raise ConfigurationInvalid("SLACK_CLIENT_ID is set, and SLACK_CLIENT_SECRET is not; both come together.")
    if settings.slack_bot_token is not None:
        raise ConfigurationInvalid(
            "SLACK_BOT_TOKEN speaks for one workspace, SLACK_CLIENT_ID installs the app in several: unset one of them."
        )
    if short := [instructor for instructor in settings.instructors if ":" not in instructor]:
        raise ConfigurationInvalid(
            f"TUTOR_INSTRUCTORS: with several workspaces write {short[0]} as TEAM:{short[0]}; "
            "the same user id may be somebody else in another."
        )
    if not settings.token_keys:
        _log.warning("the tokens of workspaces are stored as they are; TUTOR_TOKEN_KEYS would seal them")
    return Installations(storage, Seal(settings.token_keys))


def open_flow(settings: Settings, installations: Installations, storage: Storage) -> OAuthFlow:
    secret = settings.slack_client_secret
    public = settings.public_url.rstrip("/")
    return OAuthFlow(
        client=open_client("", settings),
        settings=OAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            scopes=scopes(settings),
            user_scopes=[],
            redirect_uri=f"{public}{REDIRECT}" if public else None,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            authorization_url=f"{settings.slack_base_url.removesuffix('api/')}oauth/v2/authorize",
            installation_store=installations,
            state_store=InstallStates(storage),
        ),
    )


def scopes(settings: Settings) -> list[str]:
    """What the manifest of the profile asks for, and what reading user groups needs where some are named."""
    asked: list[str] = manifest.load(settings.profile)["oauth_config"]["scopes"]["bot"]
    return [*asked, *(GROUP_SCOPES if settings.instructor_groups else ())]
