"""A real image registry, over TLS, at an address that leads nowhere but to this machine."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import ssl
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.lab_engine import CACHE

PROGRAM = CACHE / "registry/usr/bin/docker-registry"
ADDRESS, PORT = "192.0.2.7", 5443  # of the range that is kept for documentation: no machine has it
HOST = f"{ADDRESS}:{PORT}"
TRUSTED = Path("/etc/docker/certs.d") / HOST  # where every Docker engine looks for a private authority
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True)
class ImageRegistry:
    client: httpx.Client

    def push(self, archive: Path, name: str, tag: str) -> str:
        """An image as `docker save` writes it; returns its digest."""
        with tarfile.open(archive) as opened:
            image = json.load(_member(opened, "manifest.json"))[0]
            config = self._blob(name, _member(opened, image["Config"]).read())
            layers = [self._blob(name, _member(opened, one).read()) for one in image["Layers"]]
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **config},
            "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar", **layer} for layer in layers],
        }
        url, headers = f"/v2/{name}/manifests/{tag}", {"Content-Type": _MANIFEST}
        answer = self.client.put(url, content=json.dumps(manifest), headers=headers).raise_for_status()
        return str(answer.headers["Docker-Content-Digest"])

    def _blob(self, name: str, data: bytes) -> dict[str, object]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        begun = self.client.post(f"/v2/{name}/blobs/uploads/").raise_for_status()
        place = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": digest})
        self.client.put(place, content=data).raise_for_status()
        return {"size": len(data), "digest": digest}


def _member(archive: tarfile.TarFile, name: str) -> tarfile.ExFileObject:
    found = archive.extractfile(name)
    assert isinstance(found, tarfile.ExFileObject)
    return found


@contextmanager
def running_registry(folder: Path) -> Iterator[ImageRegistry]:
    certificate, key = _certificate(folder)
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": HOST, "tls": {"certificate": str(certificate), "key": str(key)}},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    with _address(), _trusted(certificate):
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([PROGRAM, "serve", folder / "config.yml"], stdout=log, stderr=log)
        try:
            trusting = ssl.create_default_context(cafile=certificate)
            with httpx.Client(base_url=f"https://{HOST}", verify=trusting, trust_env=False) as client:
                _await(client)
                yield ImageRegistry(client)
        finally:
            process.terminate()
            process.wait()


def _await(client: httpx.Client) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            client.get("/v2/").raise_for_status()
            return
        time.sleep(0.1)
    pytest.fail("the registry does not answer")


@contextmanager
def _address() -> Iterator[None]:
    subprocess.run(["ip", "address", "replace", f"{ADDRESS}/32", "dev", "lo"], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "address", "del", f"{ADDRESS}/32", "dev", "lo"], check=True)


@contextmanager
def _trusted(certificate: Path) -> Iterator[None]:
    TRUSTED.mkdir(parents=True, exist_ok=True)
    authority = TRUSTED / "ca.crt"
    authority.write_bytes(certificate.read_bytes())
    try:
        yield
    finally:
        authority.unlink()
        with suppress(OSError):  # others may be trusted here
            for one in (TRUSTED, TRUSTED.parent):
                one.rmdir()


def _certificate(folder: Path) -> tuple[Path, Path]:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry of the tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "registry.crt", folder / "registry.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(secret.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return certificate, key
