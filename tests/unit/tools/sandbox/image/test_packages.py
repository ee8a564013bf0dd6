"""Packages from what their managers leave in an image."""

from __future__ import annotations

import json

import pytest

from tools.sandbox.builder import BuildReceipt, Outcome, Package
from tools.sandbox.image.bill_of_materials import bill_of_materials
from tools.sandbox.image.layers import Layer, packages_of
from tools.sandbox.image.packages import Named, packages_in

APT = """Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u9
Description: GNU C Library
 Version: no field

Package: nano
Status: deinstall ok config-files
Version: 7.2-1

Package: curl
Status: install ok installed
Version: 7.88.1-10
"""
APK = "P:musl\nV:1.2.5-r0\nA:x86_64\n\nP:busybox\nV:1.36.1-r29\n"


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("var/lib/dpkg/status", APT, [("apt", "libc6", "2.36-9+deb12u9"), ("apt", "curl", "7.88.1-10")]),
        ("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n", [("apt", "base-files", "12")]),
        ("lib/apk/db/installed", APK, [("apk", "musl", "1.2.5-r0"), ("apk", "busybox", "1.36.1-r29")]),
        ("usr/lib/python3/site-packages/fast_api-0.1.2.dist-info/METADATA", "", [("pip", "fast_api", "0.1.2")]),
        ("app/lib/ruamel.yaml-0.18.6.dist-info/METADATA", "", [("pip", "ruamel.yaml", "0.18.6")]),
        ("site/old_style-2.0.egg-info/PKG-INFO", "", [("pip", "old_style", "2.0")]),
        ("app/node_modules/express/package.json", '{"version": "4.19.2"}', [("npm", "express", "4.19.2")]),
        ("app/node_modules/@scope/one/package.json", '{"version": "1.0.0"}', [("npm", "@scope/one", "1.0.0")]),
        ("app/node_modules/a/node_modules/b/package.json", '{"version": "2.0.0"}', [("npm", "b", "2.0.0")]),
        ("app/node_modules/a/lib/package.json", '{"version": "2.0.0"}', []),
        ("app/node_modules/broken/package.json", "{", []),
        ("app/node_modules/odd/package.json", "[1]", []),
        ("usr/lib/os-release", 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n', [("os", "debian", "12")]),
        ("app/package.json", '{"version": "1.0.0"}', []),
    ],
)
def test_each_manager_is_read(path: str, text: str, found: list[Named]) -> None:
    assert list(packages_in(path, lambda most: text.encode()[:most])) == found


def _layer(path: str, *named: Named, gone: tuple[str, ...] = ()) -> Layer:
    return Layer(sizes={path: 1}, gone=set(gone), packages={path: list(named)} if named else {})


STATUS = "var/lib/dpkg/status"
LIBC, CURL, NANO = ("apt", "libc6", "2.36"), ("apt", "curl", "7.88"), ("apt", "nano", "7.2")


def test_what_a_later_layer_removed_is_not_held_and_who_brought_the_rest_is_known() -> None:
    base, installs, removes = _layer(STATUS, LIBC, NANO), _layer(STATUS, LIBC, NANO, CURL), _layer(STATUS, LIBC, CURL)
    assert packages_of([base, installs, removes]) == [(*CURL, 1), (*LIBC, 0)]


def test_a_removed_folder_takes_its_packages_along() -> None:
    wheel = "site/a-1.dist-info/METADATA"
    assert packages_of([_layer(wheel, ("pip", "a", "1")), _layer("other", gone=("site",))]) == []


def test_the_bill_is_what_scanners_read() -> None:
    packages = (Package("apt", "libc6", "2.36-9+deb12u9"), Package("pip", "Fast_API", "0.1", 4))
    receipt = BuildReceipt("sha256:in", Outcome.BUILT, "", image="sha256:out", packages=packages)
    bill = json.loads(bill_of_materials(receipt))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert [one["purl"] for one in bill["components"]] == [
        "pkg:deb/libc6@2.36-9%2Bdeb12u9",
        "pkg:pypi/fast-api@0.1",
    ]
    assert [one["properties"][0]["value"] for one in bill["components"]] == ["base image", "line 4"]
    assert bill_of_materials(receipt) == bill_of_materials(receipt)


def test_a_systems_packages_are_named_with_their_distribution() -> None:
    packages = (Package("apt", "libc6", "2.36"), Package("os", "debian", "12"))
    bill = json.loads(bill_of_materials(BuildReceipt("sha256:in", Outcome.BUILT, "", packages=packages)))
    assert bill["components"][0] == {"type": "operating-system", "name": "debian", "version": "12"}
    assert [one.get("purl") for one in bill["components"][1:]] == ["pkg:deb/debian/libc6@2.36?distro=debian-12"]
