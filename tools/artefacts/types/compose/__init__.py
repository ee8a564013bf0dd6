"""The Compose file: the blueprint of the local stack."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.patching import Patching
from tools.artefacts.recognition import Recognition
from tools.artefacts.types.compose.faults import FAULTS
from tools.artefacts.types.compose.pasting import PASTING
from tools.artefacts.types.compose.patches import patches
from tools.artefacts.wording import Wording
from tools.compose import COMPOSE
from tools.compose.inspection import inspect_compose
from tools.compose.rules import COMPOSE_ASPECTS

_SERVICES = re.compile(r"^services\s*:", re.MULTILINE)
_YAML = (".yml", ".yaml")


def _holds(name: str, text: str) -> bool:
    return name.endswith(_YAML) and _SERVICES.search(text) is not None


def _may_be(name: str, text: str) -> bool:
    return name.endswith(_YAML) or _SERVICES.search(text) is not None


ARTEFACT = ArtefactType(
    name=COMPOSE,
    order=30,
    recognition=Recognition(
        names=re.compile(r"(docker-)?compose([.-][\w.-]+)?\.ya?ml|.+\.compose\.ya?ml|.*blueprint.*\.ya?ml"),
        file_name="compose.yaml",
        holds=_holds,
        may_be=_may_be,
        mentioned=re.compile(r"\b(compose|blueprints?|stack(?! ?trace))\b", re.IGNORECASE),
    ),
    wording=Wording(
        title="Blueprint",
        full_title="Local stack blueprint",
        some="a Compose file",
        yours="your Compose file",
        also=("blueprint*", "stack file", "compose.yml", "docker-compose.yml"),
    ),
    stand_in="",
    aspects=COMPOSE_ASPECTS,
    inspect=inspect_compose,
    faults=FAULTS,
    pasting=PASTING,
    patching=Patching(of_file=patches, whole=(r"(?m)^services:",)),
    comment="#",
    is_single=True,
    is_outside_build=True,
)
