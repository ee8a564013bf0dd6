"""Several workspaces: installed by a link, kept apart, left one by one (T-WS2, T-UNINST, T-TOK)."""

from __future__ import annotations

import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from cryptography.fernet import Fernet
from pydantic import SecretStr

from agent.app import Tutoring, open_tutoring
from agent.errors import ConfigurationInvalid
from agent.settings import Settings
from agent.storage.tables import InstallationRow
from integrations.slack.app import SlackTutor, open_slack
from integrations.slack.http import HttpDelivery
from integrations.slack_emulator.emulator import Emulator
from integrations.slack_emulator.transcript import Seen
from integrations.slack_emulator.workspaces import Workspace

SECONDS = 30.0
HOME, AWAY = "T0SHIPPING", "T0NEIGHBOUR"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def fetch(address: str, data: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str, Any]:
    """One request, as a browser that is told where to go next."""
    request = urllib.request.Request(address, urlencode(data).encode() if data else None)  # noqa: S310 - our own
    if cookie:
        request.add_header("Cookie", cookie)
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(), answer.headers


@dataclass
class Site:
    """The app behind its own web address, and the emulator with two workspaces."""

    emulator: Emulator
    tutoring: Tutoring
    tutor: SlackTutor
    url: str

    def begun(self) -> tuple[str, str]:
        """The link on the install page, and the cookie that goes with it."""
        status, page, headers = fetch(f"{self.url}/slack/install")
        assert status == 200
        link = re.search(r'href="([^"]+oauth/v2/authorize[^"]+)"', page)
        assert link is not None
        return unescape(link[1]), headers["Set-Cookie"].partition(";")[0]

    def allowed(self, link: str, team: str, answer: str = "allow") -> str:
        """Where the person is sent after the consent page."""
        status, page, _ = fetch(link)
        assert status == 200, page
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        status, _, headers = fetch(f"{self.emulator.url}/oauth/v2/authorize", asked | {"team": team, "answer": answer})
        assert status == 302
        return str(headers["Location"])

    def install(self, team: str) -> None:
        link, cookie = self.begun()
        status, page, _ = fetch(self.allowed(link, team), cookie=cookie)
        assert status == 200, page

    def asks(self, team: str, text: str, person: str = "Learner A") -> Seen:
        """The answer in this person's direct message."""
        place = self.emulator.direct(person, team=team)
        count = len(self.emulator.transcript(place, team=team))
        self.emulator.person(person, team=team).says(place, text)
        self.emulator.wait_for(lambda: len(self.emulator.transcript(place, team=team)) > count + 1, SECONDS)
        return self.emulator.transcript(place, team=team)[-1]


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    workspace = Workspace.demo("plain")
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        Emulator(workspace, more=[Workspace.neighbour()], strict=True) as emulator,
    ):
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        emulator.app.redirect_urls = (f"{url}/slack/oauth_redirect",)
        settings = settings_for(emulator, folder, url)
        with open_tutoring(settings) as tutoring, open_slack(tutoring) as tutor:
            server = uvicorn.Server(uvicorn.Config(HttpDelivery(tutor.app), log_level="warning", lifespan="off"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            while not server.started:
                time.sleep(0.01)
            assert emulator.use_http(f"{url}/slack/events")
            yield Site(emulator, tutoring, tutor, url)
            server.should_exit = True
            thread.join()


def settings_for(emulator: Emulator, folder: Path, url: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "data": folder,
        "instructors": (f"{HOME}:U0INSTRUCTOR",),
        "profile": "plain",
        "builds": "off",
        "public_url": url,
        "token_keys": (SecretStr(Fernet.generate_key().decode()),),
        "SLACK_CLIENT_ID": emulator.app.client_id,
        "SLACK_CLIENT_SECRET": SecretStr(emulator.app.client_secret),
        "SLACK_SIGNING_SECRET": SecretStr(emulator.app.signing_secret),
        "SLACK_BASE_URL": f"{emulator.url}/api/",
    }
    return Settings.read(**(given | more))


def test_before_it_is_installed_nothing_is_answered(site: Site) -> None:
    site.emulator.person("Learner A").says("tutor", "hello?")
    site.emulator.wait_for(lambda: site.emulator.deliveries.log[-1].state == "acknowledged", SECONDS)
    assert len(site.emulator.transcript(site.emulator.direct("Learner A"))) == 1


@pytest.mark.parametrize("team", [HOME, AWAY])
def test_a_workspace_installs_by_the_link_and_is_served_at_once(site: Site, team: str) -> None:
    site.install(team)
    assert "Runtime Gate" in site.asks(team, "hello").text
    with site.tutoring.storage.begin() as session:
        row = session.get(InstallationRow, team)
        assert row is not None
        assert row.token.startswith("fernet:")
        assert "xoxb" not in row.token


def test_the_same_user_id_in_two_workspaces_is_two_people(site: Site) -> None:
    """T-WS2: what one hands in, the other has never heard of."""
    place = site.emulator.direct("Learner A")
    site.emulator.person("Learner A").says(place, files=[("Dockerfile", b"FROM python\n")])
    site.emulator.wait_for(lambda: "Dockerfile" in site.emulator.transcript(place)[-1].text, SECONDS)
    assert "names no version" in site.emulator.transcript(place)[-1].text
    assert "names no version" not in site.asks(AWAY, "what is wrong with my file?").text
    assert "Not checked" in site.asks(AWAY, "where am I?").text


def test_an_instructor_of_one_workspace_is_nobody_in_another(site: Site) -> None:
    assert "on the Runtime Gate" in site.asks(HOME, "who is stuck on the runtime gate?", "Instructor").text
    assert "keep everybody's progress" in site.asks(AWAY, "who is stuck on the runtime gate?", "Instructor").text


@pytest.mark.parametrize(
    ("change", "status"),
    [({"state": "forged"}, 400), ({"code": "forged"}, 401), ({"error": "access_denied"}, 200)],
    ids=["state", "code", "refused"],
)
def test_an_installation_that_was_not_allowed_is_refused(site: Site, change: dict[str, str], status: int) -> None:
    link, cookie = site.begun()
    address, _, query = site.allowed(link, AWAY).partition("?")
    given = {name: values[0] for name, values in parse_qs(query).items()} | change
    answered, page, _ = fetch(f"{address}?{urlencode(given)}", cookie=cookie)
    assert answered == status
    assert "Traceback" not in page


def test_a_link_back_is_good_once_and_in_the_same_browser_only(site: Site) -> None:
    link, cookie = site.begun()
    back = site.allowed(link, AWAY)
    assert fetch(back)[0] == 400
    assert fetch(back, cookie=cookie)[0] == 200
    assert fetch(back, cookie=cookie)[0] == 401


def test_a_revoked_token_stops_one_workspace_and_a_new_installation_takes_it_up_again(site: Site) -> None:
    """T-TOK: what was to be said is kept, and the other workspace notices nothing."""
    place = site.emulator.direct("Learner A", team=AWAY)
    site.emulator.fault("chat.postMessage", "error", error="token_revoked", channel=place)
    site.emulator.person("Learner A", team=AWAY).says(place, "what is a digest?")
    site.emulator.wait_for(lambda: AWAY in site.tutor.workspaces.halted(), SECONDS)
    assert site.asks(HOME, "what is a digest?").text
    site.install(AWAY)
    site.tutor.workspaces.flush()
    site.emulator.wait_for(lambda: site.emulator.transcript(place, team=AWAY)[-1].who == "tutor", SECONDS)
    assert site.tutor.workspaces.halted() == {}


def test_an_uninstalled_workspace_is_forgotten_by_the_app_and_the_other_goes_on(site: Site) -> None:
    """T-UNINST: token gone, nothing more is said there; a new installation begins where the learners were."""
    site.emulator.uninstall(team=AWAY)
    site.emulator.wait_for(lambda: AWAY in site.tutor.workspaces.halted(), SECONDS)
    site.emulator.wait_for(lambda: _is_forgotten(site.tutoring, AWAY), SECONDS)  # a refused call may halt it first
    assert "Your own" not in site.asks(HOME, "what is a volume?").text
    site.install(AWAY)
    assert site.asks(AWAY, "hello").text in ("Hello again.", "Hi. What are you working on?")  # not as to a newcomer


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SLACK_BOT_TOKEN": SecretStr("xoxb-1")}, "unset one of them"),
        ({"SLACK_CLIENT_SECRET": None}, "SLACK_CLIENT_SECRET is not"),
        ({"instructors": ("U0INSTRUCTOR",)}, "TEAM:U0INSTRUCTOR"),
        ({"token_keys": (SecretStr("short"),)}, "no Fernet key"),
        ({"token_keys": ()}, "sealed, and TUTOR_TOKEN_KEYS is not set"),
        ({"token_keys": (SecretStr(Fernet.generate_key().decode()),)}, "No key in TUTOR_TOKEN_KEYS"),
    ],
)
def test_settings_that_do_not_fit_are_said_at_the_start(site: Site, more: dict[str, Any], said: str) -> None:
    settings = settings_for(site.emulator, site.tutoring.settings.data, site.url, **more)
    with pytest.raises(ConfigurationInvalid, match=re.escape(said)):
        _opened(settings, site.tutoring)


def _is_forgotten(tutoring: Tutoring, team: str) -> bool:
    with tutoring.storage.begin() as session:
        return session.get(InstallationRow, team) is None


def _opened(settings: Settings, tutoring: Tutoring) -> None:
    from integrations.slack.oauth import open_installations  # noqa: PLC0415

    installations = open_installations(settings, tutoring.storage)
    assert installations is not None
    for team in installations.teams():
        installations.find(team)


def test_nothing_was_sent_that_slack_would_refuse(site: Site) -> None:
    known = {"invalid_code", "token_revoked", "account_inactive"}
    assert [defect for defect in site.emulator.defects if defect.error not in known] == []
