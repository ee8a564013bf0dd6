"""What is in a built image: layers by instruction, hidden bytes, credentials, user, ports and process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from tools.credentials import credentials_in_text, is_credential
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import parse
from tools.dockerfile.stages import Stage, stages
from tools.sandbox.build.excerpts import one_line
from tools.sandbox.build.refusals import LAYERED
from tools.sandbox.builder import LayerSize, Package, SecretFound

SECONDS = 60.0
COPIED = 100_000_000  # bytes: up to here `docker save` is quick; chosen, not measured
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Inside:
    """Sizes are of the files in a layer; `lines` are zero for what the base image brought."""

    bytes: int
    layers: tuple[LayerSize, ...] = ()
    hidden: int = 0
    secrets: tuple[SecretFound, ...] = ()
    user: str = ""
    ports: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    unread: str = ""  # why the layers could not be read whole
    packages: tuple[Package, ...] = ()


def look_inside(attributes: dict[str, Any], base_url: str, final: Stage | None) -> Inside:
    """`attributes` are the engine's own of the image; `final` is the stage that it was built from."""
    config = attributes.get("Config") or {}
    own = instructions_of(final)
    scanned = _scanned(attributes, base_url, own)
    process = (*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ()))
    inside = Inside(
        bytes=int(attributes.get("Size") or 0),
        user=_user(str(config.get("User") or ""), str(scanned.get("passwd") or "")),
        ports=tuple(sorted(config.get("ExposedPorts") or {})),
        entrypoint=tuple(one_line(word, 200) for word in process),
        secrets=tuple(_in_config(config, own)),
    )
    if "error" in scanned:
        return replace(inside, unread=str(scanned["error"]))
    layers, secrets = _layers(scanned, own)
    hidden = sum(layer.hidden for layer in layers if layer.line)
    unread = ", ".join(f"`{one_line(path, 100)}`" for path in scanned.get("unread", ())[:3])
    return replace(
        inside,
        layers=layers,
        hidden=hidden,
        secrets=(*inside.secrets, *secrets),
        unread=f"{unread} is larger than I read" if unread else "",
        packages=tuple(_packages(scanned.get("packages", ()), [layer.line for layer in layers])),
    )


def final_stage(text: str) -> Stage | None:
    return next(reversed(stages(parse(text))), None)


def stage_named(text: str, target: str) -> Stage | None:
    """The stage that `--target` names; the last where it names none."""
    found = stages(parse(text))
    return next((stage for stage in reversed(found) if target and stage.name.lower() == target.lower()), None) or (
        found[-1] if found else None
    )


def instructions_of(final: Stage | None) -> list[Instruction]:
    """What the image was made by, oldest first: the final stage and the stages that it stands on."""
    lineage = list(final.lineage())[::-1] if final else []
    return [instruction for stage in lineage for instruction in stage.instructions if not instruction.onbuild]


def _scanned(attributes: dict[str, Any], base_url: str, own: Sequence[Instruction]) -> dict[str, Any]:
    """`docker save` flows into the child that reads it; neither touches a disk of ours."""
    digests = [str(attribute).partition(":")[2] for attribute in (attributes.get("RootFS") or {}).get("Layers") or ()]
    count = sum(word.keyword in LAYERED for word in own)
    mine = digests[-count:] if count else []
    folders = _folders(attributes)
    if folders is not None and int(attributes.get("Size") or 0) > COPIED:
        return _read({"own": mine, **folders}, subprocess.DEVNULL)
    environment = {"PATH": os.defpath + ":/usr/local/bin", "DOCKER_HOST": base_url, "HOME": "/nonexistent"}
    save = subprocess.Popen(
        ["docker", "image", "save", str(attributes["Id"])],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        return _read({"own": mine or ["none"]}, save.stdout)
    finally:
        if save.stdout:
            save.stdout.close()
        save.kill()
        save.wait()


def _read(asked: dict[str, Any], stdin: IO[bytes] | int | None) -> dict[str, Any]:
    command = [sys.executable, "-s", "-E", "-m", "tools.sandbox.image.scanning", json.dumps(asked)]
    try:
        done = subprocess.run(command, stdin=stdin, capture_output=True, cwd=ROOT, timeout=SECONDS, check=False)
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"error": "that took longer than I allow"}
    except ValueError:
        return {"error": "it holds more than I look at"}
    return found


def _folders(attributes: dict[str, Any]) -> dict[str, Any] | None:
    """The layers' folders and the image's record, where this engine keeps them in files that we may read.

    `docker save` writes the whole image to disk before its first byte comes: a large one takes longer than its build.
    """
    kept = (attributes.get("GraphDriver") or {}).get("Data") or {}
    upper = str(kept.get("UpperDir") or "")
    below = [word for word in str(kept.get("LowerDir") or "").split(":") if word]
    folders = [*reversed(below), upper]
    if not upper or len(folders) != len((attributes.get("RootFS") or {}).get("Layers") or ()):
        return None
    record = Path(upper).parents[2] / "image/overlay2/imagedb/content/sha256" / str(attributes["Id"]).partition(":")[2]
    readable = os.access(record, os.R_OK) and all(os.access(folder, os.R_OK | os.X_OK) for folder in folders)
    return {"folders": folders, "config": str(record)} if readable else None


def _layers(scanned: dict[str, Any], own: list[Instruction]) -> tuple[tuple[LayerSize, ...], list[SecretFound]]:
    layers, secrets = [], []
    for (line, step), layer in zip(lines_of(scanned["history"], own), scanned["layers"], strict=False):
        layers.append(LayerSize(step, layer["bytes"], line, layer["hidden"]))
        secrets += [SecretFound(_where(path, what), line, gone) for path, what, gone in layer["secrets"]]
    return tuple(layers), secrets


def _packages(found: Sequence[tuple[str, str, str, int]], lines: Sequence[int]) -> Iterator[Package]:
    for manager, name, version, layer in found:
        line = lines[layer] if layer < len(lines) else 0
        yield Package(manager, one_line(name, 200), one_line(version, 100), line)


def lines_of(history: Sequence[tuple[str, bool]], own: Sequence[Instruction]) -> list[tuple[int, str]]:
    """Line and instruction of each layer; line 0 for the base's.

    History has an entry for each instruction, in order: the last ones are the Dockerfile's.
    """
    lines = [0] * max(0, len(history) - len(own)) + [word.line for word in own][-len(history) :]
    return [(line, instruction_told(told)) for (told, empty), line in zip(history, lines, strict=True) if not empty]


def instruction_told(told: str) -> str:
    """As a person wrote it, without the shell and the mark that the builder adds."""
    text = told.removesuffix(" # buildkit")
    if text.startswith("RUN "):
        text = "RUN " + text.partition("/bin/sh -c ")[2] if "/bin/sh -c " in text else text
    return one_line(text, 120)


def _where(path: str, what: str) -> str:
    return f"`{one_line(path, 100)}` ({one_line(what, 60)})"


def _in_config(config: dict[str, Any], own: list[Instruction]) -> list[SecretFound]:
    """Variables and labels are kept in the image for everybody who has it; so are build arguments, in its history."""
    found = []
    for setting in config.get("Env") or ():
        name, _, value = str(setting).partition("=")
        if is_credential(name, value):
            found.append(SecretFound(f"the variable `{one_line(name, 60)}`", _line_of(own, ("ENV",), name)))
    for name, value in (config.get("Labels") or {}).items():
        if is_credential(str(name), str(value)):
            found.append(SecretFound(f"the label `{one_line(str(name), 60)}`", _line_of(own, ("LABEL",), str(name))))
    seen = {match_found.line for match_found in found}
    for word in own:
        if word.keyword in ("ARG", "ENV", "RUN") and word.line not in seen:
            names = list(credentials_in_text(word.value)) if word.keyword != "RUN" else []
            found += [SecretFound(f"the history: `{one_line(name, 60)}`", word.line) for name in names[:1]]
    return found


def _line_of(own: list[Instruction], keywords: tuple[str, ...], name: str) -> int:
    return next((word.line for word in reversed(own) if word.keyword in keywords and name in word.value), 0)


def _user(named: str, passwd: str) -> str:
    """The name as it stands; with `root` behind it where the name stands for the user id 0."""
    name = named.partition(":")[0]
    accounts = {row[0]: row[2] for line in passwd.splitlines() if len(row := line.split(":")) > 2}
    if name in ("", "0", "root"):
        return "root"
    return f"{named} (root)" if accounts.get(name) == "0" else named
