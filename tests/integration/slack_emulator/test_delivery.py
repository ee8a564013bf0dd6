from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as open_socket

from integrations.slack_emulator import Emulator, Workspace

COHORT = "C0COHORT7"
Connect = Callable[[Emulator, App], SocketModeHandler]


@pytest.fixture
def heard(bolt: App) -> list[dict[str, Any]]:
    bodies: list[dict[str, Any]] = []

    @bolt.middleware
    def hear(body: dict[str, Any], next: Callable[[], None]) -> None:  # noqa: A002 - Bolt asks for this name
        bodies.append(body)
        next()

    @bolt.event({"type": "message"})
    @bolt.event("app_mention")
    @bolt.event("app_home_opened")
    def listen() -> None:
        """Acknowledged by Bolt."""

    return bodies


def test_a_message_reaches_the_app_and_is_acknowledged(
    emulator: Emulator, bolt: App, connect: Connect, heard: list[dict[str, Any]]
) -> None:
    connect(emulator, bolt)
    emulator.person("Learner A").says("tutor", "a < b", files=[("Dockerfile", b"FROM scratch\n")])
    emulator.wait_for(lambda: emulator.deliveries.log[-1].state == "acknowledged")
    event = heard[0]["event"]
    assert (event["channel_type"], event["subtype"], event["text"]) == ("im", "file_share", "a &lt; b")
    assert event["files"][0]["name"] == "Dockerfile"
    assert heard[0]["authorizations"][0]["team_id"] == "T0SHIPPING"


def test_a_mention_in_a_channel_arrives_twice(
    emulator: Emulator, bolt: App, connect: Connect, heard: list[dict[str, Any]]
) -> None:
    connect(emulator, bolt)
    emulator.person("Learner A").says(COHORT, "@tutor hello")
    emulator.wait_for(lambda: len(heard) == 2)
    assert {one["event"]["type"] for one in heard} == {"message", "app_mention"}
    assert len({one["event"]["ts"] for one in heard}) == 1
    assert len({one["event_id"] for one in heard}) == 2


def test_without_a_socket_the_retries_bring_the_event(
    emulator: Emulator, bolt: App, connect: Connect, heard: list[dict[str, Any]]
) -> None:
    emulator.person("Learner A").says("tutor", "anybody there?")
    delivery = emulator.deliveries.log[-1]
    emulator.wait_for(lambda: [attempt.outcome for attempt in delivery.attempts] == ["timeout", "timeout"])
    connect(emulator, bolt)
    emulator.clock.advance(61)
    emulator.wait_for(lambda: delivery.state == "acknowledged")
    assert [attempt.number for attempt in delivery.attempts] == [0, 1, 2]
    assert len(heard) == 1


def test_an_event_that_the_app_does_not_acknowledge_is_sent_again(
    emulator: Emulator, bolt: App, connect: Connect
) -> None:
    seen: list[tuple[str, list[str]]] = []

    @bolt.middleware
    def fail(body: dict[str, Any], request: Any) -> None:
        seen.append((body["event_id"], request.headers.get("x-slack-retry-num", [])))
        raise RuntimeError("no database")

    connect(emulator, bolt)
    emulator.person("Learner A").says("tutor", "hello")
    emulator.wait_for(lambda: len(seen) == 2)
    assert [number for _, number in seen] == [["0"], ["1"]]
    assert len({event_id for event_id, _ in seen}) == 1


def test_the_same_event_can_come_twice_without_need(
    emulator: Emulator, bolt: App, connect: Connect, heard: list[dict[str, Any]]
) -> None:
    connect(emulator, bolt)
    emulator.person("Learner A").says("tutor", "hello")
    delivery = emulator.deliveries.log[-1]
    emulator.deliveries.repeat(delivery)
    emulator.wait_for(lambda: len(heard) == 2)
    assert heard[0]["event_id"] == heard[1]["event_id"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client's own leak
@pytest.mark.usefixtures("leaky_client")
@pytest.mark.parametrize("way", ["refresh", "close", "reset", "half-open"])
def test_the_client_comes_back_after_its_socket_is_lost(
    emulator: Emulator, bolt: App, connect: Connect, heard: list[dict[str, Any]], way: str
) -> None:
    connect(emulator, bolt)
    lost = emulator.sockets.connections()[0]
    ways: dict[str, Callable[[], None]] = {
        "refresh": lambda: emulator.sockets.disconnect("refresh_requested"),
        "close": emulator.sockets.close,
        "reset": emulator.reset_sockets,
        "half-open": emulator.half_open_sockets,
    }
    ways[way]()
    emulator.wait_for(lambda: any(connection is not lost for connection in emulator.sockets.connections()), 15)
    emulator.person("Learner A").says("tutor", "hello")
    emulator.wait_for(lambda: emulator.deliveries.log[-1].state == "acknowledged")


def socket_url(emulator: Emulator) -> str:
    client = WebClient(base_url=f"{emulator.url}/api/")
    return str(client.apps_connections_open(app_token=emulator.app.app_token)["url"])


def test_a_ticket_opens_one_socket(emulator: Emulator) -> None:
    url = socket_url(emulator)
    with open_socket(url) as socket:
        assert json.loads(socket.recv())["type"] == "hello"
        with pytest.raises(InvalidStatus):
            open_socket(url)


def test_an_eleventh_socket_is_turned_away(emulator: Emulator) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(open_socket(socket_url(emulator))) for _ in range(11)]
        frames = [json.loads(socket.recv()) for socket in opened]
        assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
        assert frames[-1]["reason"] == "too_many_websockets"


def test_a_slow_slash_command_ends_in_an_apology(emulator: Emulator, bolt: App, connect: Connect) -> None:
    connect(emulator, bolt)
    emulator.person("Learner A").commands("tutor", "/tutor", "progress")
    emulator.wait_for(lambda: emulator.deliveries.log[-1].state == "failed")
    assert "operation_timeout" in emulator.transcript(emulator.direct("Learner A"))[-1].text


def test_a_stranger_writes_under_the_name_of_another_workspace(emulator: Emulator) -> None:
    emulator.person("External").says("#shared-lab", "hello")
    body = emulator.deliveries.log[-1].payload
    assert (body["team_id"], body["authorizations"][0]["team_id"]) == ("T0ELSEWHERE", "T0SHIPPING")
    assert body["is_ext_shared_channel"]
    assert body["event"]["user_team"] == "T0ELSEWHERE"


def test_the_same_user_id_in_two_workspaces_stays_apart() -> None:
    school = Workspace.demo()
    other = Workspace.neighbour(school.installations["A0TUTOR"].app)
    with Emulator(school, more=[other]) as emulator:
        for team in (school.id, other.id):
            emulator.person("U0LEARNERA", team=team).says("tutor", f"I am of {team}", files=[("a.txt", b"x")])
        bodies = [delivery.payload for delivery in emulator.deliveries.log]
        assert [body["team_id"] for body in bodies] == [school.id, other.id]
        assert bodies[0]["event"]["user"] == bodies[1]["event"]["user"]
        assert len({emulator.installation(team=team).bot_token for team in (school.id, other.id)}) == 2


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Nothing to say."""


@pytest.fixture
def address(emulator: Emulator, client: WebClient, heard: list[dict[str, Any]], bolt: App) -> Iterator[str]:
    signed = App(client=client, signing_secret=emulator.app.signing_secret)
    signed._middleware_list += bolt._middleware_list[-1:]
    signed._listeners += bolt._listeners
    with make_server("127.0.0.1", 0, SlackRequestHandler(signed), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/slack/events"
        server.shutdown()
        thread.join()


def test_signed_http_delivery_passes_the_apps_checks(
    emulator: Emulator, address: str, heard: list[dict[str, Any]]
) -> None:
    assert emulator.use_http(address)
    person = emulator.person("Learner A")
    person.says("tutor", "hello")
    emulator.wait_for(lambda: emulator.deliveries.log[-1].state == "acknowledged")
    assert [one["event"]["text"] for one in heard] == ["hello"]


def test_an_address_that_fails_the_challenge_is_not_taken(emulator: Emulator, address: str) -> None:
    assert not emulator.use_http(address.replace("/slack/events", "/elsewhere"))
    assert emulator.app.request_url == ""


def test_http_retries_say_why(emulator: Emulator, address: str) -> None:
    emulator.app.request_url = address.replace("/slack/events", "/elsewhere")
    emulator.person("Learner A").says("tutor", "hello")
    delivery = emulator.deliveries.log[-1]
    emulator.wait_for(lambda: len(delivery.attempts) == 2 and delivery.attempts[1].outcome)
    assert [attempt.reason for attempt in delivery.attempts] == ["", "http_error"]
    emulator.app.request_url = address
    emulator.clock.advance(61)
    emulator.wait_for(lambda: delivery.state == "acknowledged")
