"""What an operator changes on a real engine: checked whole first, undone where it fails, and never half done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from tests.lab_engine import BUSYBOX, CONFIG
from tools.errors import BuilderUnavailable, LabFailed
from tools.sandbox.lab import daemon
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.lab.limits import GIB, MIB, LabConfig
from tools.sandbox.lab.state import change

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]


@pytest.fixture(autouse=True)
def as_it_was(lab: LabEngine) -> Iterator[None]:
    yield
    lab.lab.start(CONFIG)


def _changed(**update: object) -> LabConfig:
    return CONFIG.model_copy(update=update)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (_changed(disk_bytes=10**15), "free in"),
        (_changed(limits=CONFIG.limits.model_copy(update={"memory_bytes": 10**15})), "of memory here"),
        (_changed(limits=CONFIG.limits.model_copy(update={"cpus": 4096.0})), "processors here"),
    ],
)
def test_what_can_not_be_had_changes_nothing(lab: LabEngine, wanted: LabConfig, why: str) -> None:
    lab.test()
    before = lab.lab.state
    with pytest.raises(LabFailed, match=f"{why}.*Nothing was changed"):
        lab.lab.start(wanted)
    assert lab.lab.state == before
    assert lab.lab.config == CONFIG
    assert lab.lab.running
    assert lab.status().available


def test_a_disk_of_another_size_keeps_the_bases(lab: LabEngine) -> None:
    assert lab.lab.start(_changed(disk_bytes=GIB))
    assert lab.offered() == ("busybox:stable",)
    assert shutil.disk_usage(lab.lab.mounted()).total > 900 * MIB
    with lab.lab.client() as client:
        assert client.images.get("busybox:stable")
    with pytest.raises(LabFailed, match="do not fit"):
        lab.lab.start(_changed(disk_bytes=4 * MIB))
    assert lab.lab.running
    assert sorted(path.name for path in lab.lab.places.folder.glob("*.img")) == ["disk.img", "pristine.img"]


def _does_not_start(*_: object) -> NoReturn:
    raise LabFailed("The engine does not start: it is a test.")


def _next_of(tries: Iterator[Callable[..., int]], otherwise: Callable[..., int], *args: object) -> int:
    return next(tries, otherwise)(*args)


def test_an_engine_that_does_not_start_so_runs_as_before(lab: LabEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = iter((_does_not_start,))
    monkeypatch.setattr(daemon, "start", partial(_next_of, tries, daemon.start))
    with pytest.raises(LabFailed, match="The former engine runs again"):
        lab.lab.start(_changed(disk_bytes=GIB))
    assert lab.lab.config == CONFIG
    assert lab.lab.running
    assert lab.offered() == ("busybox:stable",)


def test_the_status_says_what_a_build_would(lab: LabEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(daemon, "start", _does_not_start)
        change(lab.lab.places.state, lambda state: state.model_copy(update={"distrusted": "a test"}))
        with pytest.raises(BuilderUnavailable, match="it is a test"), lab.job():
            pass
        assert not lab.status().available
        assert "it is a test" in lab.status().reason
    lab.tend()
    assert lab.status().available


def test_a_bad_archive_keeps_no_other_out(lab: LabEngine, tmp_path: Path) -> None:
    (tmp_path / "no.tar").write_bytes(b"no archive")
    (tmp_path / "cut.tar").write_bytes(BUSYBOX.read_bytes()[:700_000])
    sources = [str(tmp_path / "no.tar"), str(tmp_path / "cut.tar"), str(BUSYBOX), "busybox:1"]
    found = lab.lab.load_all(sources)
    assert [one.source for one in found] == sources
    assert [bool(one.fault) for one in found] == [True, True, False, True]
    assert list(found[2].names) == ["busybox:stable"]
    assert lab.offered() == ("busybox:stable",)
    assert lab.test().held


def test_nothing_but_bad_ones_leaves_the_engine_alone(lab: LabEngine, tmp_path: Path) -> None:
    lab.test()
    before = lab.lab.state
    (tmp_path / "no.tar").write_bytes(b"no archive")
    assert lab.lab.load_all([str(tmp_path / "no.tar"), "Not A Name"])[1].fault
    assert lab.lab.state == before
