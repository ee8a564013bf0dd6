"""The Dockerfile."""

from __future__ import annotations

import re

from tools.artefacts.description import ArtefactType
from tools.artefacts.patching import Patching
from tools.artefacts.recognition import Recognition
from tools.artefacts.types.dockerfile.faults import FAULTS
from tools.artefacts.types.dockerfile.inspection import inspect
from tools.artefacts.types.dockerfile.pasting import PASTING
from tools.artefacts.types.dockerfile.patches import patches, patches_beside
from tools.artefacts.wording import Wording
from tools.dependencies import DEPENDENCIES
from tools.dockerfile import DOCKERFILE, DOCKERIGNORE
from tools.dockerfile.parser import KEYWORDS
from tools.inspection.rule import DOCKERFILE_ASPECTS

_FROM = re.compile(r"^\s*FROM\s+\S+", re.MULTILINE | re.IGNORECASE)
_OTHERS_WITH_FROM = frozenset({"modelfile", "earthfile"})


def _holds(name: str, text: str) -> bool:
    return "." not in name and name not in _OTHERS_WITH_FROM and _FROM.search(text) is not None


def _may_be(name: str, text: str) -> bool:
    return not name.endswith((".yml", ".yaml")) and _FROM.search(text) is not None


ARTEFACT = ArtefactType(
    name=DOCKERFILE,
    order=20,
    recognition=Recognition(
        names=re.compile(r"(docker|container)file([.-].+)?|.+\.(docker|container)file"),
        file_name="Dockerfile",
        holds=_holds,
        may_be=_may_be,
        mentioned=re.compile(r"\bdocker ?files?\b", re.IGNORECASE),
    ),
    wording=Wording(
        title="Dockerfile",
        full_title="Dockerfile",
        some="a Dockerfile",
        yours="your Dockerfile",
        also=("dockerfile*", "docker file*"),
    ),
    stand_in="",
    aspects=DOCKERFILE_ASPECTS,
    urgent=("D3",),
    inspect=inspect,
    faults=FAULTS,
    pasting=PASTING,
    patching=Patching(
        of_file=patches,
        beside=patches_beside,
        whole=(r"(?m)^\s*FROM\s", r"(?m)^\s*(CMD|ENTRYPOINT)\s"),
        keywords=KEYWORDS,
    ),
    companions=(DOCKERIGNORE, DEPENDENCIES),
    comment="#",
)
