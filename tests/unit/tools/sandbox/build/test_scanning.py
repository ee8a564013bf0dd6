"""An image as `docker save` writes it: what is hidden, and where something looks like a credential."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import Any

import pytest

from tests.unit.tools.uploads.archives.packed import header, tar
from tools.sandbox.image.scanning import scan

SECRET = b"DB_PASSWORD=hunter2secret9\n"
KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"


def saved(*layers: bytes) -> bytes:
    """Blobs first and the manifest last, as engines do it."""
    names = [f"blobs/sha256/{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    history = [{"created_by": f"RUN step {number}"} for number in range(len(layers))]
    config = json.dumps({"history": [{"created_by": "ENV A=1", "empty_layer": True}, *history]}).encode()
    manifest = json.dumps([{"Config": "blobs/sha256/config", "Layers": names}]).encode()
    blobs = [*zip(names, layers, strict=True), ("blobs/sha256/config", config), ("manifest.json", manifest)]
    return tar(blobs)


def scanned(*layers: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scan(io.BytesIO(saved(*layers)), frozenset())["layers"]
    return found


def test_a_file_that_a_later_layer_removes_is_hidden_and_still_there() -> None:
    below, above = scanned(tar([("app/.env", SECRET), ("app/x", b"x")]), tar([("app/.wh..env", b"")]))
    assert (below["bytes"], below["hidden"]) == (len(SECRET) + 1, len(SECRET))
    assert below["secrets"] == [["app/.env", "DB_PASSWORD", True]]
    assert (above["bytes"], above["secrets"]) == (0, [])


def test_a_replaced_file_a_removed_folder_and_an_emptied_one_hide() -> None:
    below, *_ = scanned(tar([("a", b"1"), ("d/e/f", b"22"), ("g/h", b"333")]), tar([("a", b"9"), (".wh.d", b"")]))
    assert below["hidden"] == 3
    below, *_ = scanned(tar([("g/h", b"333")]), tar([("g/.wh..wh..opq", b""), ("g/new", b"1")]))
    assert below["hidden"] == 3


SECRETS = {
    "env file": ("srv/.env", SECRET, True),
    "key by its content": ("srv/deploy", KEY, True),
    "key by its name": ("root/.ssh/id_ed25519", b"whatever", True),
    "npm token": ("root/.npmrc", b"//r.example.com/:_authToken=npm_abcdefghijklmnopqrstuvwx\n", True),
    "token in code": ("app/settings.py", b"TOKEN = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'\n", True),
    "example": ("srv/.env.example", b"DB_PASSWORD=changeme\n", False),
    "settings": ("app/settings.py", b"PASSWORD_MIN_LENGTH = 12\n", False),
    "library": ("usr/lib/python3/site-packages/x/test.pem", KEY, False),
    "binary": ("srv/.env", b"\0" + SECRET, False),
}


@pytest.mark.parametrize("name", SECRETS)
def test_secrets(name: str) -> None:
    path, data, found = SECRETS[name]
    (layer,) = scanned(tar([(path, data)]))
    assert bool(layer["secrets"]) is found
    assert "hunter2" not in json.dumps(layer)


def test_only_own_layers_are_searched() -> None:
    base, own = tar([("srv/.env", SECRET)]), tar([("app/.env", SECRET)])
    mine = frozenset({hashlib.sha256(own).hexdigest()})
    found = scan(io.BytesIO(saved(base, own)), mine)["layers"]
    assert [len(layer["secrets"]) for layer in found] == [0, 1]


def test_links_and_devices_have_no_size_and_packed_layers_are_read() -> None:
    layer = tar([("a", b"12345")], header("l", tarfile.SYMTYPE, "a"), header("d", tarfile.CHRTYPE))
    (found,) = scanned(gzip.compress(layer))
    assert found["bytes"] == 5


def test_accounts_come_from_the_last_layer_that_has_them() -> None:
    image = saved(tar([("etc/passwd", b"old\n")]), tar([("etc/passwd", b"app:x:0:0\n")]), tar([("x", b"")]))
    assert scan(io.BytesIO(image), frozenset())["passwd"] == "app:x:0:0\n"
