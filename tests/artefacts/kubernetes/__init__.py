"""A Kubernetes manifest: its images name their version, its containers have a limit of memory."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.faults import LineFault
from tools.artefacts.pasting import LEAST_LINES, Pasting, yaml_from
from tools.artefacts.patching import Patching
from tools.artefacts.recognition import Recognition
from tools.artefacts.wording import Wording

from .inspection import ASPECTS, NAME, inspect
from .patches import patches

_BEGINS = re.compile(r"^apiVersion[ \t]*:[ \t]*\S+[ \t]*$", re.MULTILINE)
_KIND = re.compile(r"^kind[ \t]*:[ \t]*[A-Z]\w+[ \t]*$", re.MULTILINE)


def _is_manifest(text: str) -> bool:
    return _BEGINS.search(text) is not None and _KIND.search(text) is not None


ARTEFACT = ArtefactType(
    name=NAME,
    order=60,
    recognition=Recognition(
        names=re.compile(r"(.+\.)?(k8s|manifest)\.ya?ml"),
        file_name="manifest.yaml",
        holds=lambda name, text: name.endswith((".yml", ".yaml")) and _is_manifest(text),
        mentioned=re.compile(r"\b((kubernetes|k8s) )?manifests?\b", re.IGNORECASE),
    ),
    wording=Wording(
        title="Manifest",
        full_title="Kubernetes manifest",
        some="a Kubernetes manifest",
        yours="your Kubernetes manifest",
    ),
    aspects=ASPECTS,
    inspect=inspect,
    faults=(
        LineFault(r"^(?P<head>\s*(?:- )?image:\s*[\w./-]+):[\w.-]+\s*$", lambda line: f"{line['head']}:latest"),
        LineFault(r"^(?P<indent>\s*)limits:(?P<rest>.*)$", lambda line: f"{line['indent']}requests:{line['rest']}"),
    ),
    patching=Patching(of_file=patches, whole=(r"(?m)^apiVersion:", r"(?m)^kind:")),
    pasting=Pasting(
        begins=_BEGINS,
        cut=lambda text: yaml_from(_BEGINS, text),
        is_file=lambda block: _is_manifest(block) and len(block.strip().splitlines()) >= LEAST_LINES,
    ),
    comment="#",
    is_outside_build=True,
)
