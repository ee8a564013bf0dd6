"""What an interaction permits for a while: opening a modal, answering by `response_url`."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.slack_emulator.clock import Clock
from integrations.slack_emulator.errors import ApiRefusal

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 1_800.0
RESPONSES = 5


@dataclass
class Trigger:
    team_id: str
    app_id: str
    user: str
    issued: float
    used: bool = False


@dataclass
class ResponseUrl:
    """`message_ts` is empty for a slash command."""

    team_id: str
    app_id: str
    channel: str
    user: str
    message_ts: str
    issued: float
    uses: int = 0


class Permits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def trigger(self, team_id: str, app_id: str, user: str) -> str:
        key = f"{len(self._triggers) + 1}.{team_id}.{int(self._clock.now() * 1000):x}"
        self._triggers[key] = Trigger(team_id, app_id, user, self._clock.now())
        return key

    def exchange(self, key: str, app_id: str) -> Trigger:
        trigger = self._triggers.get(key)
        if trigger is None or trigger.app_id != app_id:
            raise ApiRefusal("invalid_trigger_id")
        if trigger.used:
            raise ApiRefusal("exchanged_trigger_id")
        if self._clock.now() - trigger.issued > TRIGGER_SECONDS:
            raise ApiRefusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def response(self, team_id: str, app_id: str, channel: str, user: str, message_ts: str) -> str:
        key = f"{team_id}/{len(self._responses) + 1}/{app_id}"
        self._responses[key] = ResponseUrl(team_id, app_id, channel, user, message_ts, self._clock.now())
        return key

    def use_response(self, key: str) -> ResponseUrl:
        permit = self._responses.get(key)
        if permit is None:
            raise ApiRefusal("invalid_url")
        if permit.uses >= RESPONSES:
            raise ApiRefusal("used_url")
        if self._clock.now() - permit.issued > RESPONSE_SECONDS:
            raise ApiRefusal("expired_url")
        permit.uses += 1
        return permit
