"""`tutor engine …`: the confined engine in which strangers' Dockerfiles are built."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.settings import Settings
from tools.sandbox.lab import packages
from tools.sandbox.lab.engine import LabEngine, open_lab
from tools.sandbox.lab.limits import GIB, MIB, LabConfig
from tools.sandbox.lab.state import SelfTest
from tools.sandbox.lab.suggest import suggest as suggested

app = typer.Typer(no_args_is_help=True)


@app.callback()
def engine() -> None:
    """Run the engine that builds what learners hand in; needs root, on Debian or Ubuntu."""


def _engine() -> LabEngine:
    return open_lab(Settings.read().lab_folder)


@app.command()
def install() -> None:
    """Install the Debian or Ubuntu packages that the engine needs."""
    print(packages.install())


@app.command()
def start(
    allow: Annotated[
        list[str] | None,
        typer.Option(help="a host that builds may reach, as name or name:port; `none` for no network again"),
    ] = None,
    registry: Annotated[str | None, typer.Option(help="host from which `engine load` takes base images")] = None,
    disk: Annotated[float | None, typer.Option(help="size of the engine's disk in GiB")] = None,
    memory: Annotated[int | None, typer.Option(help="memory of one build in MiB")] = None,
    processes: Annotated[int | None, typer.Option(help="processes of one build")] = None,
    cpus: Annotated[float | None, typer.Option(help="processors of one build")] = None,
    seconds: Annotated[float | None, typer.Option(help="longest time of one build")] = None,
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


def _chosen(config: LabConfig, allow: list[str] | None, registry: str | None, disk: float | None) -> LabConfig:
    changes: dict[str, object] = {}
    if allow is not None:
        changes["hosts"] = tuple(sorted({host for host in allow if host != "none"}))
    if registry is not None:
        changes["registry"] = registry
    if disk is not None:
        changes["disk_bytes"] = int(disk * GIB)
    return config.model_copy(update=changes)


@app.command()
def stop() -> None:
    """Stop the engine and clean up, also after a crash; base images are kept."""
    _engine().lab.stop()
    print("The engine is stopped.")


@app.command()
def reset() -> None:
    """Give builds a new engine that holds nothing but the base images."""
    lab_engine = _engine()
    seconds = lab_engine.lab.reset()
    print(f"The engine is new again, after {seconds:.1f} s.")
    _show(lab_engine.test())


@app.command()
def status() -> None:
    """Say whether builds are possible, and if not, why."""
    lab_engine = _engine()
    found, lab = lab_engine.status(), lab_engine.lab
    print(found.reason)
    state, config = lab.state, lab.config
    if state.process:
        print(f"Base images: {', '.join(state.bases) or 'none; tutor engine load ARCHIVE'}")
        print(f"Builds may reach: {', '.join(config.hosts) or 'nothing'}")
        print(f"Builds since it was new: {state.builds}")
    if state.test:
        _list(state.test)
    raise typer.Exit(0 if found.available else 1)


@app.command()
def test() -> None:
    """Try every limit from inside, now."""
    _show(_engine().test())


@app.command()
def load(
    images: Annotated[list[str], typer.Argument(help="archives of `docker save`, or names at the configured registry")],
) -> None:
    """Load base images that Dockerfiles may start from."""
    lab = _engine().lab
    for image in images:
        path = Path(image)
        if path.is_file():
            with path.open("rb") as archive:
                names = lab.load(archive)
        else:
            names = lab.pull(image)
        print(f"Loaded {', '.join(names) or 'an image without a name'}.")
    _show(_engine().test())


@app.command()
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
        raise typer.Exit(1)


def _list(test: SelfTest) -> None:
    for finding in test.findings:
        print(f"{'ok ' if finding.held else '!! '} {finding.limit}: {finding.said}")
