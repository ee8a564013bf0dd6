"""`tutor engine …`: the confined engine in which strangers' Dockerfiles are built."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from agent.settings import Settings
from tools.sandbox.lab import making_bases, packages
from tools.sandbox.lab.engine import LabEngine, open_lab
from tools.sandbox.lab.limits import GIB, MIB, LabConfig
from tools.sandbox.lab.state import SelfTest
from tools.sandbox.lab.suggest import suggest as suggested


@click.group()
def engine() -> None:
    """Run the confined engine that builds what learners hand in. Needs root, on Debian or Ubuntu."""


def _engine() -> LabEngine:
    return open_lab(Settings.read().lab_folder)


@engine.command()
@click.option("--bases", is_flag=True, help="also make base images of this machine's packages, and load them")
@click.option("--stack", is_flag=True, help="with PostgreSQL, Redis and nginx among them")
def install(*, bases: bool, stack: bool) -> None:
    """Install the Debian or Ubuntu packages that the engine needs."""
    print(packages.install(making_bases.NEEDED if bases or stack else ()), flush=True)
    if bases or stack:
        lab_folder = Settings.read().lab_folder
        archives = making_bases.made(lab_folder.with_name("base-images"), stack=stack)
        _load([str(archive) for archive in archives])


@engine.command()
@click.option("--allow", multiple=True, help="a host that builds may reach, as name or name:port; `none`: no network")
@click.option("--registry", help="host from which `engine load` takes base images")
@click.option("--disk", type=float, help="size of the engine's disk in GiB")
@click.option("--memory", type=int, help="memory of one build in MiB")
@click.option("--processes", type=int, help="processes of one build")
@click.option("--cpus", type=float, help="processors of one build")
@click.option("--seconds", type=float, help="longest time of one build")
def start(
    allow: tuple[str, ...],
    registry: str | None,
    disk: float | None,
    memory: int | None,
    processes: int | None,
    cpus: float | None,
    seconds: float | None,
) -> None:
    """Start the engine and try its limits; what is chosen here is kept for the next start."""
    lab_engine = _engine()
    config = _chosen(lab_engine.lab.config, allow, registry, disk)
    limits = {"memory_bytes": memory and memory * MIB, "pids": processes, "cpus": cpus, "wall_seconds": seconds}
    changed = config.limits.model_copy(update={name: value for name, value in limits.items() if value is not None})
    config = LabConfig.checked(config.model_copy(update={"limits": changed}))
    begun = lab_engine.lab.start(config)
    print("The engine is running." if begun else "The engine was running already.")
    if not config.hosts:
        print("Builds have no network. `tutor engine suggest` names hosts that you could allow.")
    _show(lab_engine.test())


def _chosen(config: LabConfig, allow: tuple[str, ...], registry: str | None, disk: float | None) -> LabConfig:
    changes: dict[str, object] = {}
    if allow:
        changes["hosts"] = tuple(sorted({host for host in allow if host != "none"}))
    if registry is not None:
        changes["registry"] = registry
    if disk is not None:
        changes["disk_bytes"] = int(disk * GIB)
    return config.model_copy(update=changes)


@engine.command()
def stop() -> None:
    """Stop the engine and clean up, also after a crash; base images are kept."""
    _engine().lab.stop()
    print("The engine is stopped.")


@engine.command()
def reset() -> None:
    """Give builds a new engine that holds nothing but the base images."""
    lab_engine = _engine()
    seconds = lab_engine.lab.reset()
    print(f"The engine is new again, after {seconds:.1f} s.")
    _show(lab_engine.test())


@engine.command()
def status() -> None:
    """Say whether builds are possible, and if not, why."""
    lab_engine = _engine()
    found, lab = lab_engine.status(), lab_engine.lab
    print(found.reason)
    state, config = lab.state, lab.config
    print(f"Base images: {', '.join(state.bases) or 'none; tutor engine load ARCHIVE'}")
    if state.process:
        print(f"Builds may reach: {', '.join(config.hosts) or 'nothing'}")
        print(f"Builds since it was new: {state.builds}")
    if state.test:
        _list(state.test)
    sys.exit(0 if found.available else 1)


@engine.command()
def test() -> None:
    """Try every limit from inside, now."""
    _show(_engine().test())


@engine.command()
@click.argument(
    "images", nargs=-1, required=True, help="archives of `docker save`, or names at the configured registry"
)
def load(images: tuple[str, ...]) -> None:
    """Load base images that Dockerfiles may start from; one that can't be loaded keeps no other out."""
    _load(images)


def _load(images: Sequence[str]) -> None:
    found = _engine().lab.load_all(images)
    for one in found:
        print(
            f"!!  {one.source}: {one.fault}" if one.fault else f"ok  {one.source}: {', '.join(one.names) or _NAMELESS}"
        )
    if any(not one.fault for one in found):
        _show(_engine().test())
    if any(one.fault for one in found):
        sys.exit(1)


_NAMELESS = "an image without a name, from which no Dockerfile can start"


@engine.command()
def suggest() -> None:
    """Name the package hosts that this machine's own pip, npm and apt use."""
    found = suggested()
    for match_found in found:
        print(f"{match_found.host:40} {match_found.why}")
    if found:
        print("\ntutor engine start " + " ".join(f"--allow {match_found.host}" for match_found in found))
    else:
        print("Neither pip, npm nor apt name a host here.")


def _show(test: SelfTest) -> None:
    _list(test)
    if not test.held:
        print("A limit does not hold, so nothing is built until it does.")
        sys.exit(1)


def _list(test: SelfTest) -> None:
    for finding in test.findings:
        print(f"{'ok ' if finding.held else '!! '} {finding.limit}: {finding.said}")
