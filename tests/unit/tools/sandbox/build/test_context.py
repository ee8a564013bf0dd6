"""What is built from an upload, and when it is the same."""

from __future__ import annotations

import io
import tarfile

import pytest

from tools.sandbox.build.context import context_key, context_of, contexts_of
from tools.uploads.files import SourceFile, Upload

API, WORKER = b"FROM a:1\nCOPY app.py /\n", b"FROM b:1\nCOPY job.py /\n"


def _upload(**files: bytes) -> Upload:
    return Upload.of(SourceFile(path.replace("__", "/").replace("_", "."), data) for path, data in files.items())


def _two(worker: bytes = WORKER, **more: bytes) -> Upload:
    return _upload(api__Dockerfile=API, api__app_py=b"1", worker__Dockerfile=worker, worker__job_py=b"2", **more)


def test_without_a_dockerfile_there_is_nothing_to_build() -> None:
    upload = _upload(app_py=b"1")
    assert (context_key(upload), context_of(upload), contexts_of(upload)) == (None, None, ())


def test_the_main_dockerfile_is_called_just_so_and_lies_nearest() -> None:
    upload = _upload(a__Dockerfile=API, Dockerfile_dev=API, Dockerfile=WORKER, b__c__Dockerfile=API)
    assert [one.source.path for one in contexts_of(upload)] == [
        "Dockerfile", "a/Dockerfile", "b/c/Dockerfile", "Dockerfile.dev",
    ]  # fmt: skip


def test_each_dockerfile_has_its_own_folder_as_context() -> None:
    found = {one.source.path: [file.path for file in one.files] for one in contexts_of(_two())}
    assert found == {"api/Dockerfile": ["Dockerfile", "app.py"], "worker/Dockerfile": ["Dockerfile", "job.py"]}


def test_the_key_of_several_covers_each() -> None:
    keys = {
        context_key(_two()),
        context_key(_two(WORKER + b"USER 1\n")),
        context_key(_upload(api__Dockerfile=API, worker__Dockerfile=WORKER)),
    }
    assert len(keys) == 3
    assert context_key(_two(plan_md=b"# Plan")) == context_key(_two())
    alone = _upload(api__Dockerfile=API, api__app_py=b"1")
    assert context_key(alone) == contexts_of(_two())[0].key


STARTED = b'FROM a:1\nCOPY . /\nENTRYPOINT ["/start.sh"]\n'


def _modes(upload: Upload) -> dict[str, int]:
    context = context_of(upload)
    assert context is not None
    with tarfile.open(fileobj=io.BytesIO(context.tar())) as archive:
        return {info.name: info.mode for info in archive}


def _with_script(executable: bool | None, dockerfile: bytes = STARTED) -> Upload:
    return Upload.of([SourceFile("Dockerfile", dockerfile), SourceFile("start.sh", b"#!/bin/sh\n", executable)])


@pytest.mark.parametrize(("executable", "mode"), [(True, 0o755), (False, 0o644), (None, 0o755)])
def test_a_known_mode_is_kept_and_an_unknown_one_assumed_of_what_is_started(executable: bool | None, mode: int) -> None:
    assert _modes(_with_script(executable))["start.sh"] == mode


def test_what_is_assumed_is_said_and_what_nothing_starts_is_no_program() -> None:
    context = context_of(_with_script(None))
    assert context is not None
    assert "I took `start.sh` for executable" in context.said_of_modes
    idle = _with_script(None, b"FROM a:1\nCOPY start.sh /\n")
    assert _modes(idle)["start.sh"] == 0o644
    known = [context_of(_with_script(executable)) for executable in (True, False)]
    assert not any(context.said_of_modes for context in known if context is not None)


def test_a_script_that_another_one_starts_is_a_program() -> None:
    more = SourceFile("migrate.sh", b"#!/bin/sh\n")
    first = SourceFile("start.sh", b"#!/bin/sh\n./migrate.sh\n")
    assert _modes(Upload.of([SourceFile("Dockerfile", STARTED), first, more]))["migrate.sh"] == 0o755


def test_another_mode_is_another_build() -> None:
    keys = {context_key(_with_script(executable)) for executable in (True, False)}
    assert len(keys) == 2
    assert context_key(_with_script(None)) in keys
