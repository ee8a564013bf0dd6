"""Each way out of a stack is named as what it is (the K rows of the catalogue of hostile files)."""

from __future__ import annotations

import itertools

import pytest

from tools.compose.inspection import inspect_compose
from tools.uploads.files import SourceFile, Upload

STACK = "services:\n  api:\n    build: .\n    mem_limit: 1g\n"


def found(text: str) -> dict[str, str]:
    upload = Upload.of([SourceFile("compose.yaml", text.encode())])
    return {one.rule: one.message for one in inspect_compose(upload)[1]}


@pytest.mark.parametrize(
    ("added", "rule", "said"),
    [
        ("    cap_add: [ALL]\n", "compose-risky-key", "kernel privileges"),
        ("    devices: ['/dev/kvm']\n", "compose-risky-key", "devices of the host"),
        ("    security_opt: ['seccomp:unconfined']\n", "compose-risky-key", "kernel filter"),
        ("    sysctls: {net.core.somaxconn: 1024}\n", "compose-risky-key", "kernel settings"),
        ("    userns_mode: host\n", "compose-risky-key", "user namespaces"),
        ("    group_add: [docker]\n", "compose-risky-key", "groups of the host"),
        ("    volumes: ['/:/host']\n", "compose-host-folder", "`/` of the host"),
        ("    volumes: ['~/.ssh:/root/.ssh']\n", "compose-host-folder", "~/.ssh"),
        ("    volumes: ['../../..:/up']\n", "compose-host-folder", "../../.."),
        ("    volumes: [{type: npipe, source: '\\\\.\\pipe\\x', target: /x}]\n", "compose-host-folder", "pipe"),
        ("volumes: {v: {driver_opts: {type: none, o: bind, device: /etc}}}\n", "compose-volume-of-host", "/etc"),
        ("    network_mode: host\n", "compose-host-network", "network of the host"),
        ("    network_mode: container:other\n", "compose-shared-with-others", "network_mode"),
        ("    pid: host\n", "compose-risky-key", "every process"),
        ("    ipc: host\n", "compose-risky-key", "memory"),
        ("volumes: {v: {external: true}}\n", "compose-shared-with-others", "The volume `v`"),
        ("    extends: {file: ../x.yaml, service: y}\n", "compose-part-elsewhere", "../x.yaml"),
        ("include: ['oci://registry.example.com/x:1']\n", "compose-part-remote", "oci://"),
        ("    env_file: ../../.env\n", "compose-file-outside", "../../.env"),
        ("    env_file: [{path: /etc/app.env}]\n", "compose-file-outside", "/etc/app.env"),
        ("secrets: {s: {file: /etc/shadow}}\n", "compose-file-outside", "/etc/shadow"),
        ("configs: {s: {file: ../x}}\n", "compose-file-outside", "../x"),
        ("    provider: {type: model}\n", "compose-risky-key", "on the host"),
        ("    use_api_socket: true\n", "compose-risky-key", "controls the Docker engine"),
        ("    post_start: [{command: x}]\n", "compose-risky-key", "after it has started"),
        ("    runtime: runc\n", "compose-risky-key", "runtime"),
        ("    cgroup_parent: /\n", "compose-risky-key", "limits of its project"),
        ("    scale: 10000\n", "compose-too-large", "10000 containers"),
        ("    shm_size: 100g\n", "compose-too-large", "100g"),
        ("    ports: ['3000-9000:3000-9000']\n", "compose-port-twice", "3000-9000"),
        ("    ports: ['22:22']\n", "compose-port-published", "22"),
        ("    logging: {driver: gelf}\n", "compose-logs-elsewhere", "gelf"),
        ("    container_name: db\n", "compose-container-name", "fixed name"),
        ("    volumes_from: ['container:x']\n", "compose-risky-key", "every mount"),
        ("    external_links: [x]\n", "compose-risky-key", "another project"),
        ("    environment: {MODE: 0644}\n", "compose-read-differently", "0644"),
        ("    environment: {COUNTRY: NO}\n", "compose-read-differently", "NO"),
        ("    environment: {AT: 22:22}\n", "compose-read-differently", "22:22"),
    ],
)
def test_a_way_out_is_named(added: str, rule: str, said: str) -> None:
    assert said in found(STACK + added).get(rule, "")


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("{context: 'https://example.com/x.git'}", "address"),
        ("{context: ..}", "outside"),
        ("{context: ., dockerfile: /etc/passwd}", "outside"),
        ("{context: ., additional_contexts: {x: ..}}", "additional_contexts"),
        ("{context: ., ssh: [default]}", "keys of whoever builds"),
        ("{context: ., privileged: true}", "every privilege"),
        ("{context: ., entitlements: [security.insecure]}", "privileges of the builder"),
        ("{context: ., network: host}", "network of the host"),
        ("{context: ., cache_from: ['x:1']}", "cache"),
        ("{context: ., args: {BUILDKIT_SYNTAX: x/y}}", "another program"),
    ],
)
def test_a_build_that_reaches_out_is_named(build: str, said: str) -> None:
    text = f"services:\n  api:\n    mem_limit: 1g\n    build: {build}\n"
    assert said in found(text).get("compose-build-beyond", "")


def test_a_long_circle_is_found_once_and_a_long_chain_is_none() -> None:
    names = [f"s{number}" for number in range(150)]
    chain = "".join(f"  {one}: {{build: ., depends_on: [{two}]}}\n" for one, two in itertools.pairwise(names))
    assert "compose-dependency-circle" not in found(f"services:\n{chain}  s149: {{build: .}}\n")
    assert (
        "`s0` → `s1`"
        in found(f"services:\n{chain}  s149: {{build: ., depends_on: [s0]}}\n")["compose-dependency-circle"]
    )


@pytest.mark.parametrize("port", ["²:²", "٣:٣", "1-2-3:9", "-:-", ":", "99999999999-1:1"])
def test_odd_ports_break_nothing(port: str) -> None:
    assert found(STACK + f"    ports: ['{port}']\n") is not None
