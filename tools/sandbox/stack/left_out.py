"""What a blueprint asks for and a run here does not give: said by name, and the rest runs."""

from __future__ import annotations

from collections.abc import Iterator

from tools.compose.checks.keys import SERVICE_KEYS
from tools.compose.document import Mapping, Scalar
from tools.compose.stack import Service, Stack

# What a run follows, and what makes no difference to one.
_FOLLOWED = frozenset(
    "build command configs container_name cpus depends_on deploy entrypoint env_file environment expose healthcheck "
    "hostname image init links mem_limit networks network_mode pids_limit ports profiles read_only restart secrets "
    "stop_grace_period stop_signal tmpfs user volumes working_dir scale".split()
)
_NO_MATTER = frozenset(
    "annotations attach cap_drop develop domainname label_file labels logging platform pull_policy stdin_open tty "
    "mem_reservation memswap_limit mem_swappiness cpu_count cpu_percent cpu_shares cpu_period cpu_quota extends "
    "ulimits oom_score_adj shm_size security_opt blkio_config cpuset".split()
)
_OF_THE_HOST = {
    "privileged": "rights on the host",
    "devices": "devices of the host",
    "gpus": "processors of the host's graphics card",
    "pid": "the host's processes",
    "ipc": "the host's shared memory",
    "userns_mode": "the host's users",
    "uts": "the host's name",
    "cgroup": "the host's control groups",
    "cgroup_parent": "the host's control groups",
    "sysctls": "settings of the kernel",
    "cap_add": "more rights",
    "group_add": "groups of the host",
    "extra_hosts": "names outside of the stack",
    "dns": "another name server",
    "runtime": "another runtime",
    "volumes_from": "volumes of other containers",
    "external_links": "containers of another project",
    "use_api_socket": "the engine itself",
    "post_start": "commands after the start",
    "pre_stop": "commands before the stop",
    "provider": "a program of the host",
    "models": "a model of the host",
}


def left_out_keys(service: Service) -> Iterator[str]:
    for key, entry in service.node.entries.items():
        value = entry.value
        is_off = isinstance(value, Scalar) and (value.is_null or value.value.lower() in ("false", "no", "off"))
        if key in _FOLLOWED or key in _NO_MATTER or is_off or key.startswith("x-"):
            continue
        what = _OF_THE_HOST.get(key)
        if what is not None:
            yield f"`{key}` of `{service.name}` asks for {what}: left out"
        elif key in SERVICE_KEYS:
            yield f"`{key}` of `{service.name}` is not followed here"
        else:
            yield f"`{key[:40]}` of `{service.name}` is no key that I know"


def left_out_of_networks(stack: Stack) -> Iterator[str]:
    for name, node in stack.networks.items():
        if _is_external(node):
            yield f"the network `{name}` of another project is a new one here"


def left_out_of_volumes(stack: Stack) -> Iterator[str]:
    for name, node in stack.volumes.items():
        if _is_external(node):
            yield f"the volume `{name}` of another project is an empty one here"
        elif node is not None and node.get("driver_opts") is not None:
            yield f"`driver_opts` of the volume `{name}` reach to the host: it is an empty one here"


def _is_external(node: Mapping | None) -> bool:
    external = node.get("external") if node is not None else None
    return isinstance(external, Mapping) or (isinstance(external, Scalar) and external.value.lower() == "true")
