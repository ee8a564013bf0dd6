"""What is refused before an engine is touched, each with its line and its rule, and what is not."""

from __future__ import annotations

import pytest

from tools.sandbox.build.refusals import MAX_LAYERS, MAX_STAGES, Policy, refusal

LAB = Policy(isolated=True, allows=lambda name: name == "busybox:1", offered=("busybox:1",))
HEAD = "FROM busybox:1\n"

REFUSED = {
    "foreign-frontend": ("# syntax=evil/frontend\n" + HEAD, 1),
    "insecure-entitlement": (HEAD + "RUN --security=insecure id\n", 2),
    "host-network": (HEAD + "RUN true\nRUN --network=host id\n", 3),
    "device": (HEAD + "RUN --device=vendor/x id\n", 2),
    "cache-source": (HEAD + "RUN --mount=type=cache,target=/c,source=../../x true\n", 2),
    "mount-target": (HEAD + "RUN --mount=type=tmpfs,target=/proc true\n", 2),
    "foreign-image": ("FROM other:1\n", 1),
    "kernel-folder": (HEAD + "WORKDIR /proc/self/fd/8\n", 2),
    "remote-add": (HEAD + "ADD https://example.com/x /x\n", 2),
    "expansion": (HEAD + "ENV A=0123456789\n" + "ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 6, 6),
    "too-many-layers": (HEAD + "RUN true\n" * (MAX_LAYERS + 1), 1),
    "too-many-stages": (HEAD * (MAX_STAGES + 1), 1),
    "too-many-lines": (HEAD + "\n" * 1_001, 1),
    "too-many-instructions": (HEAD + "ENV A=1\n" * 150, 1),
    "line-too-long": (HEAD + "RUN echo " + "x" * 17_000 + "\n", 2),
    "unreadable": ("RUN true\n", 1),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_it_is_refused_with_its_line(rule: str) -> None:
    text, line = REFUSED[rule]
    found = refusal(text, LAB)
    assert found is not None
    assert (found.rule, found.line) == (rule, line)
    assert found.sentence[-1] in ".?"


OTHER_WAYS = {
    "relative work folder": (HEAD + "WORKDIR proc\nWORKDIR self/fd/8\n", "kernel-folder"),
    "through a variable": (HEAD + "ARG D=/proc/self\nWORKDIR $D\n", "kernel-folder"),
    "climbing": (HEAD + "WORKDIR /a/b\nCOPY x ../../sys/x\n", "kernel-folder"),
    "volume": (HEAD + 'VOLUME ["/proc"]\n', "kernel-folder"),
    "copy from an image": (HEAD + "COPY --from=other:1 /a /a\n", "foreign-image"),
    "mount from an image": (HEAD + "RUN --mount=type=bind,from=other:1,target=/m true\n", "foreign-image"),
    "stage that is not there": (HEAD + "COPY --from=nosuch /a /a\n", "foreign-image"),
    "base by a variable": ("ARG B=other:1\nFROM $B\n", "foreign-image"),
    "git context": (HEAD + "ADD git@example.com:a/b.git /x\n", "remote-add"),
    "git address": (HEAD + "ADD https://example.com/a/b.git#main /x\n", "remote-add"),
    "on build": (HEAD + "ONBUILD RUN --network=host id\n", "host-network"),
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_to_the_same_are_refused(way: str) -> None:
    text, rule = OTHER_WAYS[way]
    found = refusal(text, LAB)
    assert found is not None
    assert found.rule == rule


FINE = [
    "# syntax=docker/dockerfile:1\n" + HEAD,
    HEAD + "RUN --network=none --security=sandbox true\n",
    HEAD + "RUN --mount=type=cache,target=/root/.cache true\n",
    HEAD + "RUN --mount=type=secret,id=token true\n",
    "FROM busybox:1 AS build\nFROM scratch\nCOPY --from=build /bin/busybox /b\nCOPY --from=0 /a /a\n",
    HEAD + "WORKDIR /processes\nWORKDIR /app\nCOPY . .\nVOLUME /data\n",
    HEAD + "ADD archive.tar.gz /x\n",
    HEAD + "COPY <<EOF /etc/x\nADD https://example.com/x /proc\nEOF\n",
]


@pytest.mark.parametrize("text", FINE)
def test_ordinary_files_are_not_refused(text: str) -> None:
    assert refusal(text, LAB) is None


@pytest.mark.parametrize("text", ["FROM other:1\n", HEAD + "ADD --checksum=sha256:0 https://example.com/x /x\n"])
def test_a_persons_own_engine_may_fetch(text: str) -> None:
    assert refusal(text) is None


def test_the_refused_image_names_those_that_are_there() -> None:
    found = refusal("FROM other:1\n", LAB)
    assert found is not None
    assert "`busybox:1`" in found.sentence
