"""What is shown of a log cannot harm the one who reads it, and gives nothing away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sandbox.build.excerpts import LINE, LINES, clean, excerpt, masked, whole_log


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("\x1b]52;c;c2VjcmV0\x07clip", "clip"),
        ("\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("10%\r50%\r100%\n", "100%\n"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("a\u202eb", "a⟦U+202E⟧b"),
        ("nul\0bel\x07", "nulbel"),
    ],
)
def test_control_sequences_are_gone(printed: str, seen: str) -> None:
    assert clean(printed) == seen


@pytest.mark.parametrize(
    "secret",
    [
        "password=hunter2hunter2",
        "API_KEY: abcdef123456",
        "https://user:pa55word@example.com/x",
        "token ghp_abcdefghijklmnop1234",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----",
        "xoxb-1234567890-abcdef",
    ],
)
def test_credentials_are_masked(secret: str) -> None:
    hidden = masked(f"before {secret} after")
    assert hidden.startswith("before")
    assert hidden.endswith("after")
    for part in ("hunter2", "abcdef", "pa55word", "MIIE", "1234567890"):
        assert part not in hidden


def test_ordinary_words_stay() -> None:
    text = "Collecting tokenizers==0.21\n  Downloading secretstorage-3.3 (15 kB)"
    assert masked(text) == text


@given(st.text())
def test_an_excerpt_is_short_and_closes_no_fence(text: str) -> None:
    shown = excerpt(text)
    assert len(shown.split("\n")) <= LINES
    assert all(len(line) <= LINE for line in shown.split("\n"))
    assert "`" not in shown
    assert not any(ord(finding) < 32 and finding not in "\n\t" for finding in shown)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("0 / overlay lowerdir=/run/tutor-lab-82f84791/data/1.1/overlay2/l/AB:x", "0 / overlay lowerdir=:x"),
        ("open /run/tutor-lab-1a/data/overlay2/ab/merged/etc/hosts: denied", "open /etc/hosts: denied"),
        ("/run/tutor-lab-1a/data/tmp/buildkit-mount12/app/x", "/app/x"),
        ("/run/tutor is mine", "/run/tutor is mine"),
    ],
)
def test_the_folders_of_the_lab_are_told_to_nobody(said: str, told: str) -> None:
    assert whole_log(said) == told
