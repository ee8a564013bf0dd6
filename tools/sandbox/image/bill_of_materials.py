"""An image's packages as a file that scanners read: CycloneDX."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from tools.sandbox.builder import BuildReceipt, Package

# The kinds of https://github.com/package-url/purl-spec; which distribution it is, the records themselves don't say.
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
    for package in receipt.packages:
        brought = f"line {package.line}" if package.line else "base image"
        yield {
            "type": "library",
            "name": package.name,
            "version": package.version,
            "purl": _address(package),
            "properties": [{"name": "tutor:brought-by", "value": brought}],
        }


def _address(package: Package) -> str:
    name = package.name.lower().replace("_", "-") if package.manager == "pip" else package.name
    return f"pkg:{_KINDS[package.manager]}/{quote(name, safe='/')}@{quote(package.version, safe='')}"
