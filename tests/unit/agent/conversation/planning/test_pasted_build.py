"""What a builder printed and somebody pasted is read as our own builds' output is."""

from __future__ import annotations

import pytest

from agent.conversation.planning.pasted_build import cause_in

STEP = 'failed to solve: process "/bin/sh -c {}" did not complete successfully: exit code: {}'


@pytest.mark.parametrize(
    ("pasted", "cause"),
    [
        (f"why??\n0.214 /bin/sh: apt-get: not found\n{STEP.format('apt-get update', 127)}", "command-not-found"),
        (
            f"#9 12.3 error: command 'gcc' failed: No such file or directory\n{STEP.format('pip install .', 1)}",
            "compiler",
        ),
        ('ERROR: failed to solve: failed to compute cache key: "/requirements.txt": not found', "copy-source-missing"),
        (f"npm ERR! code ERESOLVE\n{STEP.format('npm ci', 1)}", "npm-peer"),
    ],
)
def test_a_pasted_build_is_told_its_cause(pasted: str, cause: str) -> None:
    told = cause_in(pasted)
    assert told is not None
    assert told.topic.startswith(f"build:{cause}")
    assert told.closing.endswith("?")


@pytest.mark.parametrize(
    "text",
    [
        "why does my build fail?",
        "apt-get: not found, is what my colleague said",
        f"it says {STEP.format('make', 2)}",
        "worker exited with code 137",
    ],
)
def test_what_no_builder_wrote_or_nothing_tells_is_left_to_others(text: str) -> None:
    assert cause_in(text) is None
