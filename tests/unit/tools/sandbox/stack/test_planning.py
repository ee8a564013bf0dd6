"""What of a Compose file is run, with which values, and what is left out or refused by name."""

from __future__ import annotations

import pytest

from tools.sandbox.stack.images import stand_in
from tools.sandbox.stack.keys import has_blueprint, stack_key
from tools.sandbox.stack.plan import Await, Check, PlannedService, StackPlan
from tools.sandbox.stack.planning import blueprint_of, plan_of
from tools.sandbox.stack.quantities import seconds, size
from tools.uploads.files import SourceFile, Upload

DOCKERFILE = 'FROM busybox:stable AS base\nFROM base AS api\nCMD ["sleep", "9"]\n'


def upload(compose: str, **files: str) -> Upload:
    named = {"compose.yaml": compose, "Dockerfile": DOCKERFILE}
    named |= {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()}
    return Upload.of(SourceFile(path, text.encode()) for path, text in named.items())


def plan(compose: str, *profiles: str, **files: str) -> StackPlan:
    sent = upload(compose, **files)
    stack = blueprint_of(sent)
    assert stack is not None
    return plan_of(stack, sent, profiles)


def one(settings: str, **files: str) -> PlannedService:
    lines = "".join(f"    {line}\n" for line in settings.splitlines())
    return plan(f"services:\n  api:\n{lines}", **files).services[0]


def test_a_whole_service() -> None:
    found = one(
        """build: {context: ., target: api, args: {LEVEL: "2"}}
command: serve --port "80 00"
environment: [MODE=fast, "TOKEN=${TOKEN}"]
healthcheck: {test: curl -f localhost, interval: 1m30s, retries: 2, start_period: 5s}
depends_on: {db: {condition: service_healthy, required: false}}
volumes: ["data:/data", "./conf.ini:/etc/conf.ini:ro", "/cache"]
tmpfs: /run
ports: ["127.0.0.1:8080:8000"]
expose: [9000]
restart: on-failure:3
stop_signal: SIGINT
stop_grace_period: 3s
deploy: {resources: {limits: {memory: 256M, cpus: "0.5", pids: 50}}}
read_only: true""",
        conf_dot_ini="[x]\n",
    )
    assert found.command == ("serve", "--port", "80 00")
    assert found.environment == {"MODE": "fast", "TOKEN": "dummy-token"}
    assert found.check == Check(("CMD-SHELL", "curl -f localhost"), False, 90, None, 5, 2)
    assert found.awaits == (Await("db", "service_healthy", required=False),)
    assert found.volumes == (("data", "/data", False), ("", "/cache", False))
    assert [(file.path, file.data) for file in found.files] == [("/etc/conf.ini", b"[x]\n")]
    assert (found.tmpfs, found.ports) == (("/run",), ("8000/tcp", "9000/tcp"))
    assert (found.restart, found.restart_most, found.stop_signal, found.stop_seconds) == ("on-failure", 3, "SIGINT", 3)
    assert (found.memory, found.cpus, found.pids, found.read_only) == (256 * 2**20, 0.5, 50, True)
    assert found.build is not None
    assert (found.build.target, found.build.args) == ("api", (("LEVEL", "2"),))


LEFT_OUT = {
    "privileged: true": "`privileged` of `api` asks for rights on the host: left out",
    'devices: ["/dev/kvm"]': "devices of the host",
    "pid: host": "the host's processes",
    "network_mode: host": "`network_mode: host` of `api`: it has the stack's",
    'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]': "`/var/run/docker.sock` of the host",
    'volumes: ["../..:/up"]': "`../..` of the host",
    'volumes: ["./not-sent:/x"]': "`./not-sent`, mounted into `api`, was not sent along",
    "post_start: [{command: id}]": "commands after the start",
    "provider: {type: x}": "a program of the host",
    "made_up: 1": "`made_up` of `api` is no key that I know",
    "build: {context: ., args: {BUILDKIT_SYNTAX: x}}": "`BUILDKIT_SYNTAX` of `api` belongs to the builder",
    "build: https://example.com/x.git": "what `api` is built from was not sent along",
}


@pytest.mark.parametrize("setting", LEFT_OUT)
def test_what_reaches_for_the_host_is_left_out_by_name(setting: str) -> None:
    head = "" if setting.startswith("build") else "    image: busybox:stable\n"
    found = plan(f"services:\n  api:\n{head}    {setting}\n")
    assert any(LEFT_OUT[setting] in sentence for sentence in found.left_out), found.left_out
    assert not any(volume for volume in found.services[0].volumes)


REFUSED = {
    "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n": "wait for each other",
    "services:\n  a: {image: x, depends_on: [nowhere]}\n": "`nowhere` is waited for",
    "services:\n  a: {image: x, profiles: [p]}\n": "without a profile",
    "services:\n" + "".join(f"  s{number}: {{image: x}}\n" for number in range(13)): "13 services",
}


@pytest.mark.parametrize("compose", REFUSED)
def test_what_cannot_start_is_refused_with_its_reason(compose: str) -> None:
    assert REFUSED[compose] in plan(compose).refused


def test_profiles_choose_services() -> None:
    compose = "services:\n  a: {image: x}\n  b: {image: x, profiles: [debug]}\n"
    assert [service.name for service in plan(compose).services] == ["a"]
    assert "`b` starts with the profile `debug` only" in plan(compose).left_out
    assert [service.name for service in plan(compose, "debug").services] == ["a", "b"]


def test_one_name_has_one_made_up_value_everywhere() -> None:
    compose = (
        "services:\n  db: {image: x, environment: {POSTGRES_PASSWORD: '${PW}'}}\n"
        "  api: {image: x, environment: {URL: 'postgres://u:${PW}@db/x', PW: null, PORT: '${APP_PORT}'}}\n"
    )
    found = plan(compose)
    database, api = found.services
    assert database.environment["POSTGRES_PASSWORD"] == api.environment["PW"] == "dummy-pw"
    assert api.environment["URL"] == "postgres://u:dummy-pw@db/x"
    assert api.environment["PORT"] == "8000"
    assert "I made up values for `PW`, `APP_PORT`." in found.notes


def test_an_example_stands_for_an_env_file_that_was_not_sent() -> None:
    compose = "services:\n  api: {image: 'x:${TAG}', env_file: .env}\n"
    found = plan(compose, _dot_env_dot_example="TAG=7\nKEY=\n")
    assert found.services[0].image == "x:7"
    assert found.services[0].environment == {"TAG": "7", "KEY": "dummy-key"}
    assert "`.env` was not sent" in found.notes[0]


def test_secrets_are_made_up_and_configurations_sent() -> None:
    compose = (
        "services:\n  api:\n    image: x\n    secrets: [key, {source: key, target: other}]\n"
        "    configs: [{source: c, target: /c.ini}]\n"
        "secrets: {key: {file: key.txt}}\nconfigs: {c: {content: hello}}\n"
    )
    files = {file.path: file.data for file in plan(compose, key_dot_txt="real").services[0].files}
    assert files == {"/run/secrets/key": b"dummy-key", "/run/secrets/other": b"dummy-key", "/c.ini": b"hello"}


def test_two_services_with_one_build_share_its_image() -> None:
    other = "  job: {build: {context: ., target: base}}\n"
    compose = "services:\n  api: {build: .}\n  worker: {build: ., command: [work]}\n" + other
    assert len(plan(compose).builds) == 2


def test_a_plan_in_prose_does_not_change_the_key() -> None:
    compose = "services:\n  api: {build: .}\n"
    key = stack_key(upload(compose))
    assert key == stack_key(upload(compose, plan_dot_md="# Deployment hardening plan\n\nWe roll back.\n"))
    assert key != stack_key(upload(compose + "    command: [x]\n"))
    assert not has_blueprint(upload("services:\n  db: {image: x}\n"))


@pytest.mark.parametrize(("text", "value"), [("1m30s", 90), ("500ms", 0.5), ("5", None), ("", None), ("1x", None)])
def test_durations(text: str, value: float | None) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(("text", "value"), [("512m", 2**29), ("1gb", 2**30), ("64", 64), ("much", None)])
def test_sizes(text: str, value: int | None) -> None:
    assert size(text) == value


def test_another_release_of_the_same_repository_stands_in() -> None:
    offered = ("busybox:stable", "pgvector/pgvector:pg17", "postgres:15", "postgres:17")
    assert stand_in("docker.io/library/postgres:16.4@sha256:ab", offered) == "postgres:17"
    assert stand_in("pgvector/pgvector:pg16", offered) == "pgvector/pgvector:pg17"
    assert stand_in("mysql:8", offered) == ""
