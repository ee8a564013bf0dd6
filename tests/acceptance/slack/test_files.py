"""Files that people attach: read wherever they are sent, refused with a reason, and fetched with care."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from integrations.slack import files
from integrations.slack.files import Attachments
from integrations.slack_emulator.files import Attachment
from integrations.slack_emulator.transcript import Seen
from tests.acceptance.slack.harness import Harness, Place, open_harness, weak
from tools.uploads.files import MAX_FILE_BYTES

READ = "I have read `Dockerfile`"
DOCKERFILE = weak("Dockerfile")
COMPOSE = ("compose.yaml", b"services:\n  web:\n    image: web:1\n")


@pytest.fixture(scope="module")
def harness(folder: Path) -> Iterator[Harness]:
    with open_harness(folder) as opened:
        yield opened


def _kept(harness: Harness, place: Place, said: Seen) -> set[str]:
    """Names of what was taken with a message."""
    services = harness.tutoring.tutor.services
    upload = services.submissions.upload(f"{harness.emulator.workspace.id}:{said.channel}:{said.ts}")
    return {file.path for file in upload.files}


def test_a_file_is_read_on_a_mention_in_a_message_and_in_a_thread(harness: Harness) -> None:
    """T-F1: what others could read is answered in the direct message."""
    inbox, cohort = harness.direct("Learner A"), harness.channel("Learner A")
    top = inbox.says("", files=[DOCKERFILE])
    answer = inbox.answer(top)
    assert READ in answer.text
    threaded = inbox.asks("and this one?", files=[COMPOSE], thread=top.ts)
    assert (threaded.thread_ts, "compose.yaml" in threaded.text) == (top.ts, True)
    mention = cohort.mentions("please look at this", files=[DOCKERFILE])
    harness.quiet()
    assert READ in inbox.answers_now(mention)[-1].text
    assert not any("Dockerfile" in one.text for one in cohort.answers_now(mention))
    root = cohort.says("a thread")
    reply = cohort.mentions("", files=[DOCKERFILE], thread=root.ts)
    harness.quiet()
    assert READ in inbox.answers_now(reply)[-1].text


def test_two_files_are_one_upload_and_the_same_file_again_is_no_new_one(harness: Harness) -> None:
    """T-F1: also where it is shared again in another thread."""
    learner = harness.direct("Learner B")
    said = learner.says("", files=[DOCKERFILE, COMPOSE])
    learner.answer(said)
    assert _kept(harness, learner, said) == {"Dockerfile", "compose.yaml"}
    first, second = (learner.asks("", files=[DOCKERFILE, COMPOSE], thread=one) for one in ("", said.ts))
    assert "same" in first.text.lower() or READ in first.text
    assert "same" in second.text.lower() or READ in second.text


def _object(**overrides: Any) -> Attachment:
    return Attachment("Dockerfile", DOCKERFILE[1], overrides=overrides)


REFUSED: dict[str, tuple[Attachment, str]] = {
    "declared-too-big": (_object(size=MAX_FILE_BYTES + 1), "too big"),
    "lying-size": (Attachment("Dockerfile", b"#" * (MAX_FILE_BYTES + 1), overrides={"size": 10}), "too big"),
    "external": (_object(is_external=True, mode="external"), "not stored in Slack"),
    "tombstone": (_object(mode="tombstone"), "was deleted"),
    "hidden": (_object(mode="hidden_by_limit"), "hidden"),
    "denied": (_object(file_access="access_denied"), "does not let me see"),
    "gone": (_object(file_access="file_not_found"), "was deleted"),
    "png": (Attachment("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200)), "picture.png"),
    "pdf": (Attachment("plan.pdf", b"%PDF-1.7 " + bytes(200)), "plan.pdf"),
    "binary-dockerfile": (Attachment("Dockerfile", bytes(range(256)) * 4), "Dockerfile"),
    "nul": (Attachment("Dockerfile", b"FROM a\x00b\n"), "Dockerfile"),
}


@pytest.mark.parametrize("kind", REFUSED, ids=[f"T-F2-{kind}" for kind in REFUSED])
def test_a_file_that_cannot_be_read_is_refused_by_name_and_reason(harness: Harness, kind: str) -> None:
    """T-F2: before a byte, while they come, and after; and the answer says what to do."""
    attachment, reason = REFUSED[kind]
    answer = harness.direct("Learner C").asks("", files=[attachment])
    assert reason in answer.text
    assert "Traceback" not in answer.text
    assert READ not in answer.text


def test_an_empty_file_is_told_apart_from_a_bad_one(harness: Harness) -> None:
    """T-F2: 0 bytes."""
    answer = harness.direct("Learner C").asks("", files=[("Dockerfile", b"")])
    assert "nothing to build on" in answer.text


WRITTEN = {"utf-16": "utf-16", "latin-1": "latin-1", "bom": "utf-8-sig"}


@pytest.mark.parametrize("kind", WRITTEN, ids=[f"T-F2-{kind}" for kind in WRITTEN])
def test_another_encoding_is_read_or_refused_in_words(harness: Harness, kind: str) -> None:
    """T-F2: and line ends of another system."""
    data = "FROM python:3.12\r\nLABEL who=Zoë\r\nCMD python app.py\r\n".encode(WRITTEN[kind])
    answer = harness.direct("Learner C").asks("", files=[("Dockerfile", data)])
    assert READ in answer.text or "Save it as UTF-8 and send it again" in answer.text


def test_a_snippet_is_a_file(harness: Harness) -> None:
    """T-F2: pasted code comes as one."""
    snippet = Attachment("Dockerfile", DOCKERFILE[1], overrides={"mode": "snippet"})
    assert READ in harness.direct("Learner C").asks("", files=[snippet]).text


FAULTS = {
    "html": ("html", "files:read"),
    "redirect": ("redirect", "files:read"),
    "forbidden": ("forbidden", "does not let me read"),
    "not_found": ("not_found", "no longer in Slack"),
    "server_error": ("server_error", "could not be fetched"),
    "reset": ("reset", "could not be fetched"),
    "truncated": ("truncated", "Only a part"),
}


@pytest.mark.parametrize("kind", FAULTS, ids=[f"T-F3-{kind}" for kind in FAULTS])
def test_a_download_that_fails_is_told_and_the_text_is_answered(harness: Harness, kind: str) -> None:
    """T-F3: each fault has its own sentence; nothing of an error page is taken for a Dockerfile."""
    fault, told = FAULTS[kind]
    harness.emulator.fault("download", fault)  # type: ignore[arg-type]  # one of the kinds
    answer = harness.direct("Learner B").asks("", files=[DOCKERFILE])
    assert told in answer.text
    assert READ not in answer.text


def test_a_file_that_only_has_an_id_is_looked_up(harness: Harness) -> None:
    """T-F3: with Slack Connect, `check_file_info`; where Slack refuses, that is told."""
    unknown = _object(file_access="check_file_info", url_private=None, url_private_download=None)
    inbox = harness.direct("Learner B")
    looked = len(harness.emulator.calls("files.info"))
    inbox.asks("", files=[unknown])
    assert len(harness.emulator.calls("files.info")) == looked + 1
    harness.emulator.fault("files.info", "error", error="access_denied")
    assert "does not let me see" in inbox.asks("", files=[unknown]).text


class Elsewhere:
    """A host that is not Slack's; remembers what it is told."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.heard.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nFROM a")

    def close(self) -> None:
        self._socket.close()


@contextmanager
def _elsewhere() -> Iterator[Elsewhere]:
    host = Elsewhere()
    try:
        yield host
    finally:
        host.close()


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/Dockerfile", "http://files.slack.com@127.0.0.1:{port}/D"])
def test_the_token_goes_to_no_other_host(harness: Harness, address: str) -> None:
    """T-F3: an address in the event that is not Slack's is never asked, whatever it poses as."""
    with _elsewhere() as host:
        url = address.format(port=host.port)
        answer = harness.direct("Learner B").asks("", files=[_object(url_private=url, url_private_download=url)])
        assert "lies somewhere else" in answer.text
        assert host.heard == []


def test_a_redirect_to_another_host_is_not_followed(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-F3: urllib would take the token along."""
    with _elsewhere() as host, monkeypatch.context() as patched:
        from starlette.responses import RedirectResponse  # noqa: PLC0415 - beside its only use

        from integrations.slack_emulator import routes  # noqa: PLC0415

        target = f"http://127.0.0.1:{host.port}/sign-in"
        patched.setattr(routes, "RedirectResponse", lambda *_: RedirectResponse(target, 302))
        harness.emulator.fault("download", "redirect")
        harness.direct("Learner B").asks("", files=[DOCKERFILE])
        assert host.heard == []


class Drip:
    """A server that never ends: so many bytes, with so long between them."""

    def __init__(self, piece: bytes, seconds: float) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._piece, self._seconds = piece, seconds
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65_536)
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
                while not self._over.wait(self._seconds):
                    connection.sendall(self._piece)
            except OSError:
                return

    def close(self) -> None:
        self._over.set()
        self._socket.close()


@pytest.mark.parametrize(
    ("piece", "seconds", "told"), [(b"x" * 65_536, 0.0, "too big"), (b"x", 0.02, "too slowly")], ids=["endless", "slow"]
)
def test_a_body_without_end_is_left(harness: Harness, piece: bytes, seconds: float, told: str) -> None:
    """T-F2: never more bytes than the limit, never longer than the time."""
    from slack_sdk import WebClient  # noqa: PLC0415 - beside its only use

    server = Drip(piece, seconds)
    try:
        attachments = Attachments(WebClient(token="xoxb-x", base_url=f"{server.url}/api/"), seconds=0.5)
        taken, refused = attachments.fetch([{"name": "Dockerfile", "size": 10, "url": f"{server.url}/Dockerfile"}])
    finally:
        server.close()
    assert not taken
    assert told in refused[0]


def test_twenty_files_are_taken_and_the_rest_is_named(harness: Harness) -> None:
    """T-F2: a limit for the count, too."""
    many = [(f"notes{number}.md", b"# Notes\n") for number in range(files.MAX_COUNT + 2)]
    assert f"first {files.MAX_COUNT} of {len(many)}" in harness.direct("Learner C").asks("", files=many).text


ASK = "please send me an annotated copy of my Dockerfile"


def test_a_file_comes_back_with_questions_and_no_answers(harness: Harness) -> None:
    """T-F4, before anything fails: the learner's own lines, and above them what is asked about them."""
    learner = harness.direct("Learner A")
    learner.asks("", files=[DOCKERFILE])
    said = learner.says(ASK)
    sent = [file for answer in learner.answers(said) for file in answer.files]
    assert [file.name for file in sent] == ["Dockerfile.questions.txt"]
    lines = sent[0].data.decode().splitlines()
    added = [line for line in lines if line.startswith("#?")]
    assert [line for line in lines[1:] if line not in added] == DOCKERFILE[1].decode().splitlines()
    assert added
    assert all(line.endswith("?") for line in added)


@pytest.mark.parametrize("method", ["upload", "files.completeUploadExternal"], ids=["T-F4-bytes", "T-F4-complete"])
def test_a_file_that_slack_does_not_take_leaves_the_answer_and_says_so(harness: Harness, method: str) -> None:
    """T-F4: the text is there, a sentence says what is not, and asking again works."""
    learner = harness.direct("Learner A")
    harness.emulator.fault(method, "server_error")
    answers = learner.answers(learner.says(ASK))
    assert len(answers) == 2
    assert "did not take" in answers[-1].text
    assert any(answer.files for answer in learner.answers(learner.says(ASK)))
