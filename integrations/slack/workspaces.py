"""The workspaces in which the app is installed, each with its own listeners and workers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Self

from agent.app import Tutoring
from agent.delivery.queues import Queues
from agent.domain.turn import Spent
from integrations.slack.coalescing_queue import CoalescingQueue
from integrations.slack.grants import Grants
from integrations.slack.workspace import SlackWorkspace, WorkspaceDependencies, open_workspace

_log = logging.getLogger(__name__)


class WorkspaceRegistry:
    """A context manager. What befalls one workspace (a revoked token, an uninstall) leaves the others alone."""

    def __init__(self, tutoring: Tutoring, grants: Grants, coalescing: CoalescingQueue) -> None:
        self._tutoring, self._grants, self._coalescing = tutoring, grants, coalescing
        self._open: dict[str, SlackWorkspace] = {}
        self._lock = threading.RLock()
        self._dependencies: WorkspaceDependencies | None = None
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._ready.set()
        with self._lock:
            for team in list(self._open):
                self._close(team)

    def open(self, jobs: Queues, executor: Executor, process: str, spent: Callable[[Spent], None]) -> None:
        """From now on messages are taken, and sent under the name of this process; `spent` hears what turns cost."""
        self._dependencies = WorkspaceDependencies(
            self._tutoring, self._coalescing, jobs, executor, process, self.leave, spent
        )
        for team in self._grants.teams():
            self.of(team)
        self._ready.set()

    def of(self, team: str) -> SlackWorkspace | None:
        """None where the app is not installed; one whose token was refused opens again with a new one."""
        ready = self._open.get(team)
        if ready is not None and not ready.outbox_worker.halted:
            return ready  # without the lock: while one workspace opens slowly, the others are served
        with self._lock:
            workspace = self._open.get(team)
            if workspace is not None and not workspace.outbox_worker.halted:
                return workspace
            grant = self._grants.find(team)
            if grant is None or self._dependencies is None or (workspace is not None and workspace.grant == grant):
                return workspace
            self._close(team)
            self._open[team] = open_workspace(grant, self._dependencies)
            return self._open[team]

    def reopen(self, team: str) -> None:
        """The app was installed there, for the first time or again."""
        with self._lock:
            self._close(team)
            self.of(team)

    def leave(self, team: str) -> None:
        """The workspace removed the app: its token goes, and so does what was still to be said there."""
        self._grants.withdraw(team)
        self._tutoring.inbox.stop_all(team)
        self._tutoring.outbox.cancel(team)

    def flush(self) -> None:
        """Also takes up workspaces where another process installed the app."""
        for team in self._grants.teams():
            workspace = self.of(team)
            if workspace is not None:
                workspace.outbox_worker.flush()

    def run_turn(self, key: str) -> None:
        self._at(key, lambda workspace: workspace.turn_runner.run_turn(key))

    def run_build(self, turn: str) -> None:
        """A turn of the queue is anybody's: it takes the build that is fairest next, whichever workspace it is of."""
        taken = self._tutoring.build_jobs.take(turn)
        if taken is not None:
            self._at(taken.job_id, lambda workspace: workspace.build_runner.run(taken))

    def halted(self) -> Mapping[str, str]:
        """Workspaces that take nothing from us just now, and why."""
        return {
            team: workspace.outbox_worker.halted
            for team, workspace in self._open.items()
            if workspace.outbox_worker.halted
        }

    def _at(self, key: str, work: Callable[[SlackWorkspace], None]) -> None:
        """Keys begin with the workspace. A turn that a crash cut off begins before the workspaces are open."""
        self._ready.wait()
        workspace = self.of(key.partition(":")[0])
        if workspace is not None:
            work(workspace)
            return
        _log.warning("%s is left: the app is no longer installed there", key)
        self._tutoring.inbox.finish(key, failed=True)

    def _close(self, team: str) -> None:
        workspace = self._open.pop(team, None)
        if workspace is not None:
            workspace.close()
