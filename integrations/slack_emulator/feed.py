"""Live changes for browsers, as server-sent events, each only to those who may see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from integrations.slack_emulator.world import Change, World

HEARTBEAT_SECONDS = 15.0


@dataclass(eq=False)
class Subscriber:
    team_id: str
    user: str
    queue: asyncio.Queue[Change | None] = field(default_factory=asyncio.Queue)


class Feed:
    def __init__(self, world: World) -> None:
        self._world = world
        self._loop: asyncio.AbstractEventLoop | None = None
        self._subscribers: list[Subscriber] = []
        self._stop: Callable[[], None] = lambda: None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stop = self._world.listen(self._hear)

    def close(self) -> None:
        self._stop()
        self._stop = lambda: None
        for subscriber in list(self._subscribers):
            self._put(subscriber, None)

    def _hear(self, change: Change) -> None:
        for subscriber in self._subscribers:
            if self._may_see(subscriber, change):
                self._put(subscriber, change)

    def _may_see(self, subscriber: Subscriber, change: Change) -> bool:
        if change.team_id != subscriber.team_id or change.user not in ("", subscriber.user):
            return False
        channel = self._world.workspaces[change.team_id].channels.get(change.channel)
        return channel is None or subscriber.user in channel.members

    def _put(self, subscriber: Subscriber, change: Change | None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(subscriber.queue.put_nowait, change)

    async def stream(self, team_id: str, user: str, view: Callable[[Change], object]) -> AsyncIterator[str]:
        """`view` turns a change into what the browser gets, at the time of sending."""
        subscriber = Subscriber(team_id, user)
        self._subscribers.append(subscriber)
        try:
            yield "event: ready\ndata: {}\n\n"
            while (change := await self._next(subscriber)) is not None:
                if change is _BEAT:
                    yield ": still here\n\n"
                else:
                    yield f"data: {json.dumps(view(change))}\n\n"
        finally:
            self._subscribers.remove(subscriber)

    async def _next(self, subscriber: Subscriber) -> Change | None:
        try:
            return await asyncio.wait_for(subscriber.queue.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            return _BEAT


_BEAT = Change("beat", "", "")
