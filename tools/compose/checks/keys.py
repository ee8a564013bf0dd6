"""Advice: keys that are out of date, doubled or unknown; Compose ignores or refuses them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from tools.compose.document import YamlEntry
from tools.compose.rules import ComposeHit, ComposeRule
from tools.compose.stack import ProblemKind, Stack
from tools.findings import Severity, Verdict

_REFERENCE = "https://docs.docker.com/reference/compose-file/services/"
SERVICE_KEYS = frozenset(
    "annotations attach build blkio_config cpu_count cpu_percent cpu_shares cpu_period cpu_quota cpu_rt_runtime "
    "cpu_rt_period cpus cpuset cap_add cap_drop cgroup cgroup_parent command configs container_name credential_spec "
    "depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname driver_opts entrypoint "
    "env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init "
    "ipc isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit "
    "models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop "
    "privileged profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size "
    "stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode "
    "uts volumes volumes_from working_dir".split()
)
TOP_KEYS = frozenset("name version services networks volumes secrets configs models include".split())


def obsolete_version(stack: Stack) -> Iterator[ComposeHit]:
    entry = stack.root.entries.get("version")
    if entry is not None:
        yield ComposeHit(entry.place)


def duplicate_key(stack: Stack) -> Iterator[ComposeHit]:
    for problem in stack.problems:
        if problem.kind is ProblemKind.DUPLICATE:
            yield ComposeHit(problem.place, {"key": problem.detail})


def unknown_key(stack: Stack) -> Iterator[ComposeHit]:
    yield from _unknown(stack.root.entries.values(), TOP_KEYS, "at the top level")
    for service in stack.services.values():
        yield from _unknown(service.node.entries.values(), SERVICE_KEYS, f"in `{service.name}`")


def _unknown(entries: Iterable[YamlEntry], known: frozenset[str], where: str) -> Iterator[ComposeHit]:
    for entry in entries:
        name = entry.key.value
        if name not in known and not name.startswith("x-"):
            near = difflib.get_close_matches(name[:40], sorted(known), n=1)
            guess = f" A key that looks like it is `{near[0]}`." if near else ""
            yield ComposeHit(entry.place, {"key": name[:60], "where": where, "guess": guess})


RULES = (
    ComposeRule(
        "compose-version-obsolete",
        "B4",
        Severity.INFO,
        None,
        "The top-level `version` is ignored by today's Compose.",
        "Does anything in your set-up still read this line?",
        obsolete_version,
        ("https://docs.docker.com/reference/compose-file/version-and-name/",),
        bad="version: '3.8'\nservices: {api: {build: ., mem_limit: 1g}}",
        good="services: {api: {build: ., mem_limit: 1g}}",
    ),
    ComposeRule(
        "compose-duplicate-key",
        "B1",
        Severity.ERROR,
        Verdict.NOT_MET,
        "The key {key} stands twice in one mapping; Compose refuses the file, other readers take the last.",
        "Which of the two is meant?",
        duplicate_key,
        (_REFERENCE,),
        bad="services: {api: {build: ., mem_limit: 1g, restart: always, restart: 'no'}}",
        good="services: {api: {build: ., mem_limit: 1g, restart: 'no'}}",
    ),
    ComposeRule(
        "compose-unknown-key",
        "B1",
        Severity.ERROR,
        None,
        "Compose knows no key `{key}` {where} and refuses the file.{guess}",
        "Which setting did you mean, and at which level does it stand?",
        unknown_key,
        (_REFERENCE,),
        bad="services: {api: {build: ., mem_limit: 1g, enviroment: {LOG_LEVEL: info}}}",
        good="services: {api: {build: ., mem_limit: 1g, environment: {LOG_LEVEL: info}}}",
    ),
)
