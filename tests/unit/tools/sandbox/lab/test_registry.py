"""Names of base images, as an operator and a learner write them."""

from __future__ import annotations

import pytest

from tools.dockerfile.image_names import ImageReference
from tools.errors import LabFailed
from tools.sandbox.lab.limits import LabConfig
from tools.sandbox.lab.registry import by_tag, hosts_of, read

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("python", ImageReference("python", "latest", "")),
        ("python:3.12-slim", ImageReference("python", "3.12-slim", "")),
        (f"team/api:1@{DIGEST}", ImageReference("team/api", "1", DIGEST)),
        (f"python@{DIGEST}", ImageReference("python", "latest", DIGEST)),
    ],
)
def test_a_name_is_read(text: str, image: ImageReference) -> None:
    assert read(text) == image


@pytest.mark.parametrize("text", ["", "Python:3", "a b", "python:", "python@sha256:12", "-x", "a" * 300, "../x.tar "])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(LabFailed, match="neither a file here nor an image's name"):
        read(text)


def test_the_engine_may_go_where_the_registry_sends_it() -> None:
    assert hosts_of("docker.io")[0] == "docker.io"
    assert "auth.docker.io" in hosts_of("docker.io")
    assert hosts_of("registry.example.com:5000/mirror/hub") == ("registry.example.com:5000",)
    assert hosts_of("") == ()


@pytest.mark.parametrize("registry", ["", "docker.io", "registry.example.com:5000", "r.example.com/mirror/docker-hub"])
def test_a_registry_may_have_a_path(registry: str) -> None:
    assert LabConfig.checked(LabConfig(registry=registry)).registry == registry


@pytest.mark.parametrize("registry", ["https://docker.io", "r.example.com/", "r.example.com/a b", "r.example.com/A"])
def test_what_is_no_registry_is_refused(registry: str) -> None:
    with pytest.raises(LabFailed, match="registry"):
        LabConfig.checked(LabConfig().model_copy(update={"registry": registry}))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (f"FROM python:3.12@{DIGEST} AS a", "FROM python:3.12 AS a"),
        (f"FROM python@{DIGEST}", "FROM python:3.12"),
        (f"COPY --from=docker.io/library/python:3.12@{DIGEST} /a /b", "COPY --from=python:3.12 /a /b"),
        (f"FROM python:3.12@{OTHER}", f"FROM python:3.12@{OTHER}"),
        (f"FROM python:3.11@{DIGEST}", f"FROM python:3.11@{DIGEST}"),
        (f"FROM mypython:3.12@{DIGEST}", f"FROM mypython:3.12@{DIGEST}"),
        (f"FROM example.com/python:3.12@{DIGEST}", f"FROM example.com/python:3.12@{DIGEST}"),
        ("FROM python:3.12", "FROM python:3.12"),
    ],
)
def test_an_image_that_was_loaded_by_digest_is_named_by_its_tag(line: str, named: str) -> None:
    assert by_tag(line, {"python:3.12": DIGEST}) == named
