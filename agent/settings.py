"""Every setting of the tutor; the only place where the environment is read."""

from __future__ import annotations

import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agent.errors import ConfigurationInvalid
from agent.llm.accounting import Limits
from agent.llm.port import Endpoint, WireProtocol
from tools.sandbox.run_report import WatchTimes


class BuildMode(StrEnum):
    OFF = "off"
    AUTO = "auto"
    TRUSTED = "trusted"
    LAB = "lab"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class SlackProfile(StrEnum):
    AGENT = "agent"
    PLAIN = "plain"


def _data_folder() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "tutor"


class Settings(BaseSettings):
    """Names are TUTOR_* in the environment; Slack and OpenAI keep the names that their users know."""

    model_config = SettingsConfigDict(env_prefix="TUTOR_", env_ignore_empty=True, extra="ignore", frozen=True)

    data: Path = Field(default_factory=_data_folder, description="folder for the database and the index")
    database_url: str = Field("", description="SQLAlchemy URL of the database; empty: SQLite in the data folder")
    index_url: str = Field("", description="address of a Chroma server; empty: an index in the data folder")
    course: Path | None = Field(None, description="folder of a course pack; empty: the shipped course")
    instructors: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Slack user ids of instructors, separated by commas; TEAM:USER with several workspaces"
    )
    instructor_groups: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Slack user groups whose members are instructors: ids, separated by commas"
    )
    builds: BuildMode = Field(
        BuildMode.AUTO,
        description="`off`; `lab`, the confined engine; `trusted`, your own; `auto`, the lab if it runs, else your own",
    )
    engine_url: str = Field("", description="address of your own Docker engine; empty: the usual socket")
    watch_seconds: float = Field(
        20.0, ge=1, le=600, description="seconds for which a built image must stay up; a longer start period counts"
    )
    retention_days: int = Field(30, ge=1, le=3650, description="days for which the text of messages is kept")
    profile: SlackProfile = Field(
        SlackProfile.AGENT, description="which Slack manifest is installed: `agent` or `plain`"
    )
    host: str = Field("127.0.0.1", description="address to listen on: for `tutor slack --http`")
    port: int = Field(3000, ge=0, le=65535, description="port of `tutor slack --http`")
    public_url: str = Field(
        "", description="https address under which workspaces reach `tutor slack --http` to install it"
    )
    token_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Fernet keys that encrypt workspace tokens at rest, newest first, separated by commas"
    )
    status_host: str = Field("127.0.0.1", description="address to listen on: for the status port")
    status_port: int = Field(
        3001, ge=0, le=65535, description="port of `/healthz`, `/readyz` and `/metrics` of this process; 0: none"
    )
    traces_url: str = Field(
        "",
        description="address of an OpenTelemetry collector (OTLP, gRPC) that gets spans of turns; empty: none",
    )
    log_level: str = Field("WARNING", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`")
    log_format: LogFormat = Field(LogFormat.TEXT, description="`text` or `json`; each line names its turn")

    model: str = Field("gpt-5-mini", description="name of the language model")
    model_protocol: WireProtocol = Field(
        WireProtocol.RESPONSES, description="which API the model speaks: `responses` or `chat`"
    )
    model_timeout: float = Field(30.0, gt=0, le=3600, description="seconds to wait for one answer of the model")
    model_fallback: str = Field("", description="name of a second model, asked where the first fails; empty: none")
    model_fallback_url: str = Field("", description="address of the second model's server; empty: the first one's")
    model_fallback_key: SecretStr | None = Field(None, description="key of the second model; empty: the first one's")
    model_turn_seconds: float = Field(
        20.0, gt=0, le=3600, description="seconds that a turn may spend on the model; then the tutor answers without it"
    )
    model_turn_tokens: int = Field(60_000, ge=0, description="tokens that a turn may spend on the model")
    model_day_tokens: int = Field(600_000, ge=0, description="tokens that a person may spend on the model in a day")
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="key of the model; switches it on"
    )
    openai_base_url: str = Field(
        "", validation_alias="OPENAI_BASE_URL", description="address of a compatible server; empty: OpenAI"
    )

    slack_bot_token: SecretStr | None = Field(
        None, validation_alias="SLACK_BOT_TOKEN", description="bot token, `xoxb-…`"
    )
    slack_app_token: SecretStr | None = Field(
        None, validation_alias="SLACK_APP_TOKEN", description="app-level token for Socket Mode, `xapp-…`"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias="SLACK_SIGNING_SECRET", description="signing secret, for HTTP delivery"
    )
    slack_client_id: str = Field(
        "",
        validation_alias="SLACK_CLIENT_ID",
        description="client id, to serve several workspaces instead of `SLACK_BOT_TOKEN`",
    )
    slack_client_secret: SecretStr | None = Field(
        None, validation_alias="SLACK_CLIENT_SECRET", description="goes with `SLACK_CLIENT_ID`"
    )
    slack_base_url: str = Field(
        "https://slack.com/api/",
        validation_alias="SLACK_BASE_URL",
        description="address of Slack's Web API; only tests and the demo change it",
    )

    @field_validator("instructors", "instructor_groups", "token_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @classmethod
    def read(cls, **changes: object) -> Self:
        """Settings of this process; ConfigurationInvalid names each variable that is wrong."""
        try:
            return cls(**changes)  # type: ignore[arg-type]  # pydantic validates the values itself
        except ValidationError as error:
            raise ConfigurationInvalid("; ".join(_fault(other_error) for other_error in error.errors())) from None

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'tutor.db'}"

    @property
    def watch_times(self) -> WatchTimes:
        return WatchTimes(least=self.watch_seconds)

    @property
    def lab_folder(self) -> Path:
        return self.data / "engine"

    @property
    def index_folder(self) -> Path:
        return self.data / "index"

    @property
    def model_endpoints(self) -> tuple[Endpoint, ...]:
        """The model and the one behind it; none without a key: the tutor then speaks by itself."""
        if self.openai_api_key is None:
            return ()
        first = Endpoint(
            self.model,
            self.openai_api_key.get_secret_value(),
            self.openai_base_url,
            self.model_protocol,
            self.model_timeout,
        )
        if not self.model_fallback:
            return (first,)
        key = self.model_fallback_key or self.openai_api_key
        url = self.model_fallback_url or self.openai_base_url
        return (first, replace(first, model=self.model_fallback, api_key=key.get_secret_value(), base_url=url))

    @property
    def model_limits(self) -> Limits:
        return Limits(self.model_turn_seconds, self.model_turn_tokens, self.model_day_tokens)


def _fault(error: object) -> str:
    assert isinstance(error, dict)  # noqa: S101 - the shape that pydantic documents
    name = str(error["loc"][0])
    variable = name if name.isupper() else f"TUTOR_{name.upper()}"
    return f"{variable}: {str(error['msg']).removeprefix('Value error, ')}"
