"""What an operator may choose, what is remembered, and what is suggested."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.errors import LabFailed
from tools.sandbox.lab.limits import GIB, LabConfig, LabLimits
from tools.sandbox.lab.places import Places
from tools.sandbox.lab.state import LabState, SelfTest, SelfTestFinding, change, tried
from tools.sandbox.lab.suggest import host_of
from tools.scratch import began


def test_a_choice_is_kept(tmp_path: Path) -> None:
    chosen = LabConfig(hosts=("packages.example.com", "mirror.example.com:8080"), registry="images.example.com")
    chosen.write(tmp_path / "config.json")
    assert LabConfig.read(tmp_path / "config.json") == chosen
    assert LabConfig.read(tmp_path / "missing.json") == LabConfig()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"hosts": 3}', '{"unknown": 1}', '{"limits": {"pids": 0}}'])
def test_a_broken_choice_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(LabFailed, match="can not be read"):
        LabConfig.read(tmp_path / "config.json")


@pytest.mark.parametrize("host", ["", "http://a", "a b", "-a", "a/", "*.example.com", "a:123456", "a;b", "a\n"])
def test_only_hosts_are_hosts(host: str) -> None:
    with pytest.raises(LabFailed, match="hosts"):
        LabConfig.checked(LabConfig().model_copy(update={"hosts": (host,)}))


def test_a_disk_must_hold_more_than_one_build() -> None:
    with pytest.raises(LabFailed, match=r"disk: .*half as much again"):
        LabConfig.checked(LabConfig().model_copy(update={"disk_bytes": GIB}))


def test_two_engines_share_no_name(tmp_path: Path) -> None:
    one, other = Places(tmp_path / "one"), Places(tmp_path / "other")
    assert one.name != other.name
    assert len(str(one.socket)) < 100
    assert Places(tmp_path / "one") == one


def test_what_is_known_outlives_a_process_and_a_broken_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    assert LabState.read(file) == LabState()
    change(file, lambda state: state.model_copy(update={"builds": state.builds + 1}))
    assert change(file, lambda state: state.model_copy(update={"builds": state.builds + 1})).builds == 2
    file.write_text('{"builds": "many"')
    assert LabState.read(file) == LabState()


def test_a_process_is_known_by_its_id_and_its_beginning() -> None:
    own = os.getpid()
    assert began(own) > 0
    assert began(2**22 + 1) == 0
    assert LabState(process=own, process_began=began(own)).alive
    assert not LabState(process=own, process_began=began(own) - 1).alive
    assert not LabState().alive


def test_a_self_test_holds_when_everything_does() -> None:
    good, bad = (
        SelfTestFinding(limit="memory", held=True, said="held"),
        SelfTestFinding(limit="disk", held=False, said="is endless"),
    )
    assert SelfTest(at=0, seconds=1, findings=(good,)).held
    assert not SelfTest(at=0, seconds=1, findings=()).held
    assert SelfTest(at=0, seconds=1, findings=(good, bad)).broken == "disk: is endless"


def test_a_lock_is_had_by_one(tmp_path: Path) -> None:
    with tried(tmp_path / "a.lock") as first, tried(tmp_path / "a.lock") as second:
        assert first
        assert not second
    with tried(tmp_path / "a.lock") as again:
        assert again


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://packages.example.com/simple", "packages.example.com"),
        ("http://user:secret@mirror.example.com:8080/debian", "mirror.example.com:8080"),
        ("https://a.example.com:443/", "a.example.com"),
        ("file:///opt/packages", ""),
        ("/etc/mirrors.txt", ""),
        ("https://", ""),
        ("http://a:port/", ""),
    ],
)
def test_hosts_of_addresses(address: str, host: str) -> None:
    assert host_of(address) == host


def test_limits_have_bounds() -> None:
    assert LabLimits().memory_bytes == 1536 * 1024**2
    with pytest.raises(ValueError, match="greater than"):
        LabLimits(pids=1)
