"""Turns and builds on DBOS: what was accepted is done exactly once, also after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from dbos import DBOS, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from sqlalchemy.engine import make_url

TURNS_POLL_SECONDS, BUILDS_POLL_SECONDS = 0.15, 0.5  # a look costs some 10 ms of a processor, also when idle
CLAIMED = 48  # turns that a process takes at a time, most of them to wait for a place
CLOSING_SECONDS = 20
QUEUES = ("turns", "builds")
VERSION = "jobs-2"  # raised on purpose when the steps of a workflow change


class DurableQueues:
    """A context manager; nothing is registered at import, and one may be open in a process."""

    def __init__(
        self,
        database_url: str,
        *,
        run_turn: Callable[[str], None],
        run_build: Callable[[str], None],
        run_tidy: Callable[[str], None],
        executor: str = "local",
        turn_workers: int = 4,
        build_workers: int = 1,
        listen: Sequence[str] = QUEUES,
    ) -> None:
        DBOS(
            config={
                "name": "tutor",
                "system_database_url": _own_file(database_url),
                "executor_id": executor,
                "application_version": VERSION,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
            }
        )
        self._build_workers, self._listen = build_workers, listen
        self._closing = threading.Event()
        places = threading.BoundedSemaphore(turn_workers)  # more at once would only take each other's time

        @DBOS.step(name="turn", retries_allowed=True, max_attempts=3)
        def turn_step(key: str) -> None:
            with places:
                self._go_on()
                run_turn(key)

        @DBOS.step(name="build", retries_allowed=True, max_attempts=3)
        def build_step(job_id: str) -> None:
            run_build(job_id)

        @DBOS.step(name="tidy")
        def tidy_step(conversation: str) -> None:
            run_tidy(conversation)

        @DBOS.workflow(name="turn")
        def turn(key: str) -> None:
            turn_step(key)

        @DBOS.workflow(name="build")
        def build(job_id: str) -> None:
            build_step(job_id)

        @DBOS.workflow(name="tidy")
        def tidy(conversation: str) -> None:
            tidy_step(conversation)

        self._turn, self._build, self._tidy = turn, build, tidy

    def __enter__(self) -> Self:
        DBOS.listen_queues(list(self._listen))
        DBOS.launch()
        DBOS.register_queue(
            "turns", partition_concurrency=1, worker_concurrency=CLAIMED, polling_interval_sec=TURNS_POLL_SECONDS
        )
        DBOS.register_queue("builds", worker_concurrency=self._build_workers, polling_interval_sec=BUILDS_POLL_SECONDS)
        return self

    def __exit__(self, *error: object) -> None:
        """What runs may end; what waits is taken up at the next start."""
        self._closing.set()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=CLOSING_SECONDS)

    def executors(self) -> set[str]:
        """The names of the processes that hold work which they began."""
        begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {str(workflow.executor_id) for workflow in begun}

    def take_over(self, executor: str) -> None:
        """What a dead process began is queued again; whoever is free takes it, and one only."""
        DBOS._recover_pending_workflows([executor])  # noqa: SLF001 - DBOS has no public name for it on one's own server

    def _go_on(self) -> None:
        if self._closing.is_set():
            raise _Closing

    def submit_turn(self, key: str, conversation: str) -> None:
        with SetWorkflowID(f"turn:{key}"), SetEnqueueOptions(queue_partition_key=conversation):
            DBOS.enqueue_workflow("turns", self._turn, key)

    def submit_build(self, job_id: str) -> None:
        """Asked for in the middle of a turn, and not a part of it: a step may start no workflow."""
        Context().run(self._enqueue_build, job_id)

    def _enqueue_build(self, job_id: str) -> None:
        with SetWorkflowID(f"build:{job_id}"):
            DBOS.enqueue_workflow("builds", self._build, job_id)

    def submit_tidy(self, conversation: str) -> None:
        """Once a day at most, between two turns of the conversation."""
        day = datetime.now(UTC).date().isoformat()
        with SetWorkflowID(f"tidy:{conversation}:{day}"), SetEnqueueOptions(queue_partition_key=conversation):
            DBOS.enqueue_workflow("turns", self._tidy, conversation)


def _own_file(url: str) -> str:
    """SQLite has one writer a file: the queue's polling must not hold up what is stored before an ack."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return url
    file = Path(parsed.database)
    return parsed.set(database=str(file.with_name(f"{file.stem}-jobs{file.suffix}"))).render_as_string()


class _Closing(BaseException):
    """No error of the workflow's: DBOS keeps it as one that has not ended."""
