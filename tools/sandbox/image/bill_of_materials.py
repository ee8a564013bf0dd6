"""An image's packages as a file that scanners read: CycloneDX."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from tools.sandbox.builder import BuildReceipt, Package

# The kinds of https://github.com/package-url/purl-spec.
SYSTEM, OF_THE_SYSTEM = "os", ("apt", "apk")
_KINDS = {"apt": "deb", "apk": "apk", "pip": "pypi", "npm": "npm"}


def bill_of_materials(receipt: BuildReceipt) -> str:
    """The same image gives the same text: there is no date and no serial number in it."""
    image = {"type": "container", "name": receipt.dockerfile or "Dockerfile", "version": receipt.image}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {key: value for key, value in image.items() if value}},
        "components": list(_components(receipt)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _components(receipt: BuildReceipt) -> Iterator[dict[str, object]]:
    system = next((package for package in receipt.packages if package.manager == SYSTEM), None)
    if system is not None:
        yield {"type": "operating-system", "name": system.name, "version": system.version}
    for package in receipt.packages:
        if package.manager == SYSTEM:
            continue
        brought = f"line {package.line}" if package.line else "base image"
        yield {
            "type": "library",
            "name": package.name,
            "version": package.version,
            "purl": _address(package, system),
            "properties": [{"name": "tutor:brought-by", "value": brought}],
        }


def _address(package: Package, system: Package | None) -> str:
    """Scanners look a system's package up by its distribution."""
    name = package.name.lower().replace("_", "-") if package.manager == "pip" else package.name
    address = f"{quote(name, safe='/')}@{quote(package.version, safe='')}"
    if system is not None and package.manager in OF_THE_SYSTEM:
        release = quote(f"{system.name}-{system.version}", safe="")
        address = f"{quote(system.name, safe='')}/{address}?distro={release}"
    return f"pkg:{_KINDS[package.manager]}/{address}"
