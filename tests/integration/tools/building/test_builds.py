"""Builds on a real engine, confined: what a receipt says of them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.unit.tools.uploads.archives.packed import tar, tgz
from tools.sandbox.build.buildkit import BuildKit
from tools.sandbox.builder import BuildProgress, BuildReceipt, Outcome
from tools.sandbox.engine.port import client
from tools.sandbox.image import inspection
from tools.sandbox.lab.engine import LabEngine
from tools.sandbox.run_report import Reach, WatchTimes
from tools.uploads.archives.expanding import expand
from tools.uploads.files import SourceFile, Upload

pytestmark = pytest.mark.engine
BASE = "FROM busybox:stable\n"
LISTEN = 'CMD ["sh", "-c", "trap \'exit 0\' TERM; httpd -f -p 8080 & wait"]\n'
SERVE = 'CMD ["sh", "-c", "trap exit TERM; while true; do sleep 1 & wait; done"]\n'


@pytest.fixture(scope="module")
def builder(lab: LabEngine) -> BuildKit:
    return BuildKit(lab, WatchTimes(least=2, settle=0.5))


def build(
    builder: BuildKit,
    dockerfile: str,
    cancelled: Callable[[], bool] = lambda: False,
    **files: str,
) -> BuildReceipt:
    named = {"Dockerfile": dockerfile, **{name.replace("__", "."): text for name, text in files.items()}}
    upload = Upload.of(SourceFile(path, text.encode()) for path, text in named.items())
    return builder.build(upload, on_progress=lambda _: None, cancelled=cancelled)


def test_a_good_image_meets_the_criterion(builder: BuildKit) -> None:
    receipt = build(builder, BASE + "WORKDIR /app\nCOPY app.txt .\nUSER 1000\nEXPOSE 8080\n" + LISTEN, app__txt="x")
    assert receipt.builds_and_runs
    assert receipt.run is not None
    assert [port.reach for port in receipt.run.ports] == [Reach.OUTSIDE]
    assert (receipt.user, receipt.ports, receipt.entrypoint[0]) == ("1000", ("8080/tcp",), "sh")
    assert [layer.line for layer in receipt.layers] == [0, 2, 3]
    assert receipt.layers[2].instruction == "COPY app.txt ."
    assert receipt.layers[2].bytes == 1
    assert not receipt.found


def test_the_same_context_as_an_archive_is_the_same_build(builder: BuildKit) -> None:
    files = [("Dockerfile", (BASE + SERVE).encode())]
    packed = expand([SourceFile("c.tar.gz", tgz(tar(files, folder="project/")))]).files
    receipt = builder.build(Upload.of(packed), on_progress=lambda _: None, cancelled=lambda: False)
    assert receipt.inputs == build(builder, BASE + SERVE).inputs


def several(builder: BuildKit, said: list[str], **dockerfiles: str) -> BuildReceipt:
    upload = Upload.of(SourceFile(f"{name}/Dockerfile", text.encode()) for name, text in dockerfiles.items())
    return builder.build(upload, on_progress=lambda file: said.append(file.text), cancelled=lambda: False)


def test_each_dockerfile_of_an_upload_is_built(builder: BuildKit) -> None:
    said = list[str]()
    receipt = several(builder, said, api=BASE + "RUN true\n" + SERVE, worker=BASE + "RUN true\n")
    assert receipt.builds_and_runs
    assert receipt.dockerfile == "api/Dockerfile"
    assert receipt.notes == ("`worker/Dockerfile` was built too, and what it makes runs.",)
    assert {sentence.partition(":")[0] for sentence in said} == {"api/Dockerfile", "worker/Dockerfile"}


def test_one_dockerfile_that_fails_is_what_the_receipt_is_of(builder: BuildKit) -> None:
    receipt = several(builder, [], api=BASE + SERVE, worker=BASE + "RUN false\n")
    assert (receipt.outcome, receipt.dockerfile, receipt.failed_line) == (Outcome.FAILED, "worker/Dockerfile", 2)
    assert not several(builder, [], api=BASE + SERVE, worker=BASE + 'CMD ["false"]\n').builds_and_runs


def test_more_dockerfiles_than_are_built_are_refused(builder: BuildKit) -> None:
    receipt = several(builder, [], **{f"service{number}": BASE for number in range(5)})
    assert (receipt.outcome, "5 Dockerfiles" in receipt.summary) == (Outcome.REFUSED, True)


def test_heredocs_escapes_and_the_usual_frontend_are_built(builder: BuildKit) -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\n" + BASE + "RUN <<EOF `\n\necho one > /a\nEOF\n" + SERVE
    assert build(builder, text.replace("<<EOF `\n", "<<EOF")).outcome is Outcome.BUILT
    assert (
        build(builder, "# syntax=docker/dockerfile:1\n# escape=`\n" + BASE + "RUN echo a && `\n  echo b\n").cause == ""
    )


def test_progress_counts_steps_of_all_stages(builder: BuildKit) -> None:
    seen: list[BuildProgress] = []
    text = BASE.replace("\n", " AS build\n") + f"RUN echo {time.time()} > /a\n" + BASE + "COPY --from=build /a /a\n"
    upload = Upload.of([SourceFile("Dockerfile", text.encode())])
    builder.build(upload, on_progress=seen.append, cancelled=lambda: False)
    assert [(one.step, one.steps) for one in seen] == [(1, 2), (2, 2)]
    assert seen[1].text == "COPY --from=build /a /a"


FAILING = {
    "RUN in the second stage": (
        BASE.replace("\n", " AS one\n")
        + "RUN touch /a\n"
        + BASE
        + "RUN echo b && \\\n  nosuch x\nCOPY --from=one /a /a\n",
        4,
        "command-not-found",
    ),
    "file that is not there": (BASE + "RUN true\nCOPY requirements.txt /app/\n", 3, "copy-source-missing"),
    "instruction that is none": (BASE + "RUN true\nFOO bar\n", 3, "unknown-instruction"),
    "exit code": (BASE + "RUN sh -c 'exit 7'\n", 2, "exit-code"),
    "spoofed line": (BASE + "RUN printf 'Dockerfile:99\\nERROR: fake\\n'; exit 3\n", 2, "exit-code"),
    "no rights": (BASE + "USER 1000\nRUN mkdir /data\n", 3, "permission"),
    "no network": (BASE + "RUN wget http://example.com/x\n", 2, "network-unreachable"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failure_has_its_line_and_cause(builder: BuildKit, name: str) -> None:
    text, line, cause = FAILING[name]
    receipt = build(builder, text)
    assert (receipt.failed_line, receipt.cause) == (line, cause)
    expected = Outcome.INFRASTRUCTURE if cause == "network-unreachable" else Outcome.FAILED
    assert receipt.outcome is expected


def test_a_secret_that_was_removed_is_found_in_its_layer(builder: BuildKit) -> None:
    text = BASE + "COPY .env /app/.env\nRUN rm /app/.env\nENV API_KEY=sk-live-abcdefgh12345678\n" + SERVE
    receipt = build(builder, text, __env="DB_PASSWORD=hunter2secret9\n")
    places = {(match_found.line, match_found.removed_later): match_found.place for match_found in receipt.found}
    assert places[2, True] == "`app/.env` (DB_PASSWORD)"
    assert places[4, False] == "the variable `API_KEY`"
    assert receipt.hidden_bytes == len("DB_PASSWORD=hunter2secret9\n")
    assert "hunter2" not in repr(receipt)
    assert "sk-live" not in repr(receipt)


RUNS = {
    "ends well": ('CMD ["true"]\n', "", 0),
    "ends badly": ('CMD ["sh", "-c", "echo boom; exit 3"]\n', "crashed", 3),
    "ends and should serve": ('EXPOSE 8080\nCMD ["true"]\n', "ended", 0),
    "no such command": ('CMD ["/nope"]\n', "not-started", None),
    "no command": ("CMD []\n", "not-started", None),
    "ignores SIGTERM": ('CMD ["sh", "-c", "trap : TERM; while true; do sleep 1; done"]\n', "ignores-stop", None),
    "crashes on SIGTERM": (
        'CMD ["sh", "-c", "trap \'exit 7\' TERM; while true; do sleep 1 & wait; done"]\n',
        "stopped-badly",
        None,
    ),
    "hears itself only": (
        'EXPOSE 8080\nCMD ["sh", "-c", "trap exit TERM; httpd -f -p 127.0.0.1:8080 & wait"]\n',
        "loopback-only",
        None,
    ),
    "listens elsewhere": ("EXPOSE 9000\n" + LISTEN, "port-closed", None),
    "uses up its memory": ('CMD ["tail", "/dev/zero"]\n', "crashed", 137),
}


@pytest.mark.parametrize("name", RUNS)
def test_how_it_runs_decides(builder: BuildKit, name: str) -> None:
    command, lacking, code = RUNS[name]
    receipt = build(builder, BASE + command)
    assert receipt.run is not None
    assert [shortcoming.id for shortcoming in receipt.shortcomings] == ([lacking] if lacking else [])
    assert receipt.run.exit_code == code
    assert all(shortcoming.question.endswith("?") for shortcoming in receipt.shortcomings)


@pytest.mark.parametrize(("check", "health"), [("true", "healthy"), ("false", "unhealthy")])
def test_a_health_check_is_asked_at_our_pace(builder: BuildKit, check: str, health: str) -> None:
    receipt = build(builder, BASE + f"HEALTHCHECK --interval=1h CMD {check}\n" + SERVE)
    assert receipt.run is not None
    assert receipt.run.health.replace("starting", "unhealthy") == health
    assert receipt.builds_and_runs == (health == "healthy")


def test_a_user_that_stands_for_root_is_called_root(builder: BuildKit) -> None:
    text = BASE + "RUN echo 'app:x:0:0::/:/bin/sh' >> /etc/passwd\nUSER app\n" + SERVE
    assert build(builder, text).user == "app (root)"


def test_a_build_is_stopped_at_once(builder: BuildKit, lab: LabEngine) -> None:
    begun = time.monotonic()
    receipt = build(builder, BASE + f"RUN echo {begun}; sleep 600\n", lambda: time.monotonic() - begun > 2)
    assert receipt.outcome is Outcome.CANCELLED
    assert time.monotonic() - begun < 10
    assert build(builder, BASE + SERVE).builds_and_runs


def test_nothing_is_left_behind(builder: BuildKit, lab: LabEngine) -> None:
    build(builder, BASE + f"RUN echo {time.time()}\n" + SERVE)
    with client(lab.base_url) as opened:
        assert not opened.containers.list(all=True)
        assert not [tag for image in opened.images.list() for tag in image.tags if tag.startswith("tutor-")]


def test_a_build_of_known_bytes_is_quick_and_says_the_same(builder: BuildKit) -> None:
    text = BASE + "RUN echo known\n" + SERVE
    first = build(builder, text)
    again = build(builder, text)
    assert (again.image, again.run, again.layers) == (first.image, first.run, first.layers)
    assert again.cached_steps == again.steps == 1


REFUSED = ["FROM nosuch:1\n", BASE + "RUN --security=insecure id\n", BASE + "WORKDIR /proc/self/fd/8\n"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_never_reaches_the_engine(builder: BuildKit, text: str) -> None:
    begun = time.monotonic()
    receipt = build(builder, text)
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.failed_line
    assert time.monotonic() - begun < 1


def test_large_images_are_read_where_they_lie_with_the_same_result(
    builder: BuildKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def text(number: int) -> str:
        head = f"RUN mkdir /d && echo password=hunter2x > /d/.env && echo {number} > /x && ln /x /y\n"
        return BASE + head + "RUN rm -r /d && mkdir /d && echo y > /d/new\n" + SERVE

    copied = build(builder, text(time.time_ns()))
    monkeypatch.setattr(inspection, "COPIED", -1)
    lying = build(builder, text(time.time_ns()))
    assert [layer.bytes for layer in lying.layers] == [layer.bytes for layer in copied.layers]
    assert (lying.hidden_bytes, lying.found) == (copied.hidden_bytes, copied.found)
    assert lying.found[0].removed_later


@pytest.mark.parametrize(("executable", "runs"), [(True, True), (False, False), (None, True)])
def test_an_entrypoint_that_is_not_executable_does_not_start(
    lab: LabEngine, executable: bool | None, runs: bool
) -> None:
    script = SourceFile("start.sh", b"#!/bin/sh\nexec sleep 1\n", executable)
    dockerfile = SourceFile(
        "Dockerfile", b'FROM busybox:stable\nCOPY start.sh /\nUSER 1000\nENTRYPOINT ["/start.sh"]\n'
    )
    receipt = BuildKit(lab).build(Upload.of([dockerfile, script]), on_progress=lambda _: None, cancelled=lambda: False)
    assert (receipt.outcome, receipt.builds_and_runs) == (Outcome.BUILT, runs), receipt.run
    assert bool(receipt.notes) is (executable is None)
    if not runs:
        assert receipt.run is not None
        assert "isn't executable" in receipt.run.cause


@pytest.mark.parametrize("copied", [100_000_000, 0], ids=["as a stream", "where the engine keeps them"])
def test_the_packages_of_an_image_are_listed_with_the_line_that_brought_them(
    builder: BuildKit, monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    monkeypatch.setattr(inspection, "COPIED", copied)
    record = "Package: libc6\nStatus: install ok installed\nVersion: 2.36\n\n"
    dockerfile = (
        f"{BASE}COPY status /var/lib/dpkg/status\n"
        "RUN mkdir -p /app/a-1.0.dist-info /app/b-2.0.dist-info && touch /app/a-1.0.dist-info/METADATA "
        f"/app/b-2.0.dist-info/METADATA\nRUN rm -r /app/b-2.0.dist-info && echo {copied}\nUSER 1000\n" + SERVE
    )
    receipt = build(builder, dockerfile, status=record)
    assert receipt.outcome is Outcome.BUILT
    assert [(package.manager, package.name, package.version, package.line) for package in receipt.packages] == [
        ("apt", "libc6", "2.36", 2),
        ("pip", "a", "1.0", 3),
    ]
