from __future__ import annotations

import pytest

from tools.compose.project import ProjectReader
from tools.compose.reading import read_stack
from tools.compose.stack import MountKind, Service
from tools.uploads.files import SourceFile, Upload


def service(text: str) -> Service:
    upload = Upload.of([SourceFile("compose.yaml", f"services:\n  api:\n    {text}\n".encode())])
    return read_stack(ProjectReader(upload).read(("compose.yaml",)), upload).services["api"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("'8000'", ("", "", "8000")),
        ("8000:80", ("", "8000", "80")),
        ("'8000-8005:80-85'", ("", "8000-8005", "80-85")),
        ("127.0.0.1:8000:80", ("127.0.0.1", "8000", "80")),
        ("127.0.0.1::80", ("127.0.0.1", "", "80")),
        ("'[::1]:8000:80/udp'", ("[::1]", "8000", "80")),
        ("{target: 80, published: 8000, host_ip: 127.0.0.1}", ("127.0.0.1", "8000", "80")),
        ("'${IP:-127.0.0.1}:8000:80'", ("127.0.0.1", "8000", "80")),
    ],
)
def test_ports_have_one_form(written: str, expected: tuple[str, str, str]) -> None:
    (port,) = service(f"ports: [{written}]").ports
    assert (port.host_ip, port.published, port.target) == expected


@pytest.mark.parametrize(
    ("ip", "alone"), [("127.0.0.1", True), ("[::1]", True), ("0.0.0.0", False), ("10.0.0.1", False)]
)
def test_a_port_is_for_this_host_only_on_a_loopback_address(ip: str, *, alone: bool) -> None:
    (port,) = service(f"ports: ['{ip}:1:1']").ports
    assert port.is_for_this_host_only is alone


@pytest.mark.parametrize(
    ("written", "kind", "source", "target", "read_only"),
    [
        ("data:/data", MountKind.VOLUME, "data", "/data", False),
        ("./data:/data:ro", MountKind.BIND, "./data", "/data", True),
        ("~/x:/x", MountKind.BIND, "~/x", "/x", False),
        ("/data", MountKind.ANONYMOUS, "", "/data", False),
        ("v:/data", MountKind.VOLUME, "v", "/data", False),
        ("v:/data:ro", MountKind.VOLUME, "v", "/data", True),
        ("C:/data:/data", MountKind.BIND, "C:/data", "/data", False),
        ("'C:\\data:/data'", MountKind.BIND, "C:\\data", "/data", False),
        ("'${WHERE}:/data'", MountKind.BIND, "${WHERE}", "/data", False),
        ("'${WHERE:-data}:/data'", MountKind.VOLUME, "data", "/data", False),
        ("{type: volume, source: data, target: /data}", MountKind.VOLUME, "data", "/data", False),
        ("{type: volume, target: /data}", MountKind.ANONYMOUS, "", "/data", False),
        ("{type: bind, source: ., target: /data, read_only: true}", MountKind.BIND, ".", "/data", True),
        ("{type: tmpfs, target: /data}", MountKind.TMPFS, "", "/data", False),
        ("{type: npipe, source: x, target: y}", MountKind.OTHER, "x", "y", False),
    ],
)
def test_volumes_have_one_form(written: str, kind: MountKind, source: str, target: str, *, read_only: bool) -> None:
    (mount,) = service(f"volumes: [{written}]").mounts
    assert (mount.kind, mount.source, mount.target, mount.read_only) == (kind, source, target, read_only)


def test_environment_has_one_form() -> None:
    listed = service("environment: [A=1, B=, C]").environment
    mapped = service("environment: {A: 1, B: '', C: }").environment
    for settings in (listed, mapped):
        assert [(setting.name, setting.value.text if setting.value else None) for setting in settings] == [
            ("A", "1"),
            ("B", ""),
            ("C", None),
        ]


def test_dependencies_have_one_form() -> None:
    listed = service("depends_on: [db]").depends_on
    mapped = service("depends_on: {db: {condition: service_healthy, required: false}}").depends_on
    assert [(item.name, item.condition, item.required) for item in listed] == [("db", "service_started", True)]
    assert [(item.name, item.condition, item.required) for item in mapped] == [("db", "service_healthy", False)]


@pytest.mark.parametrize("written", ["{disable: true}", "{test: NONE}", "{test: [NONE]}", "{test: [none]}"])
def test_a_health_check_can_be_off(written: str) -> None:
    check = service(f"healthcheck: {written}").healthcheck
    assert check is not None
    assert check.disabled


def test_builds_have_one_form() -> None:
    short = service("build: ./api").build
    long = service("build: {context: ./api, dockerfile: ../D, target: final, args: [A=1]}").build
    assert short is not None
    assert long is not None
    assert (short.context, short.dockerfile) == ("./api", "Dockerfile")
    assert (long.context, long.dockerfile, long.target, long.args[0].name) == ("./api", "../D", "final", "A")


def test_odd_shapes_are_read_as_nothing() -> None:
    odd = service("ports: {a: b}\n    volumes: x\n    environment: 3\n    depends_on: {db: 1}\n    healthcheck: []")
    assert (odd.ports, odd.mounts, odd.environment, odd.healthcheck) == ((), (), (), None)
