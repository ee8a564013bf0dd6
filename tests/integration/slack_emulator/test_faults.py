from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from integrations.slack_emulator import Emulator, NotPossible

COHORT = "C0COHORT7"
Post = Callable[[], object]


@pytest.fixture
def post(emulator: Emulator) -> Post:
    token, base_url = emulator.installation().bot_token, f"{emulator.url}/api/"
    client = WebClient(token, base_url=base_url, timeout=1, retry_handlers=[])
    return lambda: client.chat_postMessage(channel=COHORT, text="hello")


def test_a_rate_limit_is_told_with_its_delay_and_ends(emulator: Emulator, client: WebClient) -> None:
    emulator.fault("chat.postMessage", "rate_limited", retry_after=1)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    client.chat_postMessage(channel=COHORT, text="hello")
    assert [call.status for call in emulator.calls("chat.postMessage")] == [429, 200]


@pytest.mark.parametrize(("kind", "posted"), [("server_error", 0), ("server_error_after_commit", 1)])
def test_an_error_of_the_server_may_come_before_or_after(
    emulator: Emulator, post: Post, kind: str, posted: int
) -> None:
    emulator.fault("chat.postMessage", kind)  # type: ignore[arg-type]  # parametrised
    with pytest.raises(SlackApiError):
        post()
    assert len(emulator.transcript(COHORT)) == posted


@pytest.mark.parametrize(
    ("kind", "posted"), [("timeout", 0), ("reset", 0), ("timeout_after_commit", 1), ("reset_after_commit", 1)]
)
def test_a_lost_answer_leaves_it_open_whether_it_was_posted(
    emulator: Emulator, post: Post, kind: str, posted: int
) -> None:
    emulator.fault("chat.postMessage", kind, seconds=2)  # type: ignore[arg-type]  # parametrised
    with pytest.raises((OSError, http.client.HTTPException)):
        post()
    assert len(emulator.transcript(COHORT)) == posted
    post()


def test_a_fault_can_be_for_one_channel_and_let_calls_pass(emulator: Emulator, post: Post) -> None:
    emulator.fault("chat.postMessage", "error", channel="C0ELSEWHERE")
    emulator.fault("*", "error", error="fatal_error", channel=COHORT, skip=1)
    post()
    with pytest.raises(SlackApiError, match="fatal_error"):
        post()
    post()


def download(emulator: Emulator, *, token: str = "") -> tuple[str, bytes]:
    file = next(iter(emulator.world.files.values()))
    headers = {"Authorization": f"Bearer {token or emulator.installation().bot_token}"}
    with urllib.request.urlopen(urllib.request.Request(file.download_url, headers=headers), timeout=2) as answer:  # noqa: S310 - loopback
        return answer.headers["content-type"], answer.read()


def test_files_come_only_with_the_right_token_and_scope(emulator: Emulator) -> None:
    emulator.person("Learner A").says("tutor", files=[("Dockerfile", b"FROM scratch\n")])
    assert download(emulator)[1] == b"FROM scratch\n"
    for token in ("xoxb-wrong", emulator.installation("helper").bot_token):
        kind, page = download(emulator, token=token)
        assert kind.startswith("text/html")
        assert b"Sign in" in page
    emulator.installation().scopes -= {"files:read"}
    assert b"Sign in" in download(emulator)[1]
    assert emulator.defects[-1].error == "missing_scope"


def test_downloads_can_fail_in_every_way(emulator: Emulator) -> None:
    emulator.person("Learner A").says("tutor", files=[("Dockerfile", b"FROM scratch\n")])
    emulator.fault("download", "html")
    assert b"Sign in" in download(emulator)[1]
    emulator.fault("download", "truncated")
    assert download(emulator)[1] == b"FROM s"
    for kind, status in (("forbidden", 403), ("not_found", 404), ("server_error", 500), ("rate_limited", 429)):
        emulator.fault("download", kind)  # type: ignore[arg-type]  # a list of kinds
        with pytest.raises(urllib.error.HTTPError) as caught:
            download(emulator)
        assert caught.value.code == status
        caught.value.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client's own leak
@pytest.mark.usefixtures("leaky_client")
def test_a_failed_upload_shares_nothing(emulator: Emulator, client: WebClient) -> None:
    emulator.fault("upload", "server_error")
    with pytest.raises((SlackApiError, urllib.error.HTTPError)):
        client.files_upload_v2(channel=COHORT, filename="a.txt", content="x")
    assert emulator.transcript(COHORT) == []


def test_a_fault_of_files_is_refused_for_a_method(emulator: Emulator) -> None:
    with pytest.raises(NotPossible, match="download"):
        emulator.fault("chat.postMessage", "html")
