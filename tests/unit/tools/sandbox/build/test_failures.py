"""Causes of failed builds: what the engines and tools print, and what a learner is told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.dockerfile.parser import parse
from tools.dockerfile.stages import stages
from tools.sandbox.build.facts import facts_of
from tools.sandbox.build.failures import catalogue, cause_of
from tools.sandbox.builder import Outcome
from tools.uploads.files import SourceFile

EXIT = 'process "/bin/sh -c x" did not complete successfully: exit code: {}'
SAID = {
    "image-not-found": (
        "pythn:3.12: failed to resolve source metadata for docker.io/library/pythn:3.12: pull access denied",
        "",
    ),
    "registry-unreachable": (
        'x:9: failed to resolve source metadata for x:9: failed to do request: Head "https://a/v2/": dial tcp',
        "",
    ),
    "engine-gone": ("Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?", ""),
    "copy-source-missing": (
        'failed to compute cache key: failed to calculate checksum of ref aa::bb: "/req.txt": not found',
        "",
    ),
    "secret-not-given": ("secret token: not found", ""),
    "unknown-instruction": ("dockerfile parse error on line 3: unknown instruction: FOO", ""),
    "wrong-arguments": ("dockerfile parse error on line 3: COPY requires at least two arguments, but only one", ""),
    "out-of-disk": (EXIT.format(1), "dd: error writing '/f': No space left on device"),
    "out-of-memory": (EXIT.format(137), "Killed"),
    "out-of-processes": (EXIT.format(1), "sh: can't fork: Resource temporarily unavailable"),
    "network-unreachable": (EXIT.format(100), "W: Temporary failure resolving 'deb.example.com'"),
    "wrong-architecture": (EXIT.format(1), "exec /app/server: exec format error"),
    "script-with-windows-lines": (EXIT.format(127), "env: can't execute 'python3\\r': No such file or directory"),
    "pip-no-match": (EXIT.format(1), "ERROR: No matching distribution found for flask==99.0"),
    "pip-conflict": (EXIT.format(1), "ERROR: ResolutionImpossible: for help visit https://pip.example.com"),
    "pip-hash": (EXIT.format(1), "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."),
    "pip-no-requirements": (
        EXIT.format(1),
        "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'",
    ),
    "pip-externally-managed": (EXIT.format(1), "error: externally-managed-environment"),
    "compiler-missing": (EXIT.format(1), "error: command 'gcc' failed: No such file or directory"),
    "header-missing": (EXIT.format(1), "x.c:1:10: fatal error: libpq-fe.h: No such file or directory"),
    "apt-not-found": (EXIT.format(100), "E: Unable to locate package curll"),
    "apt-version": (EXIT.format(100), "E: Version '1.2' for 'curl' was not found"),
    "npm-no-manifest": (EXIT.format(254), "npm error code ENOENT\nnpm error path /app/package.json"),
    "node-module": (EXIT.format(1), "Error: Cannot find module 'express'"),
    "python-module": (EXIT.format(1), "ModuleNotFoundError: No module named 'numpy'"),
    "checksum": (EXIT.format(1), "sha256sum: WARNING: 1 computed checksum did NOT match"),
    "certificate": (EXIT.format(60), "curl: (60) SSL certificate problem: unable to get local issuer certificate"),
    "file-missing": (EXIT.format(1), "cat: /app/version: No such file or directory"),
    "command-not-found": (EXIT.format(127), "/bin/sh: 1: curl: not found"),
    "permission": (EXIT.format(1), "mkdir: can't create directory '/data': Permission denied"),
    "tests-failed": (EXIT.format(1), "===== 2 failed, 10 passed in 1.2s ====="),
    "syntax-of-shell": (EXIT.format(2), "/bin/sh: syntax error: unterminated quoted string"),
    "exit-code": (EXIT.format(3), "nothing that anybody knows"),
}


@pytest.mark.parametrize("cause", SAID)
def test_the_cause_is_found(cause: str) -> None:
    found = cause_of(*SAID[cause])
    assert found.id == cause
    assert "{" not in found.text + found.question


def test_the_engines_and_networks_faults_are_nobodys() -> None:
    blamed = {entry.id for entry in catalogue() if entry.outcome is Outcome.INFRASTRUCTURE}
    assert blamed == {
        "registry-unreachable",
        "registry-rate-limit",
        "engine-gone",
        "network-unreachable",
        "proxy-refused",
    }


def test_every_cause_of_a_failure_asks_one_question() -> None:
    for entry in catalogue():
        if entry.outcome is not Outcome.INFRASTRUCTURE:
            assert entry.question.count("?") == 1, entry.id


def test_what_a_step_prints_is_not_taken_for_the_engines_word() -> None:
    assert cause_of(EXIT.format(1), "Cannot connect to the Docker daemon").id != "engine-gone"


def test_a_long_log_is_looked_at_from_its_end() -> None:
    assert cause_of(EXIT.format(1), "x" * 3_000_000 + "\nE: Unable to locate package nosuch").id == "apt-not-found"


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (("unable to find user app: no matching entries in passwd file", ""), "user-not-found"),
        (("base name ($X) should not be blank", ""), "empty-base"),
        (("unterminated heredoc", ""), "heredoc-open"),
        (("Invalid containerPort: abc", ""), "invalid-port"),
        (("", "exec /run.sh: no such file or directory"), "interpreter-missing"),
        ((EXIT.format(1), 'runc: exec: "/bin/sh": stat /bin/sh: no such file or directory'), "no-shell"),
    ],
)
def test_rarer_causes(said: tuple[str, str], cause: str) -> None:
    assert cause_of(*said).id == cause


RECORDED = yaml.safe_load(Path(__file__).with_name("recorded_failures.yaml").read_text("utf-8"))
SCRIPT = SourceFile("b.sh", b"set -e\r\ncd /tmp\r\n")


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded["cause"])
def test_recorded_failures_have_their_cause(recorded: dict[str, Any]) -> None:
    text = "\n".join(("FROM x:1", recorded.get("before", "ENV A=b"), recorded.get("step", "RUN x"))) + "\n"
    parsed = parse(text)
    known = facts_of(parsed.instructions[-1], stages(parsed), (SCRIPT,), is_measured=recorded.get("measured", False))
    found = cause_of(recorded.get("error", EXIT.format(1)), recorded.get("log", ""), known)
    assert found.id == recorded["cause"]
    assert recorded.get("says", "") in found.text
    assert "/var/lib" not in found.text
    assert "{" not in found.text + found.question


def test_the_catalogue_is_large_and_most_of_it_is_tried() -> None:
    tried = {recorded["cause"] for recorded in RECORDED} | set(SAID)
    names = {entry.id for entry in catalogue()}
    assert len(names) >= 80
    assert len(names - tried) <= 12, names - tried
